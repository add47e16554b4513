"""Every refusal code in words that help: what happened, and what to do next."""
from typing import Final

from forum.web.language import gettext
from forum.web.language import mark as _

_REFUSALS: Final = {
    # Whole requests
    "refused": _("This did not work. Please go back and try once more."),
    "invalid": _("Something needs your attention. Please look at the fields below."),
    "malformed": _("This request could not be read. Please go back and try once more."),
    "sign_in_required": _("Please sign in first."),
    "not_allowed": _("This is not open to you."),
    "not_found": _("There is nothing at this address, or nothing that you can see."),
    "method_not_allowed": _("This address does not work that way."),
    "conflict": _("Something changed in the meantime. Please look again, then try once more."),
    "stale_version": _("Somebody saved a newer version first. Both texts are here; nothing is lost."),
    "version_required": _("It is not clear which version this changes. Please open the page again."),
    "too_large": _("This is too large to send. Please make it shorter."),
    "unsupported_media_type": _("Please send this as application/json."),
    "too_many_requests": _("That was a lot at once. Please wait a moment, then try again."),
    "overloaded": _("The site is very busy right now. Please try again in a moment."),
    "renderer_busy": _("The site is very busy right now. Please try again in a moment."),
    "internal": _("Something broke on our side. It has been noted; please try again in a while."),
    "cross_site_request": _("This request came from another site, so nothing was changed."),
    "key_reused": _("This key was already used for another request."),
    "still_in_flight": _("The same request is still being worked on. Please wait a moment."),
    "already_sent": _(
        "This form was already sent once. Press Send again if you mean to send this as well."
    ),
    "invalid_token": _("This token is unknown, has expired or has been ended."),
    "insufficient_scope": _("This token may not be used for that."),
    "token_scope": _("This token may not be used for that."),
    "token_groups": _("This token opens some groups only, and this is not in one of them."),
    "not_by_token": _("Only the account's owner can do this, signed in; not an API token."),
    "too_many_tokens": _("You have 50 API tokens, which is the most. Please end one first."),
    # People
    "not_approved": _("Your account is waiting for approval. The site's staff will let you in soon."),
    "silenced": _("You can read but not write for now. The site's staff can tell you why and until when."),
    "staff_only": _("Only the site's staff can do this."),
    "admins_only": _("Only the site's administrators can do this."),
    "step_up_needed": _("Please sign in once more before you do this. It keeps your account safe."),
    "last_way_in": _("This is the only way into your account. Connect another one first."),
    "not_yours": _("Only the person who wrote this can do that."),
    "viewing_only": _("You see the site as somebody else does: nothing can be changed, and private things stay shut."),
    "staff_not_viewed": _("Nobody can see the site as one of its staff does."),
    "sees_nothing": _("This member cannot sign in at present, so there is nothing to see as them."),
    "yourself": _("You cannot do this to yourself."),
    "unknown_group": _("No group has this name. Please check the spelling."),
    "unknown_member": _("Nobody has this username. Please check the spelling."),
    # Groups
    "banned": _("You cannot join this group. Its facilitators have closed it to you."),
    "group_members_only": _("Only members of this group can read it."),
    "not_a_member": _("Join this group first; then you can take part."),
    "reading_only": _("You can read this group but not write in it: the course that brought you here is over."),
    "request_needed": _("This group asks for a short reason. Please send a request to join."),
    "invitation_only": _("This group is by invitation. A member of it can invite you."),
    "facilitators_only": _("Only the group's facilitators can do this."),
    "other_facilitator": _("A facilitator cannot do this to another facilitator."),
    "last_facilitator": _("You are the last facilitator. Please name another one before you go."),
    # Claims
    "claim_missing": _("These claims do not hold the claim with the groups, so nobody's places would change."),
    "claim_not_a_list": _("The claim with the groups holds no list of texts, so nobody's places would change."),
    "too_many_values": _("The claim with the groups holds more than 200 values, so nobody's places would change."),
    "too_slow": _("The rules took too long on these values, so nobody's places would change."),
    "no_rule": _("No rule fits."),
    "no_group": _("What the rule makes of it is no group's address."),
    # Learning platforms
    "platform_known": _("This platform is registered here already, with the same client."),
    # Threads
    "thread_locked": _("This thread is locked: it can be read, and takes no more replies."),
    "not_a_question": _("Only a question can have an accepted answer."),
    # Initiatives
    "leads_only": _("Only those who lead this initiative can do this."),
    "already_launched": _("This initiative is launched: people put their names to its text as it stands."),
    "initiative_ended": _("This initiative has ended."),
    "consent_needed": _("The author of the thread has not agreed yet."),
    "co_lead_needed": _("Somebody has to lead it with you. Ask a member, and launch it when they have agreed."),
    "discard_instead": _("This is still a draft: you can give it up instead."),
    "not_asked": _("You were not asked, or you have answered already."),
    "leads_it": _("You lead this initiative, so your name stands on it already."),
    "gathering_over": _("The time to gather co-sponsors is over."),
    "goal_was_reached": _("The goal is reached, so names can no longer be taken back."),
    "goal_not_reached": _("This can be done once the goal is reached."),
    "already_answered": _("The facilitators have accepted this initiative already."),
    "answer_needed": _("This can be done once the facilitators have accepted the initiative."),
    "not_ended": _("This initiative has not ended."),
    "space_exists": _("This initiative has a group of its own already."),
    "stage_moved_on": _("The initiative has moved on in the meantime. Please look again."),
    "thread_has_initiative": _("This thread belongs to an initiative already."),
    "too_many_initiative_drafts": _("You have 20 drafts of initiatives, which is the most. Please give one up first."),
    "too_many_searches": _("You keep 50 searches, which is the most. Please delete one first."),
    "too_many_drafts": _("You have 100 drafts, which is the most. Please delete some first."),
}

_FIELDS: Final = {
    "required": _("Please fill this in."),
    "too_short": _("This is too short."),
    "too_long": _("This is too long. Please shorten it."),
    "bad_length": _("This is too short or too long."),
    "nul_byte": _("This holds a character that cannot be stored. Please remove it."),
    "lone_surrogate": _("This holds half a character. Please type it again."),
    "control_character": _("This holds an invisible control character. Please remove it."),
    "unprintable": _("This holds a character that cannot be stored. Please remove it."),
    "not_valid": _("This is not a valid value."),
    "wrong_type": _("This is not the right kind of value."),
    "unknown_field": _("This field is not known here."),
    "unknown_choice": _("Please choose one of the values offered."),
    "given_twice": _("This was given twice. Please give it once."),
    "bad_key": _("Use 1 to 200 printable ASCII characters."),
    "key_reused": _("This key was already used for another request."),
    "not_json": _("This is not valid JSON."),
    "too_deep": _("This is nested too deeply."),
    "too_slow": _("This took too long to arrive. Please send it again."),
    "cut_short": _("This did not arrive whole. Please send it again."),
    "too_many_fields": _("This form has too many fields."),
    "unknown_member": _REFUSALS["unknown_member"],
    "banned_here": _("This person is banned from the group. Lift the ban first."),
    "already_member": _("This person is a member already."),
    "has_answer": _("This question has an accepted answer. Take that back first."),
    "not_in_thread": _("This post is not in this thread, or is no longer public."),
    "one_place": _("Say either a group or a thread, not both."),
    "staff_everywhere": _("A token for some groups cannot act as staff. Take one of the two away."),
    "too_many_tokens": _REFUSALS["too_many_tokens"],
    "already_sent": _REFUSALS["already_sent"],
    "claims_not_json": _("This is neither JSON with claims in it nor a token. Please give one of the two."),
    "claims_too_long": _("This is too long for claims. Please give fewer."),
    "not_an_address": _("Please give an address that begins with https."),
    "taken": _("This is taken already."),
    "reserved": _("This name is kept for the demonstration."),
    "unknown_group": _("There is no group with this short name. Please check the spelling."),
    "not_in_group": _("This person does not take part in the group. Please check the spelling."),
    "too_many_leads": _("Twelve people can lead an initiative together, which is plenty."),
    "other_group": _("This thread is in another group."),
    "unknown_operator": _("The search does not know this filter."),
    # Ballots and moments
    "empty_ballot": _("Please mark at least one option."),
    "foreign_option": _("This vote names an option that is not in this poll. Please open the page again."),
    "mark_out_of_range": _("One of these marks is not on offer. Please choose among those shown."),
    "too_many_choices": _("These are more options than you may choose here. Please take some away."),
    "double_rank": _("Two options have the same rank. Please give each its own."),
    "block_needs_reason": _("Please say why you block this: the poll's author asks for a reason."),
    "unknown_zone": _("Nobody knows this time zone. Please choose one from the list."),
    "bad_date": _("This is not a date of this century. Please write it like 2027-03-28."),
    "bad_time": _("This is not a time of day. Please write it like 14:30."),
    "no_such_time": _("No clock shows this time on that day: it is skipped when clocks are set forward."),
    "double_moment": _("This date and time is here already."),
    "out_of_range": _("This number is too small or too large."),
}


def explain(code: str) -> str:
    """A refusal's code as a sentence or two for the reader; an unknown code gets a general one."""
    return gettext(_REFUSALS.get(code) or _FIELDS.get(code) or _REFUSALS["refused"])


def explain_field(code: str) -> str:
    """A field's code as a short sentence to stand at that field."""
    return gettext(_FIELDS.get(code) or _FIELDS["not_valid"])
