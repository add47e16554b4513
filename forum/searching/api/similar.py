"""Threads that resemble one another, as JSON."""
from starlette.responses import Response

from forum.api.operation import Call, Nothing, answer, operation
from forum.searching.queries import similar
from forum.searching.schemas import LikenessWanted, SimilarThreads


@operation("read_content", answers={200: SimilarThreads})
async def list_similar(call: Call[None, Nothing]) -> Response:
    """Up to five threads that resemble this one."""
    _opening, found = await similar.similar_to(call.actor, call.id("id"))
    return answer(SimilarThreads(found))


@operation("search_and_live", query=LikenessWanted, answers={200: SimilarThreads})
async def list_similar_titles(call: Call[None, LikenessWanted]) -> Response:
    """Up to five threads that resemble a title, before a thread of that title is started."""
    return answer(SimilarThreads(await similar.similar_titles(call.actor, call.query.title, call.query.group)))
