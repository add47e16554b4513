"""While somebody types: threads by their titles, groups and people by their names; a few of each, in one statement."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from auth.actor import Actor
from forum.groups.schemas import GroupBrief, Person
from forum.kit.text import literal
from forum.kit.transaction import connection
from forum.members.policies import can_see_people
from forum.searching.engine import engine
from forum.searching.queries.results import MOST_NAME_WORDS, scope
from forum.searching.schemas import SearchWanted, SuggestedThread, Suggestions, SuggestionsWanted
from search.engine import Query, SearchUnavailable
from search.query import ParsedQuery, parse

FEW = 5
SPARE = 10  # more hits are asked for, in case that some may no longer be read

# $1 first posts of threads in their order, $2 readable, $3 listed, $4 patterns, $5 whether cards of groups for members
# may be seen, $6 whether people may be, $7 how many of each. A name is found by the beginnings of its words.
SUGGEST = """
    SELECT
        (SELECT coalesce(json_agg(row_to_json(x)), '[]') FROM (
            SELECT t.id, t.title, t.slug, g.title AS group
            FROM unnest($1::bigint[]) WITH ORDINALITY AS h (id, n)
            JOIN posts p ON p.id = h.id JOIN threads t ON t.id = p.thread_id JOIN groups g ON g.id = t.group_id
            WHERE p.state = 'public' AND t.group_id = ANY($2::bigint[]) ORDER BY h.n LIMIT $7::int) x),
        (SELECT coalesce(json_agg(row_to_json(x)), '[]') FROM (
            SELECT g.slug, g.title, g.visibility, g.policy FROM groups g
            WHERE cardinality($4::text[]) > 0 AND g.id = ANY($3::bigint[])
              AND ($5::boolean OR g.visibility <> 'members') AND ' ' || g.title ILIKE ALL($4)
            ORDER BY g.position, g.id LIMIT $7) x),
        (SELECT coalesce(json_agg(row_to_json(x)), '[]') FROM (
            SELECT m.username, m.display_name AS name FROM members m
            WHERE cardinality($4) > 0 AND $6::boolean AND m.status = 'active'
              AND (' ' || m.display_name || ' ' || m.username) ILIKE ALL($4)
            ORDER BY m.id LIMIT $7) x)
"""


async def suggest(actor: Actor, wanted: SuggestionsWanted) -> Suggestions:
    """Within a group only its threads."""
    readable, place = await scope(actor, SearchWanted(group=wanted.group))
    parsed = parse(wanted.q)
    words = (*parsed.words, *parsed.phrases)
    if not words:
        return Suggestions([], [], [])
    posts = await _threads(parsed, readable)
    named = place is None and len(words) <= MOST_NAME_WORDS and not parsed.filters
    async with connection() as sql:
        row = await sql.fetchrow(
            SUGGEST,
            posts,
            list(readable),
            list(actor.listed),
            [f"% {literal(word)}%" for word in words] if named else [],
            not actor.is_anonymous,
            bool(can_see_people(actor)),
            FEW,
        )
    assert row is not None
    threads, groups, people = row
    return Suggestions(
        msgspec.json.decode(threads, type=list[SuggestedThread]),
        msgspec.json.decode(groups, type=list[GroupBrief]),
        msgspec.json.decode(people, type=list[Person]),
    )


async def _threads(parsed: ParsedQuery, readable: tuple[int, ...]) -> Sequence[int]:
    """Posts of threads whose titles have the words, the last of them still unfinished."""
    if parsed.groups:
        return ()
    by_title = Query(replace(parsed, title_only=True, sort=None), readable, limit=SPARE, unfinished=True)
    try:
        return [hit.post_id for hit in (await engine().search(by_title)).hits]
    except SearchUnavailable:
        return ()
