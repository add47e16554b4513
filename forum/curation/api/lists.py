"""Accepted answers and the best of a period, as JSON."""
from datetime import UTC, datetime

import msgspec
from starlette.responses import Response

from auth.actor import Actor
from forum.api.operation import Call, answer, document, operation
from forum.curation.periods import period_of
from forum.curation.queries import lists as queries
from forum.curation.schemas import AnswerList, AnswersWanted, BestList, BestThread, BestWanted


@operation("read_content", query=AnswersWanted, answers={200: AnswerList})
async def list_answers(call: Call[None, AnswersWanted]) -> Response:
    """The accepted answers of a group, the newest first."""
    return document(
        await queries.accepted_answers(call.actor, call.slug(), call.query.before, call.query.limit)
    )


@operation("read_content", query=BestWanted, answers={200: BestList})
async def list_best_of_group(call: Call[None, BestWanted]) -> Response:
    """The threads of a group that gave most in a month or a year."""
    return answer(await best(call.actor, call.slug(), call.query.period))


@operation("read_content", query=BestWanted, answers={200: BestList})
async def list_best(call: Call[None, BestWanted]) -> Response:
    """The threads that gave most in a month, of all that you may read."""
    return answer(await best(call.actor, "", call.query.period))


async def best(actor: Actor, slug: str, asked: str) -> BestList:
    period = period_of(asked, datetime.now(UTC).date(), years=bool(slug))
    body = await queries.best_threads(actor, slug, period.first, period.end)
    return BestList(period.name, msgspec.json.decode(body, type=list[BestThread]), None)
