"""The pages and the JSON of sanctions: who reads what of them, and what somebody learns of their own."""
from typing import Any

import pytest

from forum.jobs.drain import drain
from forum.moderation.models import Sanction, SanctionKind
from tests.cast import Cast
from tests.moderation.asking import sql

pytestmark = pytest.mark.anyio

PUBLIC = "public-group"


async def give(client: Any, who: str, whom: str, **wish: Any) -> int:
    answer = await client(who).post(f"/api/v1/members/{whom}/sanctions", json={"reason": f"Said by {who}.", **wish})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


async def test_everybody_reads_their_share(client: Any) -> None:
    await give(client, "fay", "ben", kind="silence", group="closed-group", days=2)
    await give(client, "ada", "ben", kind="warning")
    seen = {}
    for who in ("fay", "ada", "ben"):
        path = "/api/v1/me/sanctions" if who == "ben" else "/api/v1/members/ben/sanctions"
        seen[who] = (await client(who).get(path)).json()["items"]
    assert [one["reason"] for one in seen["fay"]] == ["Said by fay."]
    assert [one["reason"] for one in seen["ada"]] == ["Said by ada.", "Said by fay."]
    assert [one["reason"] for one in seen["ben"]] == ["Said by ada.", "Said by fay."]
    assert {one["by"] for one in seen["ben"]} == {None}
    assert (await client("sol").get("/api/v1/members/ben/sanctions")).status_code == 403


async def test_a_hidden_groups_sanctions_are_not_for_staff_who_cannot_know_of_it(client: Any) -> None:
    await give(client, "fay", "ben", kind="warning", group="hidden-group")
    assert (await client("ada").get("/api/v1/members/ben/sanctions")).json()["items"] == []
    assert "hidden-group" not in (await client("adi", browser=True).get("/m/ben/sanctions")).text


async def test_the_member_reads_why_and_until_when_on_every_page(client: Any) -> None:
    ben = client("ben", browser=True)
    assert "All is well" in (await ben.get("/me/standing")).text
    await give(client, "ada", "ben", kind="silence", days=2)
    for path in ("/", "/groups", "/g/public-group", "/me"):
        page = (await ben.get(path)).text
        assert "You can read but not write until" in page and "Said by ada." in page, path
    standing = (await ben.get("/me/standing")).text
    assert "Said by ada." in standing and "Ada" not in standing.replace("Said by ada.", "")


async def test_a_silence_in_a_group_is_told_as_well(client: Any) -> None:
    await give(client, "fay", "ben", kind="silence", group=PUBLIC, days=2)
    assert "There is a group in which you can read" in (await client("ben", browser=True).get("/")).text


async def test_who_sees_the_site_as_them_is_not_told_why(client: Any, cast: Cast) -> None:
    await sql(
        "UPDATE sessions SET viewing_id = $1, viewing_until = now() + interval '9 minutes' WHERE member_id = $2"
        " RETURNING id",
        cast.members["sol"],
        cast.members["adi"],
    )
    adi = client("adi", browser=True)
    assert "For the test." not in (await adi.get("/groups")).text
    assert "For the test." not in (await adi.get("/me/standing")).text


async def test_a_form_gives_one_and_lifts_it(client: Any) -> None:
    fay = client("fay", browser=True)
    page = await fay.get("/m/ben/sanctions")
    assert "The public group" in page.text and "The whole site" not in page.text
    fields = {"kind": "silence", "where": PUBLIC, "days": "2", "reason": "Too loud."}
    refused = await fay.post("/m/ben/sanctions", data=fields | {"days": ""})
    assert refused.status_code == 422 and "Too loud." in refused.text
    given = await fay.post("/m/ben/sanctions", data=fields)
    assert given.headers["location"] == "/m/ben/sanctions?said=sanctioned"
    row = await Sanction.filter(kind=SanctionKind.SILENCE, reason="Too loud.").get()
    lifted = await fay.post(f"/sanctions/{row.id}/lift", data={"username": "ben"})
    assert lifted.headers["location"] == "/m/ben/sanctions?said=sanction_lifted"
    assert "lifted" in (await fay.get("/m/ben/sanctions")).text


async def test_what_waits_is_told_and_listed_to_those_who_may_agree(client: Any) -> None:
    given = await give(client, "ada", "ben", kind="suspension", days=20)
    await drain()
    listed = {
        who: [one["id"] for one in (await client(who).get("/api/v1/confirmations")).json()["items"]]
        for who in ("ada", "adi", "fay")
    }
    assert listed == {"ada": [], "adi": [given], "fay": []}
    (notice,) = (await client("adi").get("/api/v1/notices")).json()["items"]
    assert notice["kind"] == "confirmation"
    adi = client("adi", browser=True)
    assert f"/sanctions/{given}/confirm" in (await adi.get("/moderation/confirmations")).text
    assert (await adi.post(f"/sanctions/{given}/confirm")).status_code == 303
    assert (await client("adi").get("/api/v1/confirmations")).json()["items"] == []


async def test_a_suspended_member_is_told_nothing_by_queued_notices(client: Any, cast: Cast) -> None:
    """S-9: what was on its way to them when they were suspended does not arrive."""
    thread = cast.threads["public"]
    await client("ben").put(f"/api/v1/threads/{thread}/follow", json={"level": "all"})
    await client("fay").post(f"/api/v1/threads/{thread}/posts", json={"body": "For @ben."})
    await give(client, "ada", "ben", kind="suspension", days=5)
    await sql("DELETE FROM pgqueuer WHERE entrypoint LIKE 'searching%' RETURNING id")
    await drain()
    kinds = await sql("SELECT array_agg(kind) FROM notices WHERE member_id = $1", cast.members["ben"])
    assert set(kinds or ()) <= {"acted"}


async def test_another_groups_sanction_is_not_there_for_a_facilitator(client: Any, cast: Cast) -> None:
    await sql(
        "INSERT INTO memberships (group_id, member_id, role) SELECT id, $1, 'facilitator' FROM groups"
        " WHERE slug = 'elsewhere' RETURNING id",
        cast.members["rae"],
    )
    given = await give(client, "fay", "ben", kind="silence", group="hidden-group", days=2)
    assert (await client("rae").delete(f"/api/v1/sanctions/{given}")).status_code == 404
    given = await give(client, "fay", "ben", kind="silence", group=PUBLIC, days=2)
    assert (await client("rae").delete(f"/api/v1/sanctions/{given}")).status_code == 403
