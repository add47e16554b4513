"""What the tests of polls share."""
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forum.kit.transaction import connection
from forum.polls.commands.close_poll import close_due, due_polls
from forum.polls.jobs import watch_clock
from tests.cast import Cast

Doc = dict[str, Any]
Ask = Callable[..., Awaitable[Doc]]


def later(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


@pytest.fixture
def ask(client: Any, cast: Cast) -> Ask:
    """``await ask("ben", kind="single", options=["Tea", "Coffee"], group="closed")``: the poll as it was answered."""

    async def start(who: str = "ben", group: str = "public", **wish: Any) -> Doc:
        body = {"question": "What shall we drink?", "kind": "single", "closes_at": later(days=7), **wish}
        if body["kind"] in ("single", "multiple", "score", "ranked"):
            body.setdefault("options", ["Tea", "Coffee", "Water"])
        response = await client(who).post(f"/api/v1/threads/{cast.threads[group]}/polls", json=body)
        assert response.status_code == 201, response.text
        answer: Doc = response.json()
        return answer

    return start


@pytest.fixture
def vote(client: Any) -> Callable[..., Awaitable[Any]]:
    """``await vote("ben", poll, 0)`` for the option at that place, or marks by place; the answer as it came."""

    async def cast_vote(who: str, poll: Doc, marks: int | dict[int, int], reason: str = "") -> Any:
        by_place = marks if isinstance(marks, dict) else {marks: 1}
        by_option = {str(poll["options"][place]["id"]): mark for place, mark in by_place.items()}
        body = {"marks": by_option} | ({"reason": reason} if reason else {})
        return await client(who).put(f"/api/v1/polls/{poll['id']}/ballot", json=body)

    return cast_vote


async def sql(statement: str, *values: Any) -> Any:
    async with connection() as raw:
        return await raw.fetchval(statement, *values)


async def over(poll: Doc) -> None:
    """Its time is over (and it has begun before that)."""
    await sql(
        "UPDATE polls SET opens_at = now() - interval '2 hours', closes_at = now() - interval '1 hour' WHERE id = $1",
        poll["id"],
    )


async def tick() -> None:
    """What the clock brings about, here and now."""
    await watch_clock()
    for poll_id in await due_polls():
        await close_due(poll_id)
