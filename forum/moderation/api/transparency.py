"""Half a year of moderation in numbers, as JSON."""
from starlette.responses import Response

from forum.api.operation import Call, answer, operation
from forum.moderation.queries.transparency import transparency
from forum.moderation.schemas import PeriodWanted, TransparencyReport


@operation("read_transparency_report", query=PeriodWanted, answers={200: TransparencyReport})
async def get_transparency(call: Call[None, PeriodWanted]) -> Response:
    """What was flagged, decided, appealed against and undone in half a year: the whole site in numbers."""
    return answer(await transparency(call.query.period))
