"""What members do with the searches that they keep, and what is kept of all searches."""
from collections.abc import Sequence
from datetime import date

import asyncpg

from auth.actor import Actor
from forum.kit.errors import Conflict, Invalid, NotFound
from forum.kit.fields import line_field
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.members.policies import can_keep_own_things, can_manage_tokens
from search.query import MAX_QUERY_CHARACTERS, ParsedQuery, parse

MOST_SAVED = 50
LONGEST_NAME = 80

# What stands there now is seen: a position begins with seconds (search.documents). The same query is kept once; saying
# so again changes nothing.
KEEP = """
    INSERT INTO saved_searches (member_id, name, q, seen_position)
    VALUES ($1, $2, $3, floor(extract(epoch FROM clock_timestamp()))::bigint << 20)
    ON CONFLICT (member_id, md5(q)) DO UPDATE SET q = excluded.q RETURNING *, xmax = 0 AS is_new
"""
KEPT = "SELECT * FROM saved_searches WHERE member_id = $1 AND md5(q) = md5($2)"
COUNT = "SELECT count(*) FROM saved_searches WHERE member_id = $1"
NAME = "UPDATE saved_searches SET name = $3 WHERE id = $1 AND member_id = $2 RETURNING id"
SEE = """
    UPDATE saved_searches SET seen_position = greatest(seen_position, $3) WHERE id = $1 AND member_id = $2 RETURNING q
"""
RENEW = "UPDATE saved_searches SET feed_version = feed_version + 1 WHERE id = $1 AND member_id = $2 RETURNING id"
DROP = "DELETE FROM saved_searches WHERE id = $1 AND member_id = $2 RETURNING id"

# A tally is the whole number of its day, so that storing it twice does no harm.
TALLY = """
    INSERT INTO trending_queries (run, day, query, found, people)
    SELECT * FROM unnest($1::bigint[], $2::date[], $3::text[], $4::boolean[], $5::int[])
    ON CONFLICT (run, day) DO UPDATE SET people = excluded.people
"""


@command
async def save_search(actor: Actor, q: str, name: str = "") -> tuple[asyncpg.Record, bool]:
    """Keep a search under a name; its row, and whether it is new. Raises Conflict beyond ``MOST_SAVED``."""
    require(can_keep_own_things(actor))
    q = line_field(q, "q", least=1, most=MAX_QUERY_CHARACTERS)
    if parse(q) == ParsedQuery():
        raise Invalid({"q": "required"})
    name = line_field(name, "name", most=LONGEST_NAME) or line_field(_short(q), "name", least=1, most=LONGEST_NAME)
    async with connection() as sql:
        if (known := await sql.fetchrow(KEPT, actor.member_id, q)) is not None:
            return known, False
        if await sql.fetchval(COUNT, actor.member_id) >= MOST_SAVED:
            raise Conflict("too_many_searches")
        made = await sql.fetchrow(KEEP, actor.member_id, name, q)
        assert made is not None
        return made, made["is_new"]


@command
async def rename_search(actor: Actor, search_id: int, name: str) -> None:
    require(can_keep_own_things(actor))
    await _own(NAME, search_id, actor, line_field(name, "name", least=1, most=LONGEST_NAME))


@command
async def see_search(actor: Actor, search_id: int, through: int) -> str:
    """What lies up to that position is seen, and never becomes new again; returns the query."""
    require(can_keep_own_things(actor))
    return str(await _own(SEE, search_id, actor, through))


@command
async def renew_feed(actor: Actor, search_id: int) -> None:
    """From now on its feed has another address, and nothing is at the old one."""
    require(can_manage_tokens(actor))
    await _own(RENEW, search_id, actor)


@command
async def drop_search(actor: Actor, search_id: int) -> None:
    require(can_keep_own_things(actor))
    await _own(DROP, search_id, actor)


@command
async def keep_tallies(tallies: Sequence[tuple[int, date, str, bool, int]]) -> None:
    """How many people asked what: (run, day, query, found, people), in one statement."""
    async with connection() as sql:
        await sql.execute(TALLY, *(list(column) for column in zip(*tallies, strict=True)))


async def _own(statement: str, search_id: int, actor: Actor, *values: object) -> object:
    async with connection() as sql:
        if (found := await sql.fetchval(statement, search_id, actor.member_id, *values)) is None:
            raise NotFound
        return found


def _short(q: str) -> str:
    return q if len(q) <= LONGEST_NAME else q[: LONGEST_NAME - 1] + "…"
