"""Lists of initiatives: of everything one may read, of a group, and what waits for one on the first page."""
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from auth.actor import Actor
from forum.initiatives.models import Stage
from forum.initiatives.queries.page import HEAD
from forum.initiatives.schemas import InitiativesWanted, Sort
from forum.kit.errors import Invalid
from forum.kit.transaction import connection
from forum.threads.statements import GROUP_AND_THREADS

LARGEST: Final = 2**63 - 1
AFTER: Final = "&after="
# The year 2280 in microseconds, the largest that a cursor says; PostgreSQL's own end is far behind it.
LATEST: Final = 9_800_000_000_000_000

# i: an initiative; $2 readable, $3 member. Whoever makes a draft, as in `policies.can_see`.
_LAUNCHED = "i.launched_at IS NOT NULL AND i.group_id = ANY($2::bigint[])"
_MADE = """
    i.group_id = ANY($2::bigint[]) AND i.id IN (
        SELECT l.initiative_id FROM initiative_leads l WHERE l.member_id = $3 AND l.state IN ('asked', 'accepted')
        UNION ALL
        SELECT c.id FROM initiatives c JOIN threads t ON t.id = c.thread_id
        WHERE t.author_id = $3 AND c.consent_asked_at IS NOT NULL AND c.consented_at IS NULL)
"""
# $4 whether the reader may see people, $5 group, $6 stage, $7 language, $8 country, $9 only overdue answers.
# A country counts where the profile shows it to every member, as in the directory; its people are looked up once.
_FILTERS = """
    AND ($5::text IS NULL OR i.group_id = (SELECT id FROM groups WHERE slug = $5))
    AND ($6::text IS NULL OR i.stage = $6) AND ($7::text IS NULL OR $7 = ANY(i.languages))
    AND ($8::text IS NULL OR $4::boolean AND i.id IN (
        SELECT l.initiative_id FROM members p JOIN initiative_leads l ON l.member_id = p.id
        WHERE p.country = $8 AND coalesce(p.audiences ->> 'country', 'members') = 'members' AND l.state = 'accepted'))
    AND (NOT $9::boolean OR i.answer_due_at < now())
"""
# $10 key, $11 id: where the last page ended.
_AFTER: Final = {
    Sort.NEWEST: "AND i.id < $11::bigint AND $10::bigint >= 0 ORDER BY i.id DESC",
    Sort.SUPPORTED: """AND (i.cosponsor_count, i.id) < ($10::bigint, $11::bigint)
        ORDER BY i.cosponsor_count DESC, i.id DESC""",
    Sort.CLOSING: """AND i.stage = 'gathering'
        AND (i.gathering_ends_at, i.id) > ('epoch'::timestamptz + $10::bigint * interval '1 microsecond', $11::bigint)
        ORDER BY i.gathering_ends_at, i.id""",
}
_KEY: Final = {
    Sort.NEWEST: "0",
    Sort.SUPPORTED: "i.cosponsor_count",
    Sort.CLOSING: "(extract(epoch FROM i.gathering_ends_at) * 1000000)::bigint",
}
_START: Final = {Sort.NEWEST: (0, LARGEST), Sort.SUPPORTED: (LARGEST, LARGEST), Sort.CLOSING: (0, 0)}


def _statement(sort: Sort, source: str) -> str:
    """$1 limit, $12 the link to which the next page's beginning is added."""
    return (
        "SELECT json_build_object('items', coalesce(json_agg(json_build_object("
        + HEAD
        + """) ORDER BY i.n) FILTER (WHERE i.n <= $1), '[]'),
        'next', CASE WHEN count(*) > $1 THEN $12::text || max(i.key || '.' || i.id) FILTER (WHERE i.n = $1) END)
        FROM (SELECT *, row_number() OVER () AS n FROM (SELECT i.*, """
        + _KEY[sort]
        + " AS key FROM initiatives i WHERE "
        + source
        + _FILTERS
        + _AFTER[sort]
        + " LIMIT $1::int + 1) i) i JOIN groups g ON g.id = i.group_id"
    )


LIST: Final = {sort: _statement(sort, _LAUNCHED) for sort in Sort}
DRAFTS: Final = _statement(Sort.NEWEST, _MADE)


# Beside the list, for the form above it: the groups that have initiatives.
_PLACES = """
    (SELECT coalesce(json_agg(json_build_object('slug', p.slug, 'title', p.title, 'visibility', p.visibility,
        'policy', p.policy) ORDER BY p.position, p.id), '[]')
    FROM groups p WHERE p.id = ANY($2::bigint[])
        AND EXISTS (SELECT FROM initiatives i WHERE i.group_id = p.id AND i.launched_at IS NOT NULL))
"""


def _beside(statement: str) -> str:
    return "SELECT (" + statement + ") AS found, " + _PLACES + " AS places"


LIST_AND_PLACES: Final = {sort: _beside(statement) for sort, statement in LIST.items()}
DRAFTS_AND_PLACES: Final = _beside(DRAFTS)


async def initiatives(actor: Actor, wanted: InitiativesWanted) -> bytes:
    """InitiativeList; drafts only to those who make them."""
    async with connection() as sql:
        chosen = DRAFTS if wanted.stage is Stage.DRAFT else LIST[_sort(wanted)]
        return bytes(await sql.fetchval(chosen, *_parameters(actor, wanted)))


async def initiatives_and_places(actor: Actor, wanted: InitiativesWanted) -> tuple[bytes, bytes]:
    """InitiativeList, and the groups (list of GroupBrief) that have any."""
    async with connection() as sql:
        chosen = DRAFTS_AND_PLACES if wanted.stage is Stage.DRAFT else LIST_AND_PLACES[_sort(wanted)]
        row = await sql.fetchrow(chosen, *_parameters(actor, wanted))
    assert row is not None
    return row["found"], row["places"]


def _sort(wanted: InitiativesWanted) -> Sort:
    return Sort.NEWEST if wanted.stage not in (None, Stage.GATHERING) and wanted.sort is Sort.CLOSING else wanted.sort


def _parameters(actor: Actor, wanted: InitiativesWanted) -> tuple[Any, ...]:
    key, last = _cursor(wanted.after, _sort(wanted))
    return (
        wanted.limit,
        list(actor.readable),
        actor.own_id,
        actor.is_active,
        wanted.group,
        wanted.stage,
        wanted.language,
        wanted.country,
        wanted.answer is not None,
        key,
        last,
        "/api/v1/initiatives?" + urlencode(_asked(wanted)) + AFTER,
    )


def _asked(wanted: InitiativesWanted) -> Mapping[str, str]:
    names = ("group", "stage", "language", "country", "answer", "sort", "limit")
    return {name: str(value) for name in names if (value := getattr(wanted, name)) is not None}


def _cursor(after: str | None, sort: Sort) -> tuple[int, int]:
    if after is None:
        return _START[sort]
    key, _, last = after.partition(".")
    if int(last) > LARGEST or int(key) > LATEST:
        raise Invalid({"after": "not_valid"})
    return int(key), int(last)


# A group's page: its document and its threads, and beside them the initiatives that are under way (parameters of
# GROUP_AND_THREADS).
OF_GROUP = (
    """(SELECT coalesce(json_agg(json_build_object("""
    + HEAD.replace("$3", "$1")
    + """) ORDER BY i.id DESC), '[]')
    FROM (SELECT * FROM initiatives WHERE group_id = (SELECT id FROM groups WHERE slug = $4 AND id = ANY($3::bigint[]))
              AND launched_at IS NOT NULL AND stage IN ('gathering', 'active') ORDER BY id DESC LIMIT 5) i
    JOIN groups g ON g.id = i.group_id)"""
)
GROUP_WITH_ALL = GROUP_AND_THREADS + ", " + OF_GROUP + " AS initiatives"


async def group_with_all(actor: Actor, slug: str, before: int, limit: int) -> tuple[bytes | None, bytes | None, bytes]:
    """GroupPage, its ThreadList where its content may be read, and its initiatives under way."""
    async with connection() as sql:
        row = await sql.fetchrow(
            GROUP_WITH_ALL, actor.member_id, list(actor.listed), list(actor.readable), slug, limit, before or None
        )
    assert row is not None
    return row["page"], row["threads"], row["initiatives"]


# For the first page; $1 member, $2 readable. What gathers, ends within a fortnight and is open to this reader's name.
CLOSING_SOON = (
    "(SELECT coalesce(json_agg(json_build_object("
    + HEAD.replace("$3", "$1")
    + """) ORDER BY i.gathering_ends_at, i.id), '[]')
    FROM (SELECT i.* FROM initiatives i JOIN groups w ON w.id = i.group_id
        LEFT JOIN memberships m ON m.group_id = w.id AND m.member_id = $1
        WHERE i.stage = 'gathering' AND i.gathering_ends_at BETWEEN now() AND now() + interval '14 days'
          AND i.group_id = ANY($2::bigint[]) AND m.role IS DISTINCT FROM 'reader'
          AND (m.id IS NOT NULL OR w.anyone_may_cosponsor AND w.visibility IN ('public', 'members'))
          AND NOT EXISTS (SELECT FROM shut_out b WHERE b.group_id = w.id AND b.member_id = $1)
          AND NOT EXISTS (SELECT FROM cosponsors c WHERE c.initiative_id = i.id AND c.member_id = $1)
          AND NOT EXISTS (SELECT FROM initiative_leads l
                          WHERE l.initiative_id = i.id AND l.member_id = $1 AND l.state = 'accepted')
        ORDER BY i.gathering_ends_at, i.id LIMIT 5) i
    JOIN groups g ON g.id = i.group_id)"""
)
# One's own drafts, and what one was asked to lead or to agree to.
WAITING = (
    "(SELECT coalesce(json_agg(json_build_object("
    + HEAD.replace("$3", "$1")
    + """) ORDER BY i.id DESC), '[]')
    FROM (SELECT i.* FROM initiatives i WHERE """
    + _MADE.replace("$3", "$1")
    + """ AND (i.stage = 'draft' OR i.stage IN ('gathering', 'active') AND EXISTS (SELECT FROM initiative_leads l
              WHERE l.initiative_id = i.id AND l.member_id = $1 AND l.state = 'asked'))
        ORDER BY i.id DESC LIMIT 10) i
    JOIN groups g ON g.id = i.group_id)"""
)
