"""Search, as JSON."""
from starlette.responses import Response

from forum.api.operation import Call, answer, operation
from forum.searching.queries import results
from forum.searching.schemas import SearchResults, SearchWanted


@operation("search_and_live", query=SearchWanted, answers={200: SearchResults})
async def get_search(call: Call[None, SearchWanted]) -> Response:
    """The threads that answer a query best, each by its best post."""
    return answer(await results.search(call.actor, call.query))
