"""What the tests of threads share."""
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.cast import Cast

Reply = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def reply(client: Any, cast: Cast) -> Reply:
    """``await reply("ben", "Text", kind="closed")``: the post as it was answered."""

    async def write(who: str, body: str, kind: str = "public", **more: Any) -> dict[str, Any]:
        path = f"/api/v1/threads/{cast.threads[kind]}/posts"
        response = await client(who).post(path, json={"body": body, **more})
        assert response.status_code == 201, response.text
        answer: dict[str, Any] = response.json()
        return answer

    return write
