"""What is offered while somebody types."""

from collections.abc import Callable
from typing import Any

import pytest

from forum.searching.engine import install
from forum.searching.rebuild import rebuild
from tests.cast import STRANGER, Cast
from tests.searching.planting import Away, run
from tests.support.clients import Client

pytestmark = pytest.mark.anyio
As = Callable[..., Client]


async def offered(reader: Client, q: str, **more: str) -> dict[str, list[Any]]:
    answer = await reader.get("/api/v1/suggestions", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return {
        name: [item.get("slug") if name != "people" else item["username"] for item in items]
        if name != "threads"
        else [item["id"] for item in items]
        for name, items in answer.json().items()
    }


async def test_by_the_beginnings_of_words(client: As, cast: Cast) -> None:
    await run("UPDATE threads SET title = 'Marmalade on toast' WHERE id = $1", cast.threads["public"])
    await run("UPDATE threads SET title = 'Marmalade in secret' WHERE id = $1", cast.threads["closed"])
    await rebuild()
    assert (await offered(client(STRANGER), "marm"))["threads"] == [cast.threads["public"]]
    assert (await offered(client(STRANGER), "toast marmal"))["threads"] == [cast.threads["public"]]
    inside = await offered(client("ben"), "marmal")
    assert sorted(inside["threads"]) == sorted([cast.threads["public"], cast.threads["closed"]])
    assert (await offered(client("ben"), "hid"))["groups"] == ["hidden-group"]
    assert (await offered(client("cem"), "hid"))["groups"] == []
    assert (await offered(client("cem"), "fa"))["people"] == ["fay"]
    assert (await offered(client(STRANGER), "fa"))["people"] == (await offered(client("pia"), "fa"))["people"] == []
    assert (await offered(client("cem"), "ay"))["people"] == []
    assert await offered(client("cem"), "%") == {"threads": [], "groups": [], "people": []}


async def test_in_a_group_only_its_threads(client: As, cast: Cast) -> None:
    await rebuild()
    found = await offered(client("ben"), "thr", group="closed-group")
    assert found == {"threads": [cast.threads["closed"]], "groups": [], "people": []}


async def test_without_the_engine_names_are_left(client: As, cast: Cast) -> None:
    install(Away())  # type: ignore[arg-type]
    assert await offered(client("cem"), "fa") == {"threads": [], "groups": [], "people": ["fay"]}
