"""Milestones and tasks: by whom, until when, taken from which post."""
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forum.kit.transaction import connection
from tests.cast import Cast
from tests.initiatives.making import make
from tests.support.clients import Client

pytestmark = pytest.mark.anyio

Clients = Callable[..., Client]


@pytest.fixture
async def path(client: Clients, cast: Cast) -> str:
    """An initiative of Ben's, discussed in the public group's thread."""
    group, thread = cast.groups["public"], cast.threads["public"]
    return f"/api/v1/initiatives/{await make(group, cast.members['ben'], 'gathering', thread_id=thread)}"


def day(ahead: int) -> str:
    return (datetime.now(UTC) + timedelta(days=ahead)).date().isoformat()


async def _step(client: Client, path: str) -> dict[str, Any]:
    step: dict[str, Any] = (await client.get(path)).json()["steps"][-1]
    return step


async def test_from_the_first_word_to_done(client: Clients, path: str) -> None:
    ben, fay = client("ben"), client("fay")
    wish = {"title": "A feed", "due_on": day(30), "owner": "fay"}
    made = await ben.post(path + "/steps", json=wish)
    assert made.status_code == 201, made.text
    step = made.json()["steps"][0]
    assert (step["kind"], step["owner"]["username"], step["done_at"], step["version"]) == ("milestone", "fay", None, 1)
    one = f"{path}/steps/{step['id']}"
    assert made.headers["location"] == one

    change = {"title": "A better feed", "due_on": day(40)}
    assert (await ben.patch(one, json=change)).status_code == 428
    assert (await ben.patch(one, json=change | {"owner": "fay"}, headers={"If-Match": '"1"'})).status_code == 204
    stale = await ben.patch(one, json={"title": "Mine"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, "A better feed" in stale.text, "Mine" in stale.text) == (409, True, True)

    for _ in range(2):
        assert (await fay.put(one + "/completion")).status_code == 204
    done = await _step(fay, path)
    assert (done["done_by"]["username"], done["title"], done["version"]) == ("fay", "A better feed", 3)
    assert (await fay.delete(one)).json()["code"] == "leads_only"
    await ben.delete(one + "/completion")
    assert (await _step(ben, path))["done_by"] is None
    assert (await ben.delete(one)).status_code == 204
    assert (await ben.get(path)).json()["steps"] == []
    assert (await ben.delete(one)).status_code == 404


@pytest.mark.parametrize(
    ("wish", "field", "code"),
    [
        ({"due_on": day(-2)}, "due_on", "due_in_past"),
        ({"due_on": day(3660)}, "due_on", "due_too_late"),
        ({"due_on": "2027-02-30"}, "due_on", ""),
        ({"owner": "cem"}, "owner", "not_in_group"),
        ({"owner": "nobody"}, "owner", "not_in_group"),
        ({"title": " "}, "title", "too_short"),
        ({"post": 1}, "post", "tasks_only"),
        ({"post": 2**62, "kind": "task"}, "post", "not_in_thread"),
    ],
)
async def test_what_no_step_can_be(
    client: Clients, path: str, wish: dict[str, Any], field: str, code: str
) -> None:
    refused = await client("ben").post(path + "/steps", json={"title": "A step"} | wish)
    assert refused.status_code == 422
    errors = {error["field"]: error["code"] for error in refused.json()["errors"]}
    assert field in errors
    assert code in errors[field]


async def test_a_task_from_a_post_of_the_discussion(client: Clients, cast: Cast, path: str) -> None:
    post = cast.second["public"]
    for wrong in (cast.second["closed"], cast.second["members"]):
        refused = await client("ben").post(path + "/steps", json={"title": "Look", "kind": "task", "post": wrong})
        assert refused.status_code == 422
    await client("ben").post(path + "/steps", json={"title": "Look", "kind": "task", "post": post})
    assert (await _step(client("cem"), path))["post_id"] == post
    await client("fay").delete(f"/api/v1/posts/{post}")
    step = await _step(client("cem"), path)
    assert (step["title"], step["post_id"]) == ("Look", None)


async def test_what_was_overdue_may_stay_so(client: Clients, path: str) -> None:
    made = await client("ben").post(path + "/steps", json={"title": "A feed", "due_on": day(1), "owner": "fay"})
    step = made.json()["steps"][0]["id"]
    async with connection() as sql:
        await sql.execute("UPDATE initiative_steps SET due_on = '2020-02-03' WHERE id = $1", step)
        await sql.execute("DELETE FROM memberships WHERE member_id = (SELECT id FROM members WHERE username = 'fay')")
    change = {"title": "A mended feed", "due_on": "2020-02-03", "owner": "fay"}
    kept = await client("ben").patch(f"{path}/steps/{step}", json=change, headers={"If-Match": '"1"'})
    assert kept.status_code == 204, kept.text
    change["due_on"] = "2020-02-04"
    refused = await client("ben").patch(f"{path}/steps/{step}", json=change, headers={"If-Match": '"2"'})
    assert refused.status_code == 422


async def test_a_draft_keeps_the_same_rules(client: Clients) -> None:
    milestones = [{"title": "First", "due_on": day(1)}, {"title": "Second", "due_on": day(-9)}]
    wish = {"title": "An idea", "milestones": milestones}
    refused = await client("ben").post("/api/v1/groups/public-group/initiatives", json=wish)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "milestones.1.due_on"
