"""Updates, the closing report, withdrawing and taking up again, through the API."""
from collections.abc import Callable
from typing import Any

import pytest

from forum.kit.transaction import connection
from tests.cast import Cast
from tests.initiatives.making import LEAD, make
from tests.support.clients import Client

pytestmark = pytest.mark.anyio

Clients = Callable[..., Client]
REPORT: dict[str, Any] = {
    "body": "Twelve exchanges *peer*.",
    "numbers": [{"what": "Exchanges", "value": "12"}],
    "links": [{"title": "The page", "url": "https://example.test/glass"}, {"title": "", "url": "http://example.test"}],
}


async def put(cast: Cast, stage: str, **others: Any) -> str:
    """An initiative of Ben's in the public group; Fay leads along."""
    others.setdefault("co_leads", [cast.members["fay"]])
    return f"/api/v1/initiatives/{await make(cast.groups['public'], cast.members['ben'], stage, **others)}"


async def test_updates_are_posts_of_their_own_kind(client: Clients, cast: Cast) -> None:
    path = await put(cast, "gathering", thread_id=cast.threads["public"], co_leads=[])
    posted = await client("ben").post(path + "/updates", json={"body": "We are **half** way."})
    assert posted.status_code == 201, posted.text
    update = (await client("cem").get(path)).json()["updates"][0]
    assert (update["post_id"], update["number"]) == (posted.json()["id"], 3)
    assert "<strong>half</strong>" in update["html"]
    async with connection() as sql:
        await sql.execute("UPDATE threads SET locked_at = now() WHERE id = $1", cast.threads["public"])
    locked = await client("ben").post(path + "/updates", json={"body": "Once more."})
    assert (locked.status_code, locked.json()["code"]) == (403, "thread_locked")


async def test_a_draft_has_nobody_to_tell(client: Clients, cast: Cast) -> None:
    path = await put(cast, "draft")
    refused = await client("ben").post(path + "/updates", json={"body": "Soon."})
    assert refused.json()["code"] == "not_launched"


async def test_the_report_completes_it(client: Clients, cast: Cast) -> None:
    path = await put(cast, "active", answer=("accepted", cast.members["fay"]))
    done = await client("ben").put(path + "/report", json=REPORT)
    assert done.status_code == 200, done.text
    doc = done.json()
    assert (doc["stage"], doc["report"]["by"]["username"]) == ("completed", "ben")
    assert doc["report"]["numbers"] == REPORT["numbers"]
    assert doc["report"]["links"][1] == {"title": "http://example.test", "url": "http://example.test"}
    again = await client("ben").put(path + "/report", json=REPORT)
    assert again.json()["code"] == "initiative_ended"
    await client("fay").put(path + "/reopening", json={"reason": "A figure was wrong."})
    mended = (await client("ben").put(path + "/report", json=REPORT | {"numbers": []})).json()
    assert (mended["stage"], mended["report"]["numbers"]) == ("completed", [])
    assert [report["numbers"] for report in mended["earlier_reports"]] == [REPORT["numbers"]]
    for page in ("", "/record"):
        shown = (await client("cem", browser=True).get(f"/i/{mended['id']}{page or '/' + mended['slug']}")).text
        assert shown.count("An earlier closing report") == 1, page


async def test_staff_answer_where_nobody_facilitates(client: Clients, cast: Cast) -> None:
    group = (await client("cem").get("/api/v1/groups/elsewhere")).json()["id"]
    number = await make(group, cast.members["cem"], "active")
    path, ada = f"/api/v1/initiatives/{number}", client("ada", browser=True)
    assert f"/i/{number}/answer" in (await ada.get(f"/i/{number}/an-initiative")).text
    no = {"kind": "declined", "body": "No."}
    assert (await client("cem").post(path + "/answers", json=no)).status_code == 403
    assert (await client("ada").post(path + "/answers", json=no)).status_code == 200
    assert f"/i/{number}/reopen" in (await ada.get(f"/i/{number}/an-initiative")).text
    assert (await client("ada").put(path + "/reopening", json={"reason": "Yes."})).json()["stage"] == "active"
    refused = await client("ada").post((await put(cast, "active")) + "/answers", json=no)
    assert (refused.status_code, refused.json()["code"]) == (403, "facilitators_only")




EARLY = [("gathering", None, "goal_not_reached"), ("active", None, "answer_needed")]


@pytest.mark.parametrize(("stage", "answer", "code"), [*EARLY, ("active", "needs_work", "answer_needed")])
async def test_too_early_for_a_report(client: Clients, cast: Cast, stage: str, answer: str | None, code: str) -> None:
    path = await put(cast, stage, answer=(answer, cast.members["fay"]) if answer else None)
    refused = await client("ben").put(path + "/report", json=REPORT)
    assert (refused.status_code, refused.json()["code"]) == (403, code)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"body": " "}, "body"),
        ({"body": "x" * 16_001}, "body"),
        ({"numbers": [{"what": "", "value": "1"}]}, "numbers.0.what"),
        ({"links": [{"title": "A", "url": "javascript:alert(1)"}]}, "links.0.url"),
        ({"links": [{"title": "A", "url": "https://"}]}, "links.0.url"),
        ({"links": [{"title": "A", "url": "https://[::1"}]}, "links.0.url"),
        ({"links": [{"title": "A", "url": "https://me:pass@example.test/"}]}, "links.0.url"),
        ({"links": [{"title": "A", "url": "https://a.test"}] * 21}, "links"),
    ],
)
async def test_what_no_report_can_hold(client: Clients, cast: Cast, change: dict[str, Any], field: str) -> None:
    path = await put(cast, "active", answer=("accepted", cast.members["fay"]))
    refused = await client("ben").put(path + "/report", json=REPORT | change)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


async def test_withdrawn_with_a_reason_and_taken_up_again(client: Clients, cast: Cast) -> None:
    path = await put(cast, "gathering")
    assert (await client("ben").put(path + "/withdrawal", json={"reason": " "})).status_code == 422
    doc = (await client("ben").put(path + "/withdrawal", json={"reason": "No time."})).json()
    assert (doc["stage"], doc["history"][-1]["reason"]) == ("withdrawn", "No time.")
    assert (await client("ben").put(path + "/reopening", json={"reason": "Oh."})).json()["code"] == "facilitators_only"
    again = (await client("fay").put(path + "/reopening", json={"reason": "Here is time."})).json()
    assert (again["stage"], again["ended_at"], again["over"]) == ("gathering", None, False)
    assert again["gathering_ends_at"] > doc["gathering_ends_at"]
    assert (await client("fay").put(path + "/reopening", json={"reason": "Oh."})).json()["code"] == "not_ended"


@pytest.mark.parametrize(("answer", "owed"), [(None, True), ("declined", True), ("accepted", False)])
async def test_taken_up_again_the_answer_is_owed_anew(
    client: Clients, cast: Cast, answer: str | None, owed: bool
) -> None:
    stage = "declined" if answer == "declined" else "active"
    path = await put(cast, stage, answer=(answer, cast.members["fay"]) if answer else None)
    await client("ben").put(path + "/withdrawal", json={"reason": "No time."})
    again = (await client("fay").put(path + "/reopening", json={"reason": "Here is time."})).json()
    assert (again["stage"], again["answer_due_at"] is not None) == ("active", owed)


async def test_whoever_left_meanwhile_leads_it_no_more(client: Clients, cast: Cast) -> None:
    path = await put(cast, "withdrawn", co_leads=[])
    await client("ben").delete("/api/v1/groups/public-group/membership")
    doc = (await client("fay").put(path + "/reopening", json={"reason": "Who will?"})).json()
    assert (doc["leads"], doc["leaderless_since"] is not None) == ([], True)
    async with connection() as sql:
        await sql.execute(LEAD, int(path.rsplit("/", 1)[1]), cast.members["sol"], "co_lead", "asked")
        await sql.execute("UPDATE members SET silenced_until = NULL")
    await client("sol").put(path + "/leadership", json={"agree": True})
    doc = (await client("sol").get(path)).json()
    assert (doc["leads"][0]["role"], doc["leaderless_since"]) == ("lead", None)
