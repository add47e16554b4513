"""What others do not learn of an initiative, and what its makers do not lose."""
from collections.abc import Callable

import pytest

from forum.initiatives.jobs import watch_clock
from forum.jobs.drain import drain
from forum.kit.transaction import connection
from forum.searching.rebuild import rebuild
from tests.cast import Cast
from tests.initiatives.making import make
from tests.support.clients import Client

pytestmark = pytest.mark.anyio

Clients = Callable[..., Client]

TEXT = {"aim": "A", "why": "W", "ask": "Q"}


async def leads(client: Client, number: int) -> list[str]:
    return [lead["username"] for lead in (await client.get(f"/api/v1/initiatives/{number}")).json()["leads"]]


async def test_a_draft_outlives_the_departure_of_all_who_lead_it(client: Clients, cast: Cast) -> None:
    members = cast.members
    number = await make(
        cast.groups["public"], members["ben"], "draft", co_leads=[members["sol"]], asked=[members["fay"]]
    )
    async with connection() as sql:
        gone = "DELETE FROM memberships WHERE group_id = $1 AND member_id = ANY($2::bigint[])"
        await sql.execute(gone, cast.groups["public"], [members["ben"], members["sol"]])
    for _ in range(2):
        await watch_clock()
    assert await leads(client("ben"), number) == ["ben", "fay"]
    assert (await client("sol").get(f"/api/v1/initiatives/{number}")).status_code == 404


async def test_who_sees_the_site_as_a_member_sees_no_draft_of_theirs(client: Clients, cast: Cast) -> None:
    members, group = cast.members, cast.groups["public"]
    own = await make(group, members["ben"], "draft", title="Own draft")
    asked = await make(group, members["fay"], "draft", title="Asked along", asked=[members["ben"]])
    thread = cast.threads["public"]
    wanted = await make(group, members["fay"], "draft", title="Of their thread", thread_id=thread, consent_asked=True)
    adi = client("adi", browser=True)
    assert (await adi.post("/m/ben/view-as", data={"cause": "support"})).status_code == 303
    for number in (own, asked, wanted):
        assert (await client("ben").get(f"/api/v1/initiatives/{number}")).status_code == 200
        for path in (f"/i/{number}", f"/i/{number}/edit", f"/api/v1/initiatives/{number}/cosponsors"):
            assert (await adi.get(path)).status_code == 404, path
    for path in ("/initiatives?stage=draft", "/", "/g/public-group", "/notices"):
        page = (await adi.get(path)).text
        assert not any(title in page for title in ("Own draft", "Asked along", "Of their thread")), path


async def test_every_link_to_one_called_record_leads_to_it(client: Clients, cast: Cast) -> None:
    wish = TEXT | {"title": "Record", "co_leads": ["fay"]}
    number = (await client("ben").post("/api/v1/groups/public-group/initiatives", json=wish)).json()["id"]
    await client("fay").put(f"/api/v1/initiatives/{number}/leadership", json={"agree": True})
    doc = (await client("ben").put(f"/api/v1/initiatives/{number}/launch")).json()
    for path in ("/initiatives", f"/t/{doc['thread']['id']}/{doc['thread']['slug']}"):
        page = (await client("ben", browser=True).get(path)).text
        assert f'href="/i/{number}/record-"' in page, path
    assert (await client("ben", browser=True).get(f"/i/{number}/record-")).status_code == 200


async def test_drafts_from_one_thread_know_nothing_of_each_other(client: Clients, cast: Cast) -> None:
    made = {}
    for name, co_lead in {"fay": "ben", "ben": "fay"}.items():
        wish = TEXT | {"title": f"By {name}", "thread": cast.threads["public"], "co_leads": [co_lead]}
        answer = await client(name).post("/api/v1/groups/public-group/initiatives", json=wish)
        assert answer.status_code == 201, answer.text
        made[name] = f"/api/v1/initiatives/{answer.json()['id']}"
        await client(co_lead).put(made[name] + "/leadership", json={"agree": True})
    await client("ben").put(made["fay"] + "/consent", json={"agree": True})
    assert (await client("ben").put(made["ben"] + "/launch")).json()["thread"]["id"] == cast.threads["public"]
    late = await client("fay").put(made["fay"] + "/launch")
    assert (late.status_code, late.json()["code"]) == (409, "thread_has_initiative")
    await client("fay").delete(made["fay"] + "/thread")
    assert (await client("fay").put(made["fay"] + "/launch")).status_code == 200


async def test_news_of_an_initiative_are_not_for_a_draft_of_the_same_thread(client: Clients, cast: Cast) -> None:
    members, group, thread = cast.members, cast.groups["public"], cast.threads["public"]
    await rebuild()
    number = await make(group, members["ben"], "gathering", thread_id=thread, cosponsors=[members["cem"]])
    await make(group, members["sol"], "draft", thread_id=thread)
    await client("ben").post(f"/api/v1/initiatives/{number}/updates", json={"body": "Half way."})
    await drain()
    for name, told in {"cem": ["update"], "sol": []}.items():
        assert [notice["kind"] for notice in (await client(name).get("/api/v1/notices")).json()["items"]] == told, name
