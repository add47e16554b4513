"""A wiki post: edited by those who may, its history names who wrote what, and its author stays its author."""
from typing import Any

import pytest

from forum.directory import actor_of
from forum.kit.transaction import connection
from forum.moderation.commands.undo_act import undo_act
from tests.cast import Cast

pytestmark = pytest.mark.anyio


async def _name_ben(client: Any) -> None:
    assert (await client("fay").put("/api/v1/groups/closed-group/editors/ben")).status_code == 204


async def test_those_who_may_edit_it_and_the_history_names_them(client: Any, cast: Cast):
    await _name_ben(client)
    post = cast.second["closed"]  # Fay's
    path, edit = f"/api/v1/posts/{post}", {"body": "A better list."}
    assert (await client("ben").patch(path, json=edit, headers={"If-Match": '"1"'})).json()["code"] == "not_yours"
    made = await client("fay", browser=True).post(f"/p/{post}/wiki", data={"do": "make", "reason": "For all."})
    assert made.status_code == 303
    assert "Edit this post" in (await client("ben", browser=True).get(f"/p/{post}/edit")).text
    edited = await client("ben").patch(path, json=edit, headers={"If-Match": '"1"'})
    assert (edited.json()["author"]["username"], edited.json()["wiki"]) == ("fay", True)
    stale = await client("fay").patch(path, json={"body": "Mine."}, headers={"If-Match": '"1"'})
    assert stale.json()["details"] == {"yours": "Mine.", "theirs": "A better list.", "version": 2}
    await client("fay").patch(path, json={"body": "The best list."}, headers={"If-Match": '"2"'})
    history = (await client("ben").get(path + "/revisions")).json()["items"]
    assert [(each["body"], each["by"]["username"]) for each in history] == [
        ("The best list.", "fay"),
        ("A better list.", "ben"),
        ("Post 2 in the closed group", "fay"),
    ]
    page = (await client("ben", browser=True).get(f"/t/{cast.threads['closed']}/thread")).text
    assert "Wiki: may be edited by" in page and f"/p/{post}/edit" in page
    assert f"/p/{post}/wiki" not in page
    assert f"/p/{post}/edit" not in (await client("sol", browser=True).get(f"/t/{cast.threads['closed']}/thread")).text


async def test_it_is_entered_its_author_named_and_undone(client: Any, cast: Cast):
    post = cast.first["public"]
    path = f"/api/v1/posts/{post}/wiki"
    assert (await client("ben").put(path, json={})).status_code == 403  # its author
    for _again in range(2):
        assert (await client("ada").put(path, json={"reason": "For all."})).status_code == 204
    async with connection() as raw:
        acts = await raw.fetch("SELECT * FROM acts")
    assert [(act["kind"], act["member_id"], act["reason"]) for act in acts] == [
        ("post.wiki_made", cast.members["ben"], "For all.")
    ]
    fay = await actor_of(cast.members["fay"])
    assert fay is not None
    await undo_act(fay, acts[0]["id"])
    assert (await client("ben").get(f"/api/v1/posts/{post}")).json()["wiki"] is False


async def test_what_is_not_public_is_no_wiki(client: Any, cast: Cast):
    post = cast.first["public"]
    async with connection() as raw:
        await raw.execute("UPDATE posts SET state = 'hidden' WHERE id = $1", post)
    assert (await client("fay").put(f"/api/v1/posts/{post}/wiki", json={})).status_code == 404
