"""One notice a member and a cause; whether it is shown is asked again each time."""
import pytest

from forum.jobs.drain import drain
from forum.kit.transaction import connection
from forum.live.queries import unread_now
from forum.searching.rebuild import rebuild

pytestmark = pytest.mark.anyio


@pytest.fixture
async def told(site, client):
    """``await told("ben")``: the kinds of their notices, after all jobs have run."""
    await rebuild()

    async def ask(who):
        await drain()
        return [notice["kind"] for notice in (await client(who).get("/api/v1/notices")).json()["items"]]

    return ask


async def test_a_post_tells_each_once_by_the_strongest_reason(client, cast, told):
    thread = f"/api/v1/threads/{cast.threads['public']}"
    await client("sol").put(thread + "/follow", json={"level": "all"})
    await client("ben").put(thread + "/follow", json={"level": "all"})
    await client("fay").post(thread + "/posts", json={"body": "@ben and @fay, look."})
    assert (await told("ben"), await told("sol"), await told("fay")) == (["mention"], ["followed"], [])
    post = (await client("fay").get(thread)).json()["posts"]["items"][-1]["id"]
    edit = {"body": "@ben and @cem, look."}
    await client("fay").patch(f"/api/v1/posts/{post}", json=edit, headers={"If-Match": '"1"'})
    assert (await told("ben"), await told("cem")) == (["mention"], ["mention"])
    assert (await client("ben").get("/api/v1/me")).json()["unread_notices"] == 1


async def test_replies_answers_and_mutes(client, cast, told):
    thread = f"/api/v1/threads/{cast.threads['public']}"
    await client("fay").post(thread + "/posts", json={"body": "To you.", "in_reply_to": cast.first["public"]})
    await client("ben").put(thread + "/answer", json={"post_id": cast.second["public"]})
    assert (await told("ben"), await told("fay")) == (["reply"], ["accepted"])
    await client("ben").put(thread + "/follow", json={"level": "mute"})
    await client("fay").post(thread + "/posts", json={"body": "@ben again."})
    assert await told("ben") == ["reply"]


async def test_places_are_told_of(client, cast, told):
    closed = "/api/v1/groups/closed-group"
    await client("cem").put(closed + "/membership", json={"reason": "I work on this."})
    assert await told("fay") == ["request"]
    request = (await client("fay").get(closed + "/requests")).json()["items"][0]["id"]
    await client("fay").put(f"{closed}/requests/{request}/decision", json={"approve": False, "answer": "Not yet."})
    assert await told("cem") == ["refused"]
    sent = await client("fay").post("/api/v1/groups/hidden-group/invitations", json={"username": "cem"})
    assert await told("cem") == ["invitation", "refused"]
    newest = (await client("cem").get("/api/v1/notices")).json()["items"][0]
    assert newest["invitation_id"] == sent.json()["id"]


async def test_a_case_reaches_the_facilitators_once_and_never_the_one_whom_it_is_about(client, cast, told):
    public = "/api/v1/groups/public-group"
    await client("fay").put(f"{public}/members/ben/role", json={"role": "facilitator"})
    for who, note in (("cem", "Look."), ("cem", "Look again."), ("rae", "I think so too.")):
        flag = {"reason": "other", "note": note}
        assert (await client(who).put(f"/api/v1/posts/{cast.first['public']}/flag", json=flag)).status_code == 204
    assert (await told("fay"), await told("ben"), await told("sol")) == (["report"], [], [])
    told_of = (await client("fay").get("/api/v1/notices")).json()["items"][0]
    assert told_of["case_id"] and not told_of["note"] and told_of["excerpt"] is None


async def test_what_may_no_longer_be_read_is_no_longer_told(client, cast, told):
    path = f"/api/v1/threads/{cast.threads['closed']}/posts"
    post = (await client("fay").post(path, json={"body": "@sol @ben, a secret."})).json()
    assert await told("sol") == ["mention"]
    await client("sol").delete("/api/v1/groups/closed-group/membership")
    answer = await client("sol").get("/api/v1/notices")
    assert answer.json()["items"] == [] and "secret" not in answer.text
    await client("fay").delete(f"/api/v1/posts/{post['id']}")
    assert await told("ben") == []


async def test_a_right_that_is_gone_before_the_job_runs_tells_nobody(client, cast, told):
    path = f"/api/v1/threads/{cast.threads['closed']}/posts"
    await client("fay").post(path, json={"body": "@sol, a secret."})
    await client("fay").delete("/api/v1/groups/closed-group/members/sol")
    assert await told("sol") == []


async def test_a_notice_is_seen_by_its_owner(client, cast, told):
    await client("fay").post(f"/api/v1/threads/{cast.threads['public']}/posts", json={"body": "@ben @sol"})
    await told("ben")
    notice = (await client("ben").get("/api/v1/notices")).json()["items"][0]["id"]
    assert (await client("sol").put(f"/api/v1/notices/{notice}/seen")).status_code == 404
    assert (await client("ben").put(f"/api/v1/notices/{notice}/seen")).status_code == 204
    assert (await client("ben").get("/api/v1/me")).json()["unread_notices"] == 0
    assert (await client("sol").put("/api/v1/notices/seen")).status_code == 204
    assert (await client("sol").get("/api/v1/me")).json()["unread_notices"] == 0


@pytest.mark.parametrize("ended", ["by time", "by a ban"])
async def test_an_invitation_that_is_over_tells_nothing_of_a_hidden_group(client, cast, told, ended):
    hidden = "/api/v1/groups/hidden-group"
    await client("fay").post(hidden + "/invitations", json={"username": "cem"})
    assert await told("cem") == ["invitation"]
    if ended == "by time":
        async with connection() as sql:
            await sql.execute("UPDATE invitations SET expires_at = now() - interval '1 minute'")
    else:
        assert (await client("fay").put(hidden + "/bans/cem", json={})).status_code == 204
    assert await told("cem") == []


async def test_an_edit_tells_those_it_names_and_no_new_followers(client, cast, told):
    thread = f"/api/v1/threads/{cast.threads['public']}"
    post = (await client("fay").post(thread + "/posts", json={"body": "Nobody yet."})).json()["id"]
    assert await told("sol") == []
    await client("sol").put(thread + "/follow", json={"level": "all"})
    edit = {"body": "Now @cem."}
    await client("fay").patch(f"/api/v1/posts/{post}", json=edit, headers={"If-Match": '"1"'})
    assert (await told("sol"), await told("cem")) == ([], ["mention"])


async def test_unread_notices_are_counted_up_to_a_thousand(client, cast):
    async with connection() as sql:
        await sql.execute(
            "INSERT INTO notices (member_id, cause, kind) SELECT m.id, 'many:' || n, 'reply'"
            " FROM members m, generate_series(1, 1200) n WHERE m.username = 'ben'"
        )
    assert (await client("ben").get("/api/v1/me")).json()["unread_notices"] == 1000
    async with connection() as sql:
        ben = await sql.fetchval("SELECT id FROM members WHERE username = 'ben'")
    assert (await unread_now([ben]))[ben].notices == 1000


async def test_who_looks_after_the_group_no_longer_sees_its_requests_and_reports_no_longer(client, cast, told):
    public = "/api/v1/groups/public-group"
    await client("fay").put(f"{public}/members/ben/role", json={"role": "facilitator"})
    await client("cem").put(f"/api/v1/posts/{cast.second['public']}/flag", json={"reason": "spam"})
    assert "report" in await told("ben")
    await client("ben").put(f"{public}/members/ben/role", json={"role": "member"})
    assert "report" not in await told("ben")
    assert "report" not in await told("fay")  # it is about her own post
