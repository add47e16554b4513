"""Break-glass: what opens, for whom, how long, who learns of it, and what stays shut."""
from typing import Any

import pytest

from auth.actor import Opened
from forum.app import Site
from forum.directory import actor_of
from forum.jobs.drain import drain
from forum.moderation.models import Act, GlassOpening
from forum.outbox.models import AuditEntry
from forum.searching.rebuild import rebuild
from tests.cast import KINDS, Cast
from tests.moderation.asking import actor, sql

pytestmark = pytest.mark.anyio

WHY = {"reason": "A word-of-the-glass from the police."}
GLASS = "/api/v1/groups/hidden-group/glass"


async def test_it_opens_one_group_for_an_hour(site: Site, cast: Cast, client: Any) -> None:
    ada = client("ada")
    assert (await ada.get("/api/v1/groups/hidden-group")).status_code == 404
    opened = await ada.put(GLASS, json=WHY)
    assert opened.status_code == 200
    row = await GlassOpening.get()
    assert (await sql("SELECT until - clock_timestamp() FROM glass_openings")).total_seconds() <= 3600
    assert (await actor(site, "ada")).opened == {
        cast.groups["hidden"]: Opened("hidden-group", "The hidden group", row.until)
    }
    assert (await ada.get(f"/api/v1/threads/{cast.threads['hidden']}")).status_code == 200
    assert (await ada.get(f"/api/v1/threads/{cast.threads['closed']}")).status_code == 403
    await sql("UPDATE glass_openings SET until = now() RETURNING id")
    assert (await ada.get("/api/v1/groups/hidden-group")).status_code == 404


async def test_closing_it_again_shuts_it_at_once(client: Any) -> None:
    browser = client("ada", browser=True)
    form = await browser.post("/g/hidden-group/glass", data=WHY)
    assert (form.status_code, form.headers["location"]) == (303, "/g/hidden-group?said=glass_opened")
    page = await browser.get("/g/hidden-group")
    assert page.status_code == 200 and 'action="/g/hidden-group/glass/close"' in page.text
    assert (await browser.post("/g/hidden-group/glass/close")).status_code == 303
    assert (await browser.get("/g/hidden-group")).status_code == 404
    assert "glass/close" not in (await browser.get("/groups")).text
    assert (await client("ada").delete(GLASS)).status_code == 404


async def test_the_facilitators_learn_who_and_why(client: Any, cast: Cast) -> None:
    await client("ada").put(GLASS, json=WHY)
    await drain()
    (notice,) = [
        one for one in (await client("fay").get("/api/v1/notices")).json()["items"] if one["kind"] == "glass"
    ]
    assert notice["actor"]["username"] == "ada" and notice["note"] == WHY["reason"]
    assert WHY["reason"] in (await client("fay", browser=True).get("/notices")).text
    for other in ("ben", "ada", "adi"):
        assert "glass" not in (await client(other).get("/api/v1/notices")).text
    (act,) = await Act.all()
    assert (act.kind.value, act.group_id, act.reason, act.undo) == (
        "glass.opened", cast.groups["hidden"], WHY["reason"], None,
    )  # fmt: skip
    entries = await AuditEntry.all().order_by("id").values_list("action", "group_id")
    assert [*entries] == [("glass.opened", cast.groups["hidden"])]


async def test_guessing_tells_nothing_and_leaves_a_trace(client: Any) -> None:
    browser = client("ada", browser=True)
    real, made_up = [await browser.get(f"/g/{slug}/glass") for slug in ("hidden-group", "no-such-group")]
    assert real.status_code == made_up.status_code == 200
    wrong = await client("ada").put("/api/v1/groups/no-such-group/glass", json=WHY)
    assert wrong.status_code == 404
    (entry,) = await AuditEntry.all()
    assert (entry.action, entry.reason) == ("glass.not_found", WHY["reason"])
    for who in ("ben", "stranger", "cem"):
        answers = [
            (await client(who).put(f"/api/v1/groups/{slug}/glass", json=WHY)).status_code
            for slug in ("hidden-group" if who != "ben" else "no-such-group", "no-such-group")
        ]
        assert answers == [404, 404]
    assert await GlassOpening.all().count() == 0


async def test_a_reason_is_asked_for_and_the_text_kept(client: Any) -> None:
    refused = await client("ada").put(GLASS, json={"reason": " "})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "reason")
    again = await client("ada", browser=True).post("/g/hidden-group/glass", data={"reason": "x" * 2001})
    assert again.status_code == 422 and "x" * 2001 in again.text


@pytest.mark.parametrize("lost", [
    "UPDATE api_tokens SET scopes = '{read,post}' WHERE member_id = $1",
    "UPDATE members SET staff = NULL WHERE id = $1",
    "INSERT INTO bans (group_id, member_id, banned_by_id) SELECT id, $1, $1 FROM groups WHERE slug = 'hidden-group'",
    "UPDATE api_tokens SET group_ids = ARRAY(SELECT id FROM groups WHERE slug = 'hidden-group') WHERE member_id = $1",
])  # fmt: skip
async def test_it_is_for_staff_as_staff_only(lost: str, client: Any, cast: Cast) -> None:
    await client("ada").put(GLASS, json=WHY)
    await sql(lost + " RETURNING id", cast.members["ada"])
    assert (await client("ada").get("/api/v1/groups/hidden-group")).status_code == 404


async def test_what_runs_when_they_are_away_sees_nothing_of_it(client: Any, cast: Cast) -> None:
    """Feeds, digests, saved searches and jobs ask for the member, not for who sits there."""
    await client("ada").put(GLASS, json=WHY)
    away = await actor_of(cast.members["ada"], acting=True)
    assert away is not None and away.opened == {} and cast.groups["hidden"] not in away.readable


async def test_no_notice_follows_from_what_was_followed_behind_the_glass(client: Any, cast: Cast) -> None:
    await rebuild()
    ada, thread = client("ada"), cast.threads["hidden"]
    await ada.put(GLASS, json=WHY)
    await ada.put(f"/api/v1/threads/{thread}/follow", json={"level": "all"})
    await ada.delete(GLASS)
    await client("ben").post(f"/api/v1/threads/{thread}/posts", json={"body": "After the hour, @ada."})
    await drain()
    assert (await ada.get("/api/v1/notices")).json()["items"] == []
    assert await sql("SELECT count(*) FROM notices WHERE member_id = $1", cast.members["ada"]) == 0


async def test_an_administrator_who_sees_as_another_has_opened_nothing(client: Any, cast: Cast) -> None:
    adi = client("adi", browser=True)
    await adi.post("/g/hidden-group/glass", data=WHY)
    await sql(
        "UPDATE sessions SET viewing_id = $1, viewing_until = now() + interval '30 minutes' WHERE member_id = $2"
        " RETURNING id",
        cast.members["cem"],
        cast.members["adi"],
    )
    assert (await adi.get("/g/hidden-group")).status_code == 404
    assert (await adi.post("/g/closed-group/glass", data=WHY)).status_code == 403


async def test_every_kind_of_group_can_be_opened(client: Any) -> None:
    for kind in KINDS:
        assert (await client("adi").put(f"/api/v1/groups/{kind}-group/glass", json=WHY)).status_code == 200


async def test_who_facilitates_a_group_needs_no_glass(client: Any, cast: Cast) -> None:
    await sql("UPDATE members SET staff = 'moderator' WHERE id = $1", cast.members["fay"])
    assert (await client("fay").put(GLASS, json=WHY)).status_code == 409
