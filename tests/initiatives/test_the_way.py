"""From the draft to the official answer, through the API."""
from collections.abc import Callable
from typing import Any

import pytest

from forum.kit.transaction import connection
from tests.cast import Cast
from tests.initiatives.making import LEAD, make
from tests.polls.conftest import later
from tests.support.clients import Client

pytestmark = pytest.mark.anyio

API = "/api/v1"
TEXT = {
    "title": "A shared looking glass for island exchanges",
    "aim": "One page that shows how **our** exchanges reach each other.",
    "why": "Each of us debugs alone.",
    "ask": "Operators: a feed. The secretariat: a name.",
    "languages": ["en", "fr"],
}


async def test_drafted_launched_supported_answered(client: Callable[..., Client], cast: Cast) -> None:
    ben, fay, cem = client("ben"), client("fay"), client("cem")
    wish = TEXT | {"co_leads": ["fay"], "milestones": [{"title": "A first feed", "due_on": later(days=90)[:10]}]}
    made = await ben.post(f"{API}/groups/public-group/initiatives", json=wish)
    assert made.status_code == 201, made.text
    doc = made.json()
    path = f"{API}/initiatives/{doc['id']}"
    assert (doc["stage"], doc["thread"], doc["steps"][0]["title"]) == ("draft", None, "A first feed")
    assert [(lead["username"], lead["state"]) for lead in doc["leads"]] == [("ben", "accepted"), ("fay", "asked")]
    assert (await cem.get(path)).status_code == 404

    refused = await ben.put(f"{path}/launch")
    assert (refused.status_code, refused.json()["code"]) == (403, "co_lead_needed")
    assert (await fay.put(f"{path}/leadership", json={"agree": True})).status_code == 204
    launched = (await ben.put(f"{path}/launch")).json()
    assert (launched["stage"], launched["goal"], launched["cosponsor_count"]) == ("gathering", 10, 0)
    thread = (await cem.get(f"{API}/threads/{launched['thread']['id']}")).json()
    assert thread["title"] == TEXT["title"]
    assert "<strong>our</strong>" in thread["posts"]["items"][0]["html"]

    async with connection() as sql:
        await sql.execute("UPDATE initiatives SET goal = 2 WHERE id = $1", doc["id"])
    assert (await ben.put(f"{path}/cosponsorship")).json()["code"] == "leads_it"
    for supporter in (cem, cem, client("ada")):
        supported = await supporter.put(f"{path}/cosponsorship")
    page = supported.json()
    assert (page["stage"], page["cosponsor_count"], page["cosponsor"]) == ("active", 2, True)
    assert page["answer_due_at"]
    assert (await cem.delete(f"{path}/cosponsorship")).json()["code"] == "goal_was_reached"

    answered = await fay.post(f"{path}/answers", json={"kind": "accepted", "body": "With pleasure."})
    assert (answered.json()["answer"], answered.json()["answer_due_at"]) == ("accepted", None)
    assert [(line["was"], line["stage"]) for line in answered.json()["history"]] == [
        ("draft", "gathering"),
        ("gathering", "active"),
    ]
    listed = (await cem.get(f"{path}/cosponsors?limit=1")).json()
    assert [one["username"] for one in listed["items"]] == ["cem"]
    rest = (await cem.get(listed["next"])).json()
    assert ([one["username"] for one in rest["items"]], rest["next"]) == (["ada"], None)


async def test_a_launch_needs_its_whole_text(client: Callable[..., Client], cast: Cast) -> None:
    made = await client("ben").post(f"{API}/groups/public-group/initiatives", json={"title": "An idea"})
    initiative = made.json()["id"]
    async with connection() as sql:
        await sql.execute(LEAD, initiative, cast.members["fay"], "co_lead", "accepted")
    refused = await client("ben").put(f"{API}/initiatives/{initiative}/launch")
    assert refused.status_code == 422
    assert all(f'"{name}"' in refused.text for name in ("aim", "why", "ask"))


async def test_two_who_edit_a_draft(client: Callable[..., Client], cast: Cast) -> None:
    initiative = await make(cast.groups["public"], cast.members["ben"], "draft", co_leads=[cast.members["fay"]])
    path = f"{API}/initiatives/{initiative}"
    first = await client("ben").patch(path, json=TEXT, headers={"If-Match": '"1"'})
    assert (first.status_code, first.json()["title"]) == (200, TEXT["title"])
    second = await client("fay").patch(path, json={"title": "Mine", "aim": "Mine too."}, headers={"If-Match": '"1"'})
    assert second.status_code == 409
    assert "Mine too." in second.text
    assert TEXT["why"] in second.text


async def test_another_s_thread_needs_consent(client: Callable[..., Client], cast: Cast) -> None:
    thread = cast.threads["public"]
    wish: dict[str, Any] = TEXT | {"thread": thread, "co_leads": ["ben"]}
    made = await client("fay").post(f"{API}/groups/public-group/initiatives", json=wish)
    path = f"{API}/initiatives/{made.json()['id']}"
    assert made.json()["consent_of"]["username"] == "ben"
    await client("ben").put(f"{path}/leadership", json={"agree": True})
    assert (await client("fay").put(f"{path}/launch")).json()["code"] == "consent_needed"
    assert (await client("ben").put(f"{path}/consent", json={"agree": True})).status_code == 204
    launched = (await client("fay").put(f"{path}/launch")).json()
    assert (launched["stage"], launched["thread"]["id"]) == ("gathering", thread)
    again = await client("fay").post(f"{API}/groups/public-group/initiatives", json=wish)
    assert (again.status_code, again.json()["code"]) == (409, "thread_has_initiative")


async def test_a_draft_goes_on_without_the_thread(client: Callable[..., Client], cast: Cast) -> None:
    wish: dict[str, Any] = TEXT | {"thread": cast.threads["public"], "co_leads": ["ben"]}
    made = await client("fay").post(f"{API}/groups/public-group/initiatives", json=wish)
    path = f"{API}/initiatives/{made.json()['id']}"
    await client("ben").put(f"{path}/leadership", json={"agree": True})
    assert (await client("fay").delete(f"{path}/thread")).status_code == 204
    launched = (await client("fay").put(f"{path}/launch")).json()
    assert launched["thread"]["id"] != cast.threads["public"]
    assert (await client("fay").delete(f"{path}/thread")).json()["code"] == "already_launched"


async def test_needs_work_opens_the_text_once_more(client: Callable[..., Client], cast: Cast) -> None:
    fay, ben = cast.members["fay"], cast.members["ben"]
    initiative = await make(cast.groups["public"], ben, "active", answer=("needs_work", fay))
    path = f"{API}/initiatives/{initiative}"
    edited = await client("ben").patch(path, json=TEXT, headers={"If-Match": '"1"'})
    assert edited.json()["answer_due_at"]
    assert [text["aim"] for text in edited.json()["earlier_texts"]] == ["The aim."]
    for page in ("record", edited.json()["slug"]):
        shown = (await client("stranger", browser=True).get(f"/i/{initiative}/{page}")).text
        assert "An earlier text:" in shown and "The aim." in shown, page
    again = await client("ben").patch(path, json=TEXT, headers={"If-Match": '"2"'})
    assert again.json()["code"] == "already_launched"
    declined = await client("fay").post(f"{path}/answers", json={"kind": "declined", "body": "Not here."})
    assert (declined.json()["stage"], declined.json()["history"][-1]["stage"]) == ("declined", "declined")


async def test_whoever_was_asked_by_mistake_knows_of_it_no_longer(client: Callable[..., Client], cast: Cast) -> None:
    sol = cast.members["sol"]
    initiative = await make(cast.groups["public"], cast.members["ben"], "draft", asked=[sol])
    path = f"{API}/initiatives/{initiative}"
    assert (await client("sol").get(path)).status_code == 200
    page = await client("ben", browser=True).get(f"/i/{initiative}/an-initiative")
    assert "Ask no longer" in page.text
    assert (await client("ben").delete(f"{path}/leads/nobody-here")).status_code == 404
    for _again in range(2):
        assert (await client("ben").delete(f"{path}/leads/sol")).status_code == 204
    assert (await client("sol").get(path)).status_code == 404


async def test_who_said_no_is_left_in_peace_for_a_week(client: Callable[..., Client], cast: Cast) -> None:
    initiative = await make(cast.groups["public"], cast.members["ben"], "gathering", asked=[cast.members["fay"]])
    path = f"{API}/initiatives/{initiative}"
    await client("fay").put(f"{path}/leadership", json={"agree": False})
    refused = await client("ben").put(f"{path}/leads/fay")
    assert (refused.status_code, "said_no" in refused.text) == (422, True)
    async with connection() as sql:
        await sql.execute("UPDATE initiative_leads SET answered_at = now() - interval '8 days' WHERE role = 'co_lead'")
    assert (await client("ben").put(f"{path}/leads/fay")).status_code == 204
