"""What an initiative needs in a group, said by its facilitators."""
from collections.abc import Callable
from typing import Any

import pytest

from forum.kit.transaction import connection
from tests.cast import Cast
from tests.support.clients import Client

pytestmark = pytest.mark.anyio

Clients = Callable[..., Client]
PATH = "/api/v1/groups/public-group/initiative-settings"
TERMS = {"cosponsor_goal": 25, "gathering_days": 60, "anyone_may_cosponsor": False}


async def test_facilitators_say_it_and_the_log_keeps_it(client: Clients, cast: Cast) -> None:
    assert (await client("ben").put(PATH, json=TERMS)).json()["code"] == "facilitators_only"
    said = await client("fay").put(PATH, json=TERMS)
    assert {name: said.json()[name] for name in TERMS} == TERMS
    await client("fay").put(PATH, json=TERMS)
    async with connection() as sql:
        entries = await sql.fetch("SELECT before, after FROM audit_entries WHERE action = 'group.terms_set'")
    assert len(entries) == 1
    assert '"cosponsor_goal": 10' in entries[0]["before"]
    assert '"cosponsor_goal": 25' in entries[0]["after"]
    log = await client("fay", browser=True).get("/g/public-group/activity")
    assert "changed what an initiative needs" in log.text


@pytest.mark.parametrize("goal", [0, -1, 10_001, 10**9, 2**62])
async def test_a_goal_that_is_none(client: Clients, goal: int) -> None:
    refused = await client("fay").put(PATH, json=TERMS | {"cosponsor_goal": goal, "gathering_days": 6})
    assert refused.status_code == 422
    errors = {error["field"]: error["code"] for error in refused.json()["errors"]}
    assert errors == {"cosponsor_goal": "goal_out_of_range", "gathering_days": "days_out_of_range"}


@pytest.mark.parametrize("wrong", [10**30, 3.5, "12", None])
async def test_no_number_at_all(client: Clients, wrong: Any) -> None:
    refused = await client("fay").put(PATH, json=TERMS | {"cosponsor_goal": wrong})
    assert refused.status_code in (400, 422)


async def test_the_form_comes_back_as_it_was_filled(client: Clients) -> None:
    fay = client("fay", browser=True)
    sent = {"cosponsor_goal": "1000000000", "gathering_days": "60"}
    refused = await fay.post("/g/public-group/edit/initiatives", data=sent)
    assert refused.status_code == 422
    assert 'value="1000000000"' in refused.text
    assert "1 to 10,000 co-sponsors. Please" in refused.text
    assert "checked" not in refused.text
    assert 'action="/g/public-group/edit"' in refused.text
    saved = await fay.post("/g/public-group/edit/initiatives", data=sent | {"cosponsor_goal": "1"})
    assert saved.status_code == 303
    page = (await client("fay").get("/api/v1/groups/public-group")).json()
    assert (page["cosponsor_goal"], page["anyone_may_cosponsor"]) == (1, False)
    empty = await fay.post("/g/public-group/edit/initiatives", data={"cosponsor_goal": "", "gathering_days": "60"})
    assert empty.status_code == 422
