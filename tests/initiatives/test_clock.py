"""What time does, and what follows when those who lead go: by the clock and at once."""
from collections.abc import Callable
from typing import Any

import pytest

from forum.initiatives.commands.clock import NOBODY_LEADS
from forum.initiatives.jobs import watch_clock
from forum.jobs.drain import drain
from forum.kit.transaction import connection
from forum.searching.rebuild import rebuild
from tests.cast import Cast
from tests.initiatives.making import make
from tests.support.clients import Client

pytestmark = pytest.mark.anyio

Clients = Callable[..., Client]


@pytest.fixture
async def told(site: object, client: Clients) -> Callable[..., Any]:
    """``await told("ben")``: what of initiatives they were told, newest first, once the clock and all jobs have run."""
    await rebuild()

    async def look(*names: str) -> list[list[str]]:
        await watch_clock()
        await drain()
        lists = [(await client(name).get("/api/v1/notices")).json()["items"] for name in names]
        return [[notice["kind"] for notice in found if notice["initiative_id"]] for found in lists]

    return look


async def sql(statement: str, *values: Any) -> Any:
    async with connection() as raw:
        return await raw.fetchval(statement, *values)


async def put(cast: Cast, stage: str, **others: Any) -> tuple[int, str]:
    """An initiative of Ben's in the public group."""
    number = await make(cast.groups["public"], cast.members["ben"], stage, **others)
    return number, f"/api/v1/initiatives/{number}"


async def test_days_that_end(client: Clients, cast: Cast, told: Callable[..., Any]) -> None:
    number, path = await put(cast, "gathering", cosponsors=[cast.members["cem"]])
    assert await told("ben", "cem") == [[], []]
    await sql("UPDATE initiatives SET gathering_ends_at = now() + interval '6 days' WHERE id = $1", number)
    assert await told("ben", "cem", "fay") == [["ending_soon"], ["ending_soon"], []]
    await sql("UPDATE initiatives SET gathering_ends_at = now() WHERE id = $1", number)
    late = await client("ada").put(path + "/cosponsorship")
    assert late.json()["code"] == "gathering_over"
    assert await told("cem", "fay") == [["lapsed", "ending_soon"], ["lapsed"]]
    doc = (await client("cem").get(path)).json()
    assert (doc["stage"], doc["history"][-1]["by"]) == ("lapsed", None)
    await client("fay").put(path + "/reopening", json={"reason": "Summer was in between."})
    assert (await client("ada").put(path + "/cosponsorship")).status_code == 200


async def test_an_answer_that_is_overdue(client: Clients, cast: Cast, told: Callable[..., Any]) -> None:
    number, path = await put(cast, "active", cosponsors=[cast.members["cem"]])
    overdue = "UPDATE initiatives SET answer_due_at = now() - $2::int * interval '1 day' WHERE id = $1"
    await sql(overdue, number, 1)
    for _ in range(2):
        assert await told("fay", "cem") == [["answer_overdue"], []]
    await client("fay").post(path + "/answers", json={"kind": "needs_work", "body": "By whom?"})
    assert await told("cem") == [["answered"]]
    text = {"title": "With names", "aim": "A", "why": "W", "ask": "Q"}
    version = (await client("ben").get(path)).json()["version"]
    await client("ben").patch(path, json=text, headers={"If-Match": f'"{version}"'})
    assert await told("fay", "cem") == [["revised", "answer_overdue"], ["revised", "answered"]]
    await sql(overdue, number, 2)
    assert await told("fay") == [["answer_overdue", "revised", "answer_overdue"]]


LEAVE = {
    "leaves": None,
    "banned": None,
    "deactivated": "UPDATE members SET status = 'deactivated' WHERE id = $1",
    "suspended": "UPDATE members SET status = 'suspended', suspended_until = NULL WHERE id = $1",
    "for long": "UPDATE members SET status = 'suspended', suspended_until = now() + interval '15 days' WHERE id = $1",
}


@pytest.mark.parametrize("how", LEAVE)
async def test_the_co_lead_takes_over(client: Clients, cast: Cast, told: Callable[..., Any], how: str) -> None:
    _, path = await put(cast, "gathering", co_leads=[cast.members["sol"]], cosponsors=[cast.members["cem"]])
    if how == "leaves":
        await client("ben").delete("/api/v1/groups/public-group/membership")
    elif how == "banned":
        await client("fay").put("/api/v1/groups/public-group/bans/ben", json={"reason": "Spam."})
    else:
        await sql(LEAVE[how], cast.members["ben"])
    assert await told("sol", "cem") == [["lead_changed"], ["lead_changed"]]
    leads = (await client("cem").get(path)).json()["leads"]
    assert [(lead["username"], lead["role"]) for lead in leads] == [("sol", "lead")]


async def test_a_short_suspension_is_waited_for(client: Clients, cast: Cast, told: Callable[..., Any]) -> None:
    _, path = await put(cast, "gathering", co_leads=[cast.members["sol"]])
    days = "UPDATE members SET status = 'suspended', suspended_until = now() + interval '13 days' WHERE id = $1"
    await sql(days, cast.members["ben"])
    assert await told("sol") == [[]]
    assert len((await client("cem").get(path)).json()["leads"]) == 2


async def test_nobody_left_to_lead(client: Clients, cast: Cast, told: Callable[..., Any]) -> None:
    number, path = await put(cast, "gathering", cosponsors=[cast.members["cem"]])
    await client("ben").delete("/api/v1/groups/public-group/membership")
    assert await told("cem", "fay") == [["leaderless"], ["leaderless"]]
    assert (await client("cem").get(path)).json()["leaderless_since"]
    for page in ("/initiatives", f"/i/{number}/card", f"/i/{number}/record"):
        assert "nobody at present" in (await client("cem", browser=True).get(page)).text, page
    await sql("UPDATE initiatives SET leaderless_since = now() - interval '14 days' WHERE id = $1", number)
    assert await told("cem") == [["ended", "leaderless"]]
    doc = (await client("cem").get(path)).json()
    assert (doc["stage"], doc["history"][-1]["by"], doc["history"][-1]["reason"]) == ("withdrawn", None, NOBODY_LEADS)


async def test_facilitators_find_somebody_in_time(client: Clients, cast: Cast, told: Callable[..., Any]) -> None:
    number, path = await put(cast, "gathering")
    await client("ben").delete("/api/v1/groups/public-group/membership")
    assert await told("fay") == [["leaderless"]]
    assert (await client("cem").put(path + "/leads/sol")).status_code == 403
    assert (await client("fay").put(path + "/leads/sol")).status_code == 204
    assert await told("sol") == [["co_lead_asked"]]
    await sql("UPDATE members SET silenced_until = NULL")
    assert (await client("sol").put(path + "/leadership", json={"agree": True})).status_code == 204
    assert await told("sol") == [["lead_changed", "co_lead_asked"]]
    await sql("UPDATE initiatives SET gathering_ends_at = now() + interval '30 days' WHERE id = $1", number)
    doc = (await client("sol").get(path)).json()
    assert (doc["leads"][0]["role"], doc["leaderless_since"]) == ("lead", None)


async def test_each_answer_is_told_in_its_own_words(client: Clients, cast: Cast, told: Callable[..., Any]) -> None:
    await sql("UPDATE members SET silenced_until = NULL")
    _, path = await put(cast, "draft", asked=[cast.members["sol"], cast.members["fay"]])
    await client("sol").put(path + "/leadership", json={"agree": False})
    assert await told("ben") == [["lead_declined"]]
    await client("fay").put(path + "/leadership", json={"agree": True})
    await client("fay").delete(path + "/leadership")
    assert await told("ben") == [["lead_left", "lead_changed", "lead_declined"]]
    page = (await client("ben", browser=True).get("/notices")).text
    assert "would rather not lead it" in page and "leads it no more" in page


async def test_a_draft_goes_on_with_whoever_agreed(client: Clients, cast: Cast, told: Callable[..., Any]) -> None:
    alone, _ = await put(cast, "draft", title="Alone")
    _, path = await put(cast, "draft", co_leads=[cast.members["fay"]], asked=[cast.members["sol"]])
    await client("ben").delete("/api/v1/groups/public-group/membership")
    assert await told("fay", "sol") == [["lead_changed"], []]
    leads = (await client("fay").get(path)).json()["leads"]
    assert [(lead["username"], lead["role"]) for lead in leads] == [("fay", "lead"), ("sol", "co_lead")]
    assert (await client("ben").get(path)).status_code == 404
    assert (await client("ben").get(f"/api/v1/initiatives/{alone}")).status_code == 200
