"""What comes of a poll is written once it is closed, edited by version, and shown where the group looks for it."""
import pytest

from tests.polls.conftest import later, sql

pytestmark = pytest.mark.anyio
LATER = later(days=200)[:10]


@pytest.fixture
async def closed(ask, vote, client):
    poll = await ask(kind="proposal", question="Shall we meet in Malta?")
    await vote("fay", poll, 0)
    return (await client("ben").put(f"/api/v1/polls/{poll['id']}/closing")).json()


async def write(client, who, poll, text="We meet **there**.", version=None, **more):
    headers = {"If-Match": f'"{version}"'} if version else {}
    return await client(who).put(f"/api/v1/polls/{poll['id']}/outcome", json={"text": text, **more}, headers=headers)


async def test_an_outcome_is_shown_in_its_thread_and_its_group(client, cast, closed):
    done = (await write(client, "ben", closed, review_on=LATER)).json()
    assert (done["outcome"]["by"]["username"], done["outcome"]["review_on"]) == ("ben", LATER)
    assert done["version"] == 2
    assert "<strong>there</strong>" in done["outcome"]["html"]
    thread = (await client("stranger").get(f"/api/v1/threads/{cast.threads['public']}")).json()
    assert [(each["poll_id"], each["number"], each["question"], each["html"]) for each in thread["outcomes"]] == [
        (closed["id"], 3, "Shall we meet in Malta?", done["outcome"]["html"])]  # fmt: skip
    decisions = (await client("stranger").get("/api/v1/groups/public-group/decisions")).json()
    decision = decisions["items"][0]
    assert (decision["poll_id"], decision["carries"], decision["voters"]) == (closed["id"], True, 1)
    assert decision["outcome"] | {"at": ""} == done["outcome"] | {"at": ""}


async def test_whoever_may_not(client, ask, closed):
    still_open = await ask()
    early = await write(client, "ben", still_open)
    assert (early.status_code, early.json()["code"]) == (403, "poll_not_closed")
    for who in ("cem", "sol", "pia"):
        assert (await write(client, who, closed)).status_code == 403
    assert (await write(client, "stranger", closed)).status_code == 401
    assert (await write(client, "fay", closed)).status_code == 200
    for bad in ({"text": " "}, {"text": "x" * 8001}, {"review_on": "1066-10-14"}, {"review_on": "soon"}):
        assert (await write(client, "ben", closed, version=2, **bad)).status_code == 422


async def test_an_edit_names_its_version(client, closed):
    assert (await write(client, "ben", closed)).status_code == 200
    assert (await write(client, "ben", closed, "Once more.")).json()["code"] == "version_required"
    assert (await write(client, "ben", closed, "We meet in Valletta.", 2)).status_code == 200
    stale = await write(client, "fay", closed, "We meet in Gozo.", 2)
    assert (stale.status_code, stale.json()["details"]) == (
        409, {"yours": "We meet in Gozo.", "theirs": "We meet in Valletta.", "version": 3})  # fmt: skip


async def test_closing_early_and_rewriting_stand_in_the_groups_log(client, closed):
    await write(client, "ben", closed)
    await write(client, "ben", closed, "We meet in Gozo.", 2)
    log = (await client("fay").get("/api/v1/audit?group=public-group")).json()["items"]
    assert [line["action"] for line in log] == ["poll.outcome_changed", "poll.closed_early"]
    assert {line["actor"]["username"] for line in log} == {"ben"}


async def test_a_review_is_still_to_come_when_its_day_is_set(client, closed):
    yesterday, long_ago = later(days=-2)[:10], await write(client, "ben", closed, review_on="2020-02-29")
    assert [error["code"] for error in long_ago.json()["errors"]] == ["due_in_past"]
    await write(client, "ben", closed, review_on=LATER)
    await sql("UPDATE polls SET review_on = $2::text::date WHERE id = $1", closed["id"], yesterday)
    kept = await write(client, "ben", closed, "We met in Gozo.", 2, review_on=yesterday)
    assert kept.status_code == 200, "a text is mended after that day as well"


async def test_what_was_decided_is_not_its_author_s_to_take_away(client, cast, closed):
    await write(client, "fay", closed)
    refused = await client("ben").delete(f"/api/v1/posts/{closed['post_id']}")
    assert (refused.status_code, refused.json()["code"]) == (403, "has_outcome")
    page = await client("ben", browser=True).post(f"/p/{closed['post_id']}/withdraw")
    assert (page.status_code, "so it stays where it is" in page.text) == (403, True)
    decisions = (await client("fay").get("/api/v1/groups/public-group/decisions")).json()
    assert [each["poll_id"] for each in decisions["items"]] == [closed["id"]]


async def test_a_hidden_poll_has_no_outcome_to_show(client, cast, closed):
    await write(client, "ben", closed)
    await sql("UPDATE posts SET state = 'hidden' WHERE id = $1", closed["post_id"])
    assert (await client("fay").get(f"/api/v1/threads/{cast.threads['public']}")).json()["outcomes"] == []
    assert (await client("fay").get("/api/v1/groups/public-group/decisions")).json()["items"] == []


async def test_decisions_are_paged_newest_first(client, ask):
    polls = []
    for number in range(3):
        polls.append(await ask(question=f"Question {number}"))
        await client("ben").put(f"/api/v1/polls/{polls[-1]['id']}/closing")
        await write(client, "ben", polls[-1])
    page = (await client("cem").get("/api/v1/groups/public-group/decisions?limit=2")).json()
    assert [each["question"] for each in page["items"]] == ["Question 2", "Question 1"]
    rest = (await client("cem").get(page["next"])).json()
    assert ([each["question"] for each in rest["items"]], rest["next"]) == (["Question 0"], None)


async def test_decisions_of_a_closed_group_are_its_own(client):
    for who, status in (("ben", 200), ("cem", 403), ("stranger", 401), ("ada", 403)):
        assert (await client(who).get("/api/v1/groups/closed-group/decisions")).status_code == status
    assert (await client("cem").get("/api/v1/groups/hidden-group/decisions")).status_code == 404
    assert await sql("SELECT count(*) FROM polls") == 0
