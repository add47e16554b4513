"""Who is told of initiatives, how often, and what a notice shows when it is read later."""
from collections.abc import Callable
from typing import Any

import pytest

from forum.jobs.drain import drain
from forum.kit.transaction import connection
from forum.searching.rebuild import rebuild
from tests.cast import Cast
from tests.initiatives.making import make
from tests.support.clients import Client

pytestmark = pytest.mark.anyio

Clients = Callable[..., Client]
API = "/api/v1"


@pytest.fixture
async def told(site: object, client: Clients) -> Callable[..., Any]:
    """``await told("ben")``: the kinds of their notices, newest first, once all jobs have run."""
    await rebuild()

    async def look(name: str) -> list[str]:
        await drain()
        return [notice["kind"] for notice in (await client(name).get(API + "/notices")).json()["items"]]

    return look


async def test_asked_to_lead_and_to_consent(client: Clients, cast: Cast, told: Callable[..., Any]) -> None:
    wish = {"title": "A plan", "thread": cast.threads["public"], "co_leads": ["sol"]}
    made = await client("fay").post(API + "/groups/public-group/initiatives", json=wish)
    assert made.status_code == 201, made.text
    assert (await told("sol"), await told("ben")) == (["co_lead_asked"], ["consent_asked"])
    notice = (await client("sol").get(API + "/notices")).json()["items"][0]
    assert (notice["initiative_title"], notice["actor"]["username"]) == ("A plan", "fay")
    await client("ben").put(f"{API}/initiatives/{made.json()['id']}/consent", json={"agree": False})
    assert await told("ben") == []


async def test_marks_are_told_once_whatever_goes_up_and_down(
    client: Clients, cast: Cast, told: Callable[..., Any]
) -> None:
    path = f"{API}/initiatives/{await make(cast.groups['public'], cast.members['ben'], 'gathering', goal=3)}"
    for _ in range(2):
        await client("cem").put(path + "/cosponsorship")
        await client("cem").delete(path + "/cosponsorship")
    assert await told("ben") == ["one_third"]
    for name in ("cem", "ada", "adi"):
        await client(name).put(path + "/cosponsorship")
        await drain()
    assert await told("ben") == ["goal_reached", "two_thirds", "one_third"]
    assert (await told("fay"), await told("adi")) == (["goal_reached"], ["goal_reached"])
    assert await told("cem") == ["goal_reached", "two_thirds", "one_third"]


async def test_an_update_reaches_the_co_sponsors_once(client: Clients, cast: Cast, told: Callable[..., Any]) -> None:
    thread, people = cast.threads["public"], cast.members
    number = await make(
        cast.groups["public"], people["ben"], "gathering", thread_id=thread,
        co_leads=[people["fay"]], cosponsors=[people["cem"], people["ada"], people["sol"]],
    )  # fmt: skip
    await client("cem").put(f"{API}/threads/{thread}/follow", json={"level": "all"})
    await client("ada").put(f"{API}/threads/{thread}/follow", json={"level": "mute"})
    await client("ben").post(f"{API}/initiatives/{number}/updates", json={"body": "Half way, @sol."})
    kinds = [await told(name) for name in ("cem", "fay", "ada", "sol", "ben")]
    assert kinds == [["update"], ["update"], [], ["mention"], []]
    await client("ben").post(f"{API}/threads/{thread}/posts", json={"body": "By the way."})
    assert (await told("fay"), await told("cem")) == (["update"], ["followed", "update"])


async def test_an_end_that_somebody_made(client: Clients, cast: Cast, told: Callable[..., Any]) -> None:
    number = await make(cast.groups["public"], cast.members["ben"], "gathering", cosponsors=[cast.members["cem"]])
    path = f"{API}/initiatives/{number}"
    await client("ben").put(path + "/withdrawal", json={"reason": "No time."})
    assert (await told("cem"), await told("fay"), await told("ben")) == (["ended"], ["ended"], [])
    page = await client("cem", browser=True).get("/notices")
    assert f"/i/{number}" in page.text
    assert "ended an initiative" in page.text


async def test_whoever_may_not_read_it_any_more_sees_no_notice(
    client: Clients, cast: Cast, told: Callable[..., Any]
) -> None:
    group, people = cast.groups["closed"], cast.members
    number = await make(group, people["ben"], "active", co_leads=[people["sol"]])
    async with connection() as sql:
        await sql.execute("INSERT INTO cosponsors (initiative_id, member_id) VALUES ($1, $2)", number, people["cem"])
    await client("fay").post(f"{API}/initiatives/{number}/answers", json={"kind": "declined", "body": "No."})
    assert (await told("ben"), await told("sol"), await told("cem")) == (["answered"], ["answered"], [])
    await client("sol").delete(API + "/groups/closed-group/membership")
    assert await told("sol") == []
