"""Searching: the engine points, the visibility door decides, PostgreSQL tells what is shown."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import asyncpg
import msgspec

from auth.actor import Actor
from forum.groups import queries as groups
from forum.groups.policies import GroupState, can_read
from forum.groups.schemas import GroupBrief, Person
from forum.kit.text import literal
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.members.policies import can_see_people
from forum.searching import trending
from forum.searching.queries import statements
from forum.searching.queries.hits import with_snippets
from forum.searching.queries.walk import Walk
from forum.searching.refining import (
    FAMILIES,
    as_written,
    narrowed,
    respelled,
    without,
)
from forum.searching.schemas import (
    Facets,
    FacetValue,
    Respelling,
    SearchResults,
    SearchWanted,
    Total,
    Understood,
)
from forum.threads.queries import thread_door
from search.engine import MAX_LIMIT, Correction, Query, SearchUnavailable
from search.query import parse

MOST_READ = 20  # hits in which a word is looked for that was probably meant
MOST_NAME_WORDS = 4  # of a query that may be somebody's or a group's name


class _Counted(msgspec.Struct, frozen=True):
    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Around:
    """What a page shows beside the hits; ``groups`` and ``people`` are one more than it has room for."""

    total: int = 0
    facets: dict[str, list[_Counted]] = field(default_factory=dict)
    groups: list[GroupBrief] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results; ``readable`` is where was looked, ``place`` the group that was asked for by its slug."""

    results: SearchResults
    readable: tuple[int, ...] = ()
    around: Around = Around()
    place: GroupState | None = None


async def search(actor: Actor, wanted: SearchWanted) -> SearchResults:
    """A page of what answers a query."""
    return (await find(actor, wanted)).results


async def find(actor: Actor, wanted: SearchWanted, *, names: bool = False) -> Found:
    """The same with what is around it: ``names`` adds groups and people whose names match."""
    readable, place = await scope(actor, wanted)
    parsed = parse(wanted.q)
    if not wanted.q.strip():
        return Found(SearchResults([]), place=place)
    searched = await _among(parsed.groups, readable) if parsed.groups else readable
    query = Query(parsed, searched, wanted.thread, verbatim=wanted.verbatim)
    door = _Door(actor, wanted, query, names=names and place is None and wanted.thread is None)
    try:
        await door.walk_through(Walk(query, wanted.after, counting=wanted.facets))
    except SearchUnavailable:
        door = _Door(actor, wanted, query, names=door.names)
        await door.by_titles()
    if wanted.after is None and wanted.thread is None and place is None and not door.degraded:
        trending.note(actor, parsed, found=bool(door.rows))
    return Found(await _results(door), readable, door.around, place)


async def scope(actor: Actor, wanted: SearchWanted) -> tuple[tuple[int, ...], GroupState | None]:
    """The groups to search in: those that the actor may read, or the one that was asked for, through its door."""
    if wanted.thread is not None:
        return ((await thread_door(actor, wanted.thread)).group.id,), None
    if wanted.group is None:
        return actor.readable, None
    group = await groups.door(actor, wanted.group)
    require(can_read(actor, group))
    return (group.id,), group


async def _among(slugs: Sequence[str], readable: tuple[int, ...]) -> tuple[int, ...]:
    """Those of the groups that have one of these slugs."""
    async with connection() as sql:
        rows = await sql.fetch(statements.AMONG, [slug.lower() for slug in slugs], list(readable))
    return tuple(row["id"] for row in rows)


class _Door:
    """Reads hits again until a page is full: most often in one statement."""

    def __init__(self, actor: Actor, wanted: SearchWanted, query: Query, *, names: bool) -> None:
        self.actor, self.wanted, self.query, self.names = actor, wanted, query, names
        self.rows: list[asyncpg.Record] = []
        self.meant: list[asyncpg.Record] = []
        self.around = Around()
        self.corrections: Sequence[Correction] = ()
        self.next: str | None = None
        self.degraded = self.beyond = False

    async def walk_through(self, walk: Walk) -> None:
        limit, size = self.wanted.limit, self.wanted.limit + 1
        window = await walk.window(size)
        counted = await walk.to_count() if self.wanted.facets else ()
        self.corrections = walk.corrections
        self.beyond = len(counted) == MAX_LIMIT
        await self._read([hit.post_id for hit in window], [hit.post_id for hit in counted])
        # Rarely: what was found may no longer be read, so that more is looked at.
        while len(self.rows) <= limit and (window := await walk.window(size := min(4 * size, MAX_LIMIT))):
            self.rows += await self._fetch([hit.post_id for hit in window])
        if len(self.rows) > limit:
            del self.rows[limit:]
            self.next = walk.cursor(self.rows[-1]["id"])
        if proposed := [each for each in self.corrections if not each.searched]:
            respelt = replace(self.query, parsed=parse(respelled(self.wanted.q, proposed)), verbatim=True)
            self.meant = await self._fetch([hit.post_id for hit in await Walk(respelt).window(limit)])

    async def by_titles(self) -> None:
        """While the engine is away."""
        self.degraded = True
        parsed = self.query.parsed
        words = " ".join((*parsed.words, *parsed.phrases))[:200].strip()
        posts: list[int] = []
        if words and self.wanted.after is None:
            async with connection() as sql:
                rows = await sql.fetch(
                    statements.TITLES,
                    words,
                    list(self.query.group_ids),
                    f"%{literal(words)}%",
                    self.wanted.thread,
                    self.wanted.limit,
                )
            posts = [row["id"] for row in rows]
        await self._read(posts, [])

    async def _read(self, posts: list[int], counted: list[int]) -> None:
        if not (self.wanted.facets or self.names):
            self.rows = await self._fetch(posts)
            return
        async with connection() as sql:
            rows = await sql.fetch(
                statements.READ_WITH_AROUND,
                posts,
                list(self.query.group_ids),
                counted,
                list(self.actor.listed),
                self._patterns(),
                not self.actor.is_anonymous,
                bool(can_see_people(self.actor)),
            )
        self.rows = [row for row in rows if row["id"] is not None]
        self.around = Around(
            rows[0]["total"],
            msgspec.json.decode(rows[0]["facets"], type=dict[str, list[_Counted]]),
            msgspec.json.decode(rows[0]["groups"], type=list[GroupBrief]),
            msgspec.json.decode(rows[0]["people"], type=list[Person]),
        )

    async def _fetch(self, posts: list[int]) -> list[asyncpg.Record]:
        async with connection() as sql:
            return list(await sql.fetch(statements.READ, posts, list(self.query.group_ids)))

    def _patterns(self) -> list[str]:
        parsed = self.query.parsed
        words = (*parsed.words, *parsed.phrases)
        if not self.names or self.wanted.after or len(words) > MOST_NAME_WORDS or parsed.filters:
            return []
        return [f"%{literal(word)}%" for word in words]


async def _results(door: _Door) -> SearchResults:
    wanted, parsed = door.wanted, door.query.parsed
    counted = wanted.facets and not door.degraded
    return SearchResults(
        items=await with_snippets(door.rows, parsed, tuple(each.meant for each in door.corrections if each.searched)),
        next=door.next,
        degraded=door.degraded,
        filters=[Understood(each.name, each.value, each.rest) for each in parsed.filters],
        # Reading long posts for a word takes milliseconds each, and others have their turn meanwhile.
        corrections=await asyncio.to_thread(lambda: list(_corrections(door))) if door.corrections else [],
        total=Total(door.around.total, door.beyond) if counted else None,
        facets=_facets(wanted.q, door.around) if counted else None,
    )


def _corrections(door: _Door) -> Iterator[Respelling]:
    """Those whose word stands in what was read: the index knows words of posts that this actor may not see."""
    for each in door.corrections:
        rows = (door.rows if each.searched else door.meant)[:MOST_READ]
        texts = ((f"{row['title']}\n{row['text']}", row["language"]) for row in rows)
        if (meant := as_written(each.meant, texts)) is not None:
            yield Respelling(each.typed, meant, each.searched, respelled(door.wanted.q, [replace(each, meant=meant)]))


def _facets(q: str, around: Around) -> Facets:
    bare = {family: without(q, family) for family in FAMILIES}
    found = {
        family: [
            FacetValue(each.value, each.label, each.count, narrowed(bare[family], family, each.value))
            for each in values
        ]
        for family, values in around.facets.items()
    }
    found["year"].sort(key=lambda each: each.value, reverse=True)
    return Facets(**found)
