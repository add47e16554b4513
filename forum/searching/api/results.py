"""Search, as JSON."""
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from forum.api.operation import Call, answer, operation
from forum.searching.queries import results
from forum.searching.schemas import SearchResults, SearchWanted


@operation("search_and_live", query=SearchWanted, answers={200: SearchResults})
async def get_search(call: Call[None, SearchWanted]) -> Response:
    """What answers a query best: threads by their best posts; or by date, or within a thread, each post."""
    found = await results.search(call.actor, call.query)
    if found.next is not None:
        found = msgspec.structs.replace(found, next=_next(call.query, found.next))
    return answer(found)


def _next(wanted: SearchWanted, after: str) -> str:
    fields = {**msgspec.structs.asdict(wanted), "after": after}
    given = {name: value for name, value in fields.items() if value}
    return "/api/v1/search?" + urlencode(given | {name: "true" for name, value in given.items() if value is True})
