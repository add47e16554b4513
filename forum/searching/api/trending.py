"""What many people look for, as JSON."""
from starlette.responses import Response

from forum.api.operation import Call, answer, operation
from forum.searching.queries.trending import trending
from forum.searching.schemas import Trending, TrendingWanted


@operation("see_statistics", query=TrendingWanted, answers={200: Trending}, signed_in=True)
async def get_trending(call: Call[None, TrendingWanted]) -> Response:
    """What at least five people looked for lately, for the site's staff; nobody's name is known."""
    return answer(await trending(call.actor, call.query.days))
