"""A group's public log: what, why and when; content never; names where the group says so; and taking acts back."""
from html import unescape

import pytest

from forum.moderation.models import ActKind, FlagReason
from forum.moderation.pages.acts import REASONS, WORDS
from tests.moderation.acting import UNDOABLE, UNDONE, act, sql
from tests.support.clients import counting

pytestmark = pytest.mark.anyio
LOG = "/api/v1/groups/{}-group/log"


async def lines(client, who, kind="public", query=""):
    answer = await client(who).get(LOG.format(kind) + query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


@pytest.fixture
async def acted(cast):
    """Fay, in the public group: an act about a person, one about a thread, a private word, and what can be undone."""
    group, thread, post = cast.groups["public"], cast.threads["public"], cast.second["public"]
    fay, ben = cast.members["fay"], cast.members["ben"]
    case = await sql(
        "INSERT INTO cases (group_id, origin, post_id, author_id, decision, reason, decided_by_id, decided_at)"
        " VALUES ($1, 'flag', $2, $3, 'hide', 'offensive', $4, now()) RETURNING id", group, post, ben, fay)  # fmt: skip
    where = {"group_id": group, "thread_id": thread, "post_id": post, "member_id": ben, "undo": {}}
    return {
        "hidden": await act(fay, ActKind.POST_HIDDEN, case_id=case, reason="You wrote badly of Ben.", **where),
        "locked": await act(fay, ActKind.THREAD_LOCKED, group_id=group, thread_id=thread, reason="It went in circles."),
        "noted": await act(fay, ActKind.POST_NOTED, reason="Please be kind.", **where),
        "automatic": await act(None, ActKind.POST_HIDDEN, **where),
        "undoable": await act(fay, UNDOABLE, group_id=group, reason="A complaint by mail.", undo={}),
    }


async def test_readers_see_what_why_and_when_and_nothing_else(client, cast, acted):
    for who in ("stranger", "ben", "pia", "cem"):
        found = {item["id"]: item for item in await lines(client, who)}
        assert set(found) == set(acted.values()) - {acted["noted"]}
        hidden, locked = found[acted["hidden"]], found[acted["locked"]]
        assert (hidden["case_reason"], hidden["reason"]) == ("offensive", "")
        assert (hidden["by"], hidden["post_id"]) == (None, None)
        assert (locked["reason"], locked["thread"]["id"]) == ("It went in circles.", cast.threads["public"])
        assert [item["automatic"] for item in found.values()].count(True) == 1
        assert not any(item["may_undo"] for item in found.values())
        page = unescape((await client(who, browser=True).get("/g/public-group/log")).text)
        assert "A post was hidden" in page and "Offensive" in page and "“It went in circles.”" in page
        assert "You wrote" not in page and "be kind" not in page and "/undo" not in page and "/m/fay" not in page


async def test_those_who_look_after_it_see_names_and_words(client, cast, acted):
    for who in ("fay", "ada"):
        found = {item["id"]: item for item in await lines(client, who)}
        assert set(found) == set(acted.values())
        assert found[acted["hidden"]]["reason"] == "You wrote badly of Ben."
        assert found[acted["hidden"]]["by"]["username"] == "fay"
        assert found[acted["hidden"]]["post_id"] == cast.second["public"]
        assert found[acted["undoable"]]["may_undo"] and not found[acted["locked"]]["may_undo"]
        assert "ben" not in {item["by"]["username"] for item in found.values() if item["by"]}


async def test_names_where_the_group_says_so(client, cast, acted):
    path = "/api/v1/groups/public-group/log-names"
    for who, status in (("ben", 403), ("ada", 403), ("fay", 200), ("fay", 200)):
        assert (await client(who).put(path, json={"named": True})).status_code == status
    assert await sql("SELECT count(*) FROM audit_entries WHERE action = 'group.log_names_set'") == 1
    assert {item["by"] and item["by"]["name"] for item in await lines(client, "ben")} == {"Fay", None}
    settings = (await client("ada").get("/api/v1/groups/public-group/moderation-settings")).json()
    assert settings["log_names_moderators"] is True
    page = await client("fay", browser=True).get("/g/public-group/moderation")
    assert "checked" in page.text
    saved = await client("fay", browser=True).post("/g/public-group/moderation/names", data={})
    assert saved.status_code == 303
    assert {item["by"] for item in await lines(client, "ben")} == {None}


async def test_a_thread_that_one_cannot_read_now_has_no_title(client, cast, acted):
    thread = cast.threads["public"]
    for change in ("group_id = {closed}".format(closed=cast.groups["closed"]), "post_count = 0, last_post_id = 0"):
        await sql(f"UPDATE threads SET {change} WHERE id = $1", thread)
        assert {item["thread"] and 1 for item in await lines(client, "stranger")} == {None}, change
        await sql("UPDATE threads SET group_id = $2, post_count = 2 WHERE id = $1", thread, cast.groups["public"])


async def test_what_led_elsewhere_stands_in_both_logs(client, cast):
    fay, public, hidden = cast.members["fay"], cast.groups["public"], cast.groups["hidden"]
    moved = await act(fay, ActKind.THREAD_MOVED, group_id=hidden, other_group_id=public, reason="Out of the cellar.",
                      thread_id=cast.threads["public"], undo={})  # fmt: skip
    for kind, who, other, reason in (
        ("public", "cem", None, ""),
        ("public", "ben", "hidden-group", "Out of the cellar."),
        ("hidden", "ben", "public-group", "Out of the cellar."),
    ):
        (line,) = await lines(client, who, kind)
        assert line["id"] == moved and line["reason"] == reason
        assert (line["other_group"] and line["other_group"]["slug"]) == other
    await sql("UPDATE groups SET log_names_moderators = true WHERE id = $1", public)
    assert (await lines(client, "ben"))[0]["by"] is None, "both groups tell names, or nobody does"
    assert not (await lines(client, "fay"))[0]["may_undo"], "where it was done"
    assert (await lines(client, "fay", "hidden"))[0]["may_undo"]


async def test_undoing(client, cast, acted):
    undoable = acted["undoable"]
    path = f"/api/v1/acts/{undoable}"
    assert (await client("stranger").delete(path)).status_code == 401
    assert (await client("ben").delete(path)).status_code == 403
    back = {"next": "/g/public-group/log"}
    done = await client("ada", browser=True).post(f"/acts/{undoable}/undo", data=back)
    assert (done.status_code, done.headers["location"]) == (303, "/g/public-group/log?said=undone")
    assert UNDONE[-1] == undoable
    assert (await client("fay").delete(path)).json()["code"] == "undone_already"
    (line,) = [item for item in await lines(client, "fay") if item["id"] == undoable]
    assert (line["undone_by"]["username"], line["may_undo"]) == ("ada", False)
    (line,) = [item for item in await lines(client, "ben") if item["id"] == undoable]
    assert line["undone_at"] and line["undone_by"] is None
    assert "Undone" in (await client("ben", browser=True).get("/g/public-group/log")).text
    assert (await client("fay").delete(f"/api/v1/acts/{acted['locked']}")).json()["code"] == "not_undoable"
    assert (await client("fay").delete("/api/v1/acts/987654321")).status_code == 404
    outside = await client("fay", browser=True).post(f"/acts/{undoable}/undo", data={"next": "//evil.test"})
    assert "explain" not in outside.text and outside.status_code == 409


async def test_after_a_day_it_is_too_late(client, cast, acted):
    await sql("UPDATE acts SET created_at = now() - interval '25 hours'")
    assert (await client("fay").delete(f"/api/v1/acts/{acted['undoable']}")).json()["code"] == "too_late_to_undo"
    assert not any(item["may_undo"] for item in await lines(client, "fay"))


async def test_an_act_in_a_group_that_one_cannot_know_is_not_there(client, cast):
    ids = {kind: await act(cast.members["fay"], UNDOABLE, group_id=cast.groups[kind], undo={}) for kind in cast.groups}
    for kind, status in (("public", 403), ("members", 403), ("closed", 403), ("hidden", 404)):
        assert (await client("cem").delete(f"/api/v1/acts/{ids[kind]}")).status_code == status
        assert (await client("pia").delete(f"/api/v1/acts/{ids[kind]}")).status_code == status
    assert (await client("ada").delete(f"/api/v1/acts/{ids['closed']}")).status_code == 403
    site = await act(cast.members["ada"], UNDOABLE, undo={})
    assert (await client("fay").delete(f"/api/v1/acts/{site}")).status_code == 403
    assert (await client("adi").delete(f"/api/v1/acts/{site}")).status_code == 204


async def test_pages_are_keyset_pages_of_one_statement(client, cast, acted):
    found, asked = [], LOG.format("public") + "?limit=2"
    while asked:
        statements: list[str] = []
        with counting(statements):
            page = (await client("fay").get(asked)).json()
        assert len(statements) == 3, statements
        found += [item["id"] for item in page["items"]]
        asked = page["next"]
    assert found == sorted(acted.values(), reverse=True)


def test_every_kind_and_every_reason_has_words():
    assert set(WORDS) == set(ActKind)
    assert set(REASONS) == set(FlagReason)
