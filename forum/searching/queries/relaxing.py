"""When nothing is found: which of the filters stood in the way."""

from collections.abc import Sequence

from forum.kit.transaction import connection
from forum.searching.engine import engine
from forum.searching.queries.statements import AMONG, OPEN
from forum.searching.schemas import SearchWanted, Understood
from search.engine import Query, SearchUnavailable
from search.query import parse

MOST_TRIED = 5
FEW = 5


async def in_the_way(
    readable: tuple[int, ...], wanted: SearchWanted, filters: Sequence[Understood]
) -> list[Understood]:
    """The filters without which something that may be read would be found; ``readable`` is where it was looked for."""
    tried = filters[:MOST_TRIED]
    slugs = sorted({slug for each in tried for slug in parse(each.rest).groups})
    try:
        async with connection() as sql:
            rows = await sql.fetch(AMONG, slugs, list(readable)) if slugs else []
        ids = {row["slug"]: row["id"] for row in rows}
        found = [await _posts(readable, ids, wanted.thread, each.rest) for each in tried]
    except SearchUnavailable:
        return []
    async with connection() as sql:
        rows = await sql.fetch(OPEN, [post for posts in found for post in posts], list(readable))
    readable_posts = {row["id"] for row in rows}
    return [each for each, posts in zip(tried, found, strict=True) if readable_posts & posts]


async def _posts(readable: tuple[int, ...], ids: dict[str, int], thread: int | None, q: str) -> set[int]:
    parsed = parse(q)
    groups = tuple(ids[slug] for slug in parsed.groups if slug in ids) if parsed.groups else readable
    if not (parsed.words or parsed.phrases or parsed.filters):
        return set()
    found = await engine().search(Query(parsed, groups, thread, limit=FEW))
    return {hit.post_id for hit in found.hits}
