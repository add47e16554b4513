"""Reading the audit log: each reader as far as the permission table says, in one statement a page.

One's own is what one did and what was done about one. Beyond that facilitators read what lies in their groups,
moderators what belongs to no group or to one that they may read (not who looked at the site as whom), administrators
everything. An entry holds ids and codes: names are joined at reading, those of groups where the reader may know them.
Who did an act of moderation is told to those who look after its group, and to others where the group names them.
"""
from typing import Any, Final

from auth.actor import Actor
from forum.groups.policies import GroupState, can_read_log
from forum.kit.errors import NotFound
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.members.policies import can_keep_own_things, can_read_site_log
from forum.moderation.models import ActKind
from forum.site.schemas import AuditWanted

# $1 limit, $2 listed, $3 the reader, $4 the groups whose moderators they are told of (null: of all), $5 the actions of
# the ledger; FOUND are the branches, each a walk along one index, newest first.
PAGE = """
    SELECT json_build_object('items', coalesce(json_agg(json_build_object(
        'id', e.id, 'at', e.created_at, 'action', e.action, 'subject', e.subject, 'subject_id', e.subject_id,
        'actor', CASE WHEN a.id IS NOT NULL THEN
            json_build_object('username', a.username, 'name', a.display_name) END,
        'member', CASE WHEN s.id IS NOT NULL THEN
            json_build_object('username', s.username, 'name', s.display_name) END,
        'group', CASE WHEN g.id IS NOT NULL THEN json_build_object('slug', g.slug, 'title', g.title) END,
        'actor_untold', e.actor_id IS NOT NULL AND NOT e.named,
        'on_behalf_of', CASE WHEN b.id IS NOT NULL THEN
            json_build_object('username', b.username, 'name', b.display_name) END,
        'reason', e.reason,
        'before', e.before, 'after', e.after) ORDER BY e.id DESC) FILTER (WHERE e.n <= $1), '[]'),
        'next', CASE WHEN count(*) > $1 THEN (min(e.id) FILTER (WHERE e.n <= $1))::text END)
    FROM (
        SELECT each.*, row_number() OVER (ORDER BY each.id DESC) AS n,
            each.action <> ALL($5::text[]) OR each.actor_id = $3 OR $4::bigint[] IS NULL
            OR each.group_id = ANY($4::bigint[]) OR coalesce((
                SELECT bool_and(s.log_names_moderators)
                FROM acts k JOIN groups s ON s.id IN (k.group_id, k.other_group_id)
                WHERE k.id = (each.after ->> 'act')::bigint), false) AS named
        FROM audit_entries each JOIN (FOUND) AS found ON found.id = each.id
        ORDER BY each.id DESC LIMIT $1::int + 1
    ) e
    LEFT JOIN members a ON a.id = e.actor_id AND e.named
    LEFT JOIN members b ON b.id = e.on_behalf_of AND e.named
    LEFT JOIN members s ON s.id = e.subject_id AND e.subject = 'member'
    LEFT JOIN groups g ON g.id = e.group_id AND g.id = ANY($2::bigint[])
"""
BRANCH = "(SELECT e.id FROM audit_entries e WHERE WANTED ORDER BY e.id DESC LIMIT $1::int + 1)"
IN_GROUPS = (
    "(SELECT near.id FROM unnest(GROUPS::bigint[]) AS mine (id) CROSS JOIN LATERAL"
    " (SELECT e.id FROM audit_entries e WHERE e.group_id = mine.id AND WANTED"
    " ORDER BY e.id DESC LIMIT $1::int + 1) AS near)"
)
ANYTHING = "true"
MEMBER = "(SELECT id FROM members WHERE lower(username) = lower($n))"
GROUP = "(SELECT id FROM groups WHERE slug = $n AND id = ANY($2::bigint[]))"
# Numbers follow the clock but for what was under way at that moment.
SINCE = """e.created_at >= $n::date AND e.id >=
    (SELECT first.id - 1000 FROM audit_entries first WHERE first.created_at >= $n::date
     ORDER BY first.created_at LIMIT 1)"""
# What was done to somebody's posts and threads is about them as well.
CONCERNED = """e.after ? 'act' AND (e.after ->> 'act')::bigint IN
    (SELECT k.id FROM acts k WHERE k.member_id = $n::bigint)"""
LEDGER: Final = [kind.value + end for kind in ActKind for end in ("", ".undone")]
READABLE = "(e.group_id IS NULL OR e.group_id = ANY($n::bigint[])) AND e.action NOT LIKE 'view.%'"


class _Question:
    """The parts of one statement: ``branches`` of what may be seen, ``filters`` that hold for each of them."""

    def __init__(self, actor: Actor, wanted: AuditWanted, *, all_named: bool = False) -> None:
        named = None if all_named else [group_id for group_id in actor.roles if actor.facilitates(group_id)]
        self.values: list[Any] = [wanted.limit, list(actor.listed), actor.member_id, named, LEDGER]
        self.filters: list[str] = [ANYTHING]
        self.branches: list[str] = []
        self.in_groups = ""
        asked = (
            ("e.id < $n", wanted.before or None),
            ("e.action = $n", wanted.action),
            ("e.group_id = " + GROUP, wanted.group),
            (SINCE, wanted.since),
        )
        for text, value in asked:
            if value is not None:
                self.filters.append(self.put(text, value))

    def put(self, text: str, value: object) -> str:
        """The text with the value as its parameter ``$n``."""
        self.values.append(value)
        return text.replace("$n", "$" + str(len(self.values)))

    def about(self, text: str, value: object) -> tuple[str, str, str]:
        """What a member did, and what was done about them; ``text`` with ``value`` is the member's id."""
        who = self.put(text, value)
        return (
            "e.actor_id = " + who,
            "e.subject = 'member' AND e.subject_id = " + who,
            CONCERNED.replace("$n::bigint", who),
        )

    def text(self) -> str:
        rest = " AND ".join(self.filters)
        found = [BRANCH.replace("WANTED", branch + " AND " + rest) for branch in self.branches]
        if self.in_groups:
            found.append(self.in_groups.replace("WANTED", rest))
        return PAGE.replace("FOUND", " UNION ".join(found))

    async def ask(self) -> bytes:
        async with connection() as sql:
            return bytes(await sql.fetchval(self.text(), *self.values))


async def own(actor: Actor, wanted: AuditWanted) -> bytes:
    """AuditPage of what they did, and what was done about them; ``next`` is still an id."""
    require(can_keep_own_things(actor))
    question = _Question(actor, wanted)
    question.branches = [*question.about("$n::bigint", actor.member_id)]
    return await question.ask()


async def of_group(actor: Actor, group: GroupState, wanted: AuditWanted) -> bytes:
    """AuditPage of one group, which came through its door, for those who look after it."""
    require(can_read_log(actor, group))
    question = _Question(actor, wanted, all_named=True)
    question.branches = [question.put("e.group_id = $n::bigint", group.id)]
    return await question.ask()


async def of_site(actor: Actor, wanted: AuditWanted) -> bytes:
    """AuditPage of the site, for its staff."""
    require(can_read_site_log(actor))
    return await _of_staff(actor, wanted)


async def visible(actor: Actor, wanted: AuditWanted) -> bytes:
    """AuditPage of all that this actor may see of the log."""
    if actor.is_anonymous:
        raise NotFound
    if actor.is_staff:
        return await _of_staff(actor, wanted)
    question = _Question(actor, wanted)
    question.branches = [*question.about("$n::bigint", actor.member_id)]
    mine = [group_id for group_id in actor.roles if actor.facilitates(group_id)]
    if mine:
        question.in_groups = question.put(IN_GROUPS.replace("GROUPS", "$n"), mine)
    if wanted.member is not None:
        question.filters.append("((" + ") OR (".join(question.about(MEMBER, wanted.member)) + "))")
    return await question.ask()


async def _of_staff(actor: Actor, wanted: AuditWanted) -> bytes:
    question = _Question(actor, wanted, all_named=True)
    if not actor.is_admin:
        question.filters.append(question.put(READABLE, list(actor.readable)))
    question.branches = [ANYTHING] if wanted.member is None else [*question.about(MEMBER, wanted.member)]
    return await question.ask()
