"""The audit log in words: one table of what each action says; an action that is not in it is shown by its code."""

from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

from auth.actor import Actor
from forum.groups.schemas import Person
from forum.site.schemas import AuditLine
from forum.web.language import gettext
from forum.web.language import mark as _

# who: the one who did it · whom: the member whom it is about · group: where
SENTENCES: Final = {
    # signing in and out
    "session.began": _("%(who)s signed in"),
    "session.refused": _("A sign-in was refused: %(who)s"),
    "session.ended": _("A session ended: %(who)s"),
    "session.vouched": _("%(who)s signed in to another site with this account"),
    "logout.refused": _("A provider's message that somebody signed out was refused"),
    "identity.linked": _("%(who)s connected a way to sign in"),
    "identity.unlinked": _("%(who)s took a way to sign in away"),
    "member.admitted": _("%(who)s came to the community"),
    "member.approved": _("%(who)s let %(whom)s in"),
    "member.promoted": _("%(who)s changed the staff role of %(whom)s"),
    "view.began": _("%(who)s began to see the site as %(whom)s, to read only"),
    "view.ended": _("%(who)s stopped seeing the site as %(whom)s"),
    "token.created": _("%(who)s made an API token for %(whom)s"),
    "token.ended": _("%(who)s ended an API token of %(whom)s"),
    # places in groups
    "grant.given": _("%(group)s: a source gave a place to %(whom)s"),
    "grant.leaving": _("%(group)s: a source names %(whom)s no longer; the place ends soon"),
    "grant.ended": _("%(group)s: the place from a source ended for %(whom)s"),
    "grant.passed_over": _("A source named groups that are not here for %(whom)s"),
    "grant.not_settled": _("Places from a source could not be settled: %(who)s"),
    "group.founded": _("%(who)s founded %(group)s"),
    "group.role_set": _("%(who)s changed the role of %(whom)s in %(group)s"),
    "group.member_removed": _("%(who)s removed %(whom)s from %(group)s"),
    "group.member_banned": _("%(who)s banned %(whom)s from %(group)s"),
    "group.ban_lifted": _("%(who)s lifted the ban of %(whom)s from %(group)s"),
    "group.request_approved": _("%(who)s let %(whom)s into %(group)s"),
    "group.request_refused": _("%(who)s refused the request of %(whom)s to join %(group)s"),
    "group.leaving_set": _("%(who)s changed what leaving %(group)s means"),
    "group.log_names_set": _("%(who)s changed whether the log of %(group)s names those who look after it"),
    "group.terms_set": _("%(who)s changed what an initiative needs in %(group)s"),
    "group.text_edited": _("%(who)s rewrote the purpose or the rules of %(group)s"),
    "group.invited": _("%(who)s invited %(whom)s to %(group)s"),
    "group.link_made": _("%(who)s made an invitation link to %(group)s"),
    # initiatives
    "initiative.reopened": _("%(who)s took up an initiative in %(group)s again"),
    "poll.closed_early": _("%(who)s closed a poll in %(group)s before its time"),
    "poll.outcome_changed": _("%(who)s changed what came of a poll in %(group)s"),
    "initiative.answered": _("%(who)s gave the official answer to an initiative in %(group)s"),
    # moderation and curation
    "case.decided": _("%(who)s decided a case in %(group)s"),
    "appeal.decided": _("%(who)s decided an appeal in %(group)s"),
    "post.approved": _("%(who)s let a newcomer's post through in %(group)s"),
    "post.noted": _("%(who)s sent an author in %(group)s a note"),
    "post.hidden": _("%(who)s hid a post in %(group)s"),
    "post.restored": _("%(who)s showed a post in %(group)s again"),
    "post.removed": _("%(who)s removed a post from %(group)s"),
    "post.purged": _("%(who)s deleted a post from %(group)s for good"),
    "post.edited_by_staff": _("%(who)s edited a post of another in %(group)s"),
    "posts.day_removed": _("%(who)s removed all posts of one day by %(whom)s"),
    "member.warned": _("%(who)s warned %(whom)s"),
    "member.silenced": _("%(who)s silenced %(whom)s for a while"),
    "member.suspended": _("%(who)s suspended %(whom)s for a while"),
    "member.suspension_confirmed": _("%(who)s confirmed the suspension of %(whom)s"),
    "member.sanction_lifted": _("%(who)s lifted what was held against %(whom)s"),
    "glass.opened": _("%(who)s opened %(group)s for an hour"),
    "glass.closed": _("%(who)s closed %(group)s again"),
    "glass.not_found": _("%(who)s tried to open a group that is not there"),
    "group.slow_mode_set": _("%(who)s set the slow mode of %(group)s"),
    "collection.made": _("%(who)s began a collection in %(group)s"),
    "collection.deleted": _("%(who)s deleted a collection of %(group)s"),
    "group.editor_named": _("%(who)s let somebody in %(group)s write summaries and wiki posts"),
    "group.editor_ended": _("%(who)s no longer lets somebody in %(group)s write summaries and wiki posts"),
    "thread.pinned": _("%(who)s pinned a thread in %(group)s"),
    "thread.unpinned": _("%(who)s took a thread in %(group)s off the top"),
    "thread.locked": _("%(who)s locked a thread in %(group)s"),
    "thread.unlocked": _("%(who)s opened a thread in %(group)s for replies again"),
    "thread.moved": _("%(who)s moved a thread from %(group)s to another group"),
    "thread.merged": _("%(who)s merged a thread of %(group)s into another"),
    "thread.split": _("%(who)s split a thread in %(group)s"),
    "thread.listed": _("%(who)s listed a thread of %(group)s in a second group"),
    "thread.unlisted": _("%(who)s no longer lists a thread of %(group)s in a second group"),
    "thread.tagged": _("%(who)s changed the tags of a thread in %(group)s"),
    "thread.marked_duplicate": _("%(who)s marked a thread in %(group)s as a duplicate"),
    "thread.unmarked_duplicate": _("%(who)s no longer marks a thread in %(group)s as a duplicate"),
    "thread.language_set": _("%(who)s changed the language of a thread in %(group)s"),
    "thread.summary_removed": _("%(who)s removed the summary of a thread in %(group)s"),
    "post.wiki_made": _("%(who)s made a wiki post of a post in %(group)s"),
    "post.wiki_ended": _("%(who)s made an ordinary post of a wiki post in %(group)s"),
    # courses and provisioning
    "roster.asked": _("%(who)s asked for a roster of %(group)s"),
    "roster.complete": _("A roster was read to its end: %(group)s"),
    "roster.failed": _("A roster could not be read, and nobody was removed: %(group)s"),
    "roster.stopped": _("A roster would have removed too many, and nobody was: %(group)s"),
    "platform.invited": _("%(who)s let a course platform register itself"),
    "platform.registered": _("A course platform registered itself, by leave of %(who)s"),
    "platform.refused": _("The registration of a course platform was refused"),
    "platform.added": _("%(who)s added a course platform"),
    "platform.deployed": _("%(who)s named a deployment of a course platform"),
    "platform.enabled": _("%(who)s enabled a course platform"),
    "platform.disabled": _("%(who)s disabled a course platform"),
    "platform.course_led": _("%(who)s led a course to a group"),
    "scim.user_created": _("A provisioning system brought %(whom)s"),
    "scim.user_updated": _("A provisioning system changed the record of %(whom)s"),
    "scim.user_suspended": _("A provisioning system suspended %(whom)s"),
    "scim.user_restored": _("A provisioning system restored %(whom)s"),
    "scim.user_deleted": _("A provisioning system deleted the record of %(whom)s"),
    "scim.group_created": _("A provisioning system brought a list of people: %(group)s"),
    "scim.group_updated": _("A provisioning system changed a list of people: %(group)s"),
    "scim.group_deleted": _("A provisioning system deleted a list of people: %(group)s"),
    "scim.group_bound": _("Whom a provisioning system's list of people fills was changed: %(group)s"),
    "scim.client_created": _("A provisioning system was let in"),
    "scim.client_removed": _("A provisioning system was removed"),
    "scim.refused": _("A request of a provisioning system was refused"),
}
# Where who did it is whom it is about.
OF_ONESELF: Final = {
    "token.created": _("%(who)s made an API token"),
    "token.ended": _("%(who)s ended an API token"),
}
# Each act can be taken back, in words made of its own.
UNDONE: Final = ".undone"
TAKEN_BACK: Final = _("%(who)s undid this: %(what)s")
# What an entry tells beside its sentence; ids say nothing to a reader.
DETAILS: Final = {
    "provider": _("by"),
    "reason": _("reason"),
    "source": _("source"),
    "scopes": _("it may"),
    "days": _("days"),
    "role": _("role"),
    "status": _("state"),
    "staff": _("staff role"),
    "kind": _("kind"),
    "how": _("how"),
    "count": _("how many"),
}
UNTOLD: Final = frozenset({"token", "groups", "group", "client", "resource", "session", "act", "sanction"})
REASONS: Final = {
    "signed_out": _("signed out"),
    "ended_by_owner": _("they ended it themselves"),
    "provider_logout": _("the provider said so"),
    "suspended": _("the account is suspended"),
    "deactivated": _("the account is closed"),
    "expired": _("it took too long"),
    "cancelled": _("cancelled at the provider"),
    "untrusted": _("the provider's answer could not be trusted"),
    "issuer_mismatch": _("the answer came from another provider"),
    "unreachable": _("the provider could not be reached"),
    "unknown_group": _("no such group"),
    "refused_by_provider": _("the provider refused"),
    "unknown_provider": _("no such way to sign in"),
    "oversize": _("it was too long"),
    "malformed": _("it could not be read"),
    "identity_taken": _("that way to sign in is another account's"),
    "not_same_member": _("somebody else was signed in by then"),
    "step_up_not_satisfied": _("it was not proved anew"),
    "connected": _("connected by its owner"),
    "joined": _("joined after signing in to both"),
    "owned_domain": _("the provider owns the domain of the address"),
}


def action_words(action: str) -> str:
    """The sentence without names, for a list to choose from."""
    if action.endswith(UNDONE):
        return gettext(TAKEN_BACK) % {"who": "…", "what": action_words(action.removesuffix(UNDONE))}
    sentence = gettext(SENTENCES[action]) if action in SENTENCES else action
    return " ".join((sentence % dict.fromkeys(("who", "whom", "group"), "…")).split())


def sentence(line: AuditLine, reader: Actor) -> Markup:
    """What happened, with the names as links."""
    if line.action.endswith(UNDONE):
        who = _named(line.actor, reader, gettext("You"), _nobody(line))
        return Markup(gettext(TAKEN_BACK)) % {"who": who, "what": action_words(line.action.removesuffix(UNDONE))}  # noqa: S704 - as below
    text = SENTENCES.get(line.action)
    if line.member is not None and line.member == line.actor:
        text = OF_ONESELF.get(line.action, text)
    if text is None:
        who = _named(line.actor, reader, gettext("You"), _nobody(line))
        return Markup("%s: <code>%s</code>") % (who, line.action)
    nobody = gettext("somebody unknown") if line.action.endswith(".refused") else _nobody(line)
    names = {
        "who": _named(line.actor, reader, gettext("You"), nobody),
        "whom": _named(line.member, reader, gettext("you"), gettext("somebody")),
        "group": _place(line),
    }
    return Markup(gettext(text)) % names  # noqa: S704 - our sentence; the names are escaped


def _nobody(line: AuditLine) -> str:
    return gettext("Those who look after the place") if line.actor_untold else gettext("The system")


def _place(line: AuditLine) -> Markup | str:
    if line.group is None:
        return gettext("a group")
    return Markup('<a href="/g/%s" dir="auto">%s</a>') % (line.group.slug, line.group.title)


def _named(person: Person | None, reader: Actor, oneself: str, nobody: str) -> Markup | str:
    if person is None:
        return nobody
    if person.username == reader.username:
        return oneself
    return Markup('<a class="who" href="/m/%s" dir="auto">%s</a>') % (person.username, person.name)


def details(line: AuditLine) -> list[tuple[str, str]]:
    """Labels and values of what else the entry holds."""
    found = []
    if line.on_behalf_of is not None:
        found.append((gettext("on behalf of"), line.on_behalf_of.name))
    for name, value in line.after.items():
        if name in UNTOLD or value is None or value == "":
            continue
        old = line.before.get(name)
        shown = _value(name, value) if old is None else f"{_value(name, old)} → {_value(name, value)}"
        found.append((gettext(DETAILS[name]) if name in DETAILS else name, shown))
    return found


def _value(name: str, value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {each}" for key, each in value.items())
    if name in ("reason", "how") and value in REASONS:
        return gettext(REASONS[str(value)])
    return str(value)
