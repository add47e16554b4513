"""A newcomer's first posts wait to be looked at; then everything follows as if they had been posted at that moment."""
from datetime import UTC, datetime, timedelta

import pytest

from forum.jobs.drain import drain
from forum.kit.transaction import command, connection
from forum.searching.rebuild import rebuild
from forum.threads.commands.publish_post import publish_post

pytestmark = pytest.mark.anyio

WORDS = "Untrodden words about peering"


@pytest.fixture
async def newcomer(cast):
    """Ben has just come, by hand."""
    async with connection() as sql:
        await sql.execute("UPDATE members SET trusted_at = NULL WHERE id = $1", cast.members["ben"])


async def few(cast):
    """None of what the cast wrote counts as his."""
    async with connection() as sql:
        for table in ("posts", "threads"):
            await sql.execute(
                "UPDATE TABLE SET author_id = $1 WHERE author_id = $2".replace("TABLE", table),
                cast.members["fay"],
                cast.members["ben"],
            )


async def post(client, cast, body=WORDS, kind="public"):
    return await client("ben").post(f"/api/v1/threads/{cast.threads[kind]}/posts", json={"body": body})


async def test_a_first_reply_waits_and_nobody_else_sees_it(client, cast, newcomer):
    await few(cast)
    sent = (await post(client, cast)).json()
    assert (sent["state"], sent["number"]) == ("pending", None)
    page = f"/t/{cast.threads['public']}/thread"
    mine = await client("ben", browser=True).get(page)
    assert "Awaiting review" in mine.text and WORDS in mine.text
    for who in ("stranger", "cem", "sol"):
        seen = await client(who, browser=True).get(page)
        assert seen.status_code == 200 and WORDS not in seen.text
        assert (await client(who).get(f"/api/v1/posts/{sent['id']}")).status_code in (403, 404)
    assert (await client("fay").get(f"/api/v1/posts/{sent['id']}")).json()["body"] == WORDS
    lines = (await client("cem").get(f"/api/v1/threads/{cast.threads['public']}")).json()
    assert (lines["post_count"], lines["last_number"], lines["waiting"]) == (2, 2, [])


async def test_when_it_appears_it_is_the_newest(client, cast, newcomer):
    await few(cast)
    sent = (await post(client, cast)).json()
    path = f"/api/v1/threads/{cast.threads['members']}/posts"
    later = (await client("fay").post(path, json={"body": "Later."})).json()
    await command(publish_post)(sent["id"])
    await rebuild()
    await drain()
    seen = (await client("cem").get(f"/api/v1/posts/{sent['id']}")).json()
    assert (seen["state"], seen["number"]) == ("public", 3)
    async with connection() as sql:
        place = await sql.fetchval("SELECT last_post_id FROM threads WHERE id = $1", cast.threads["public"])
        told = await sql.fetchval("SELECT count(*) FROM notices WHERE post_id = $1", sent["id"])
    assert place > later["id"] > sent["id"]
    assert told == 1  # Fay, whose thread it is now
    latest = (await client("stranger").get("/api/v1/threads")).json()["items"]
    assert latest[0]["id"] == cast.threads["public"]
    with pytest.raises(Exception, match="not_waiting"):
        await command(publish_post)(sent["id"])


async def test_a_first_thread_is_known_to_its_author_and_keepers_only(client, cast, newcomer):
    await few(cast)
    wish = {"title": WORDS, "body": "A beginning."}
    sent = await client("ben").post("/api/v1/groups/public-group/threads", json=wish)
    assert sent.status_code == 201
    thread = sent.json()
    assert (thread["post_count"], len(thread["waiting"])) == (0, 1)
    for who, status in (("ben", 200), ("fay", 200), ("ada", 200), ("cem", 404), ("stranger", 404)):
        assert (await client(who).get(f"/api/v1/threads/{thread['id']}")).status_code == status, who
    for path in ("/latest", "/g/public-group", "/"):
        assert WORDS not in (await client("cem", browser=True).get(path)).text
    await command(publish_post)(thread["waiting"][0]["id"])
    assert (await client("stranger").get(f"/api/v1/threads/{thread['id']}")).json()["posts"]["items"][0]["number"] == 1


async def test_after_two_that_were_seen_they_are_trusted(client, cast, newcomer):
    await few(cast)
    for _number in range(2):
        sent = (await post(client, cast)).json()
        assert sent["state"] == "pending"
        await command(publish_post)(sent["id"])
    assert (await post(client, cast)).json()["state"] == "public"


async def test_a_course_or_an_organisation_vouches_for_them(client, cast, newcomer):
    await few(cast)
    async with connection() as sql:
        await sql.execute(
            "UPDATE grants h SET source = 'lti:moodle:7' FROM memberships m WHERE m.id = h.membership_id"
            " AND m.member_id = $1 AND m.group_id = $2", cast.members["ben"], cast.groups["closed"],
        )
    assert (await post(client, cast)).json()["state"] == "public"


async def test_many_links_and_many_posts_are_refused_and_the_text_stays(client, cast, newcomer):
    await few(cast)
    links = " ".join(f"https://example.org/{n}" for n in range(3))
    refused = await post(client, cast, links)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "too_many_links")
    for n in range(5):
        assert (await post(client, cast, f"Post {n}")).status_code == 201
    refused = await post(client, cast)
    assert (refused.status_code, refused.json()["code"]) == (429, "newcomer_pace")
    form = await client("ben", browser=True).post(f"/t/{cast.threads['public']}/reply", data={"body": WORDS})
    assert form.status_code == 429 and WORDS in form.text


async def test_what_waits_can_be_taken_back(client, cast, newcomer):
    await few(cast)
    sent = (await post(client, cast)).json()
    assert (await client("cem").delete(f"/api/v1/posts/{sent['id']}")).status_code == 404
    assert (await client("ben").delete(f"/api/v1/posts/{sent['id']}")).status_code == 204
    with pytest.raises(Exception, match="not_waiting"):
        await command(publish_post)(sent["id"])


async def test_a_poll_comes_after_the_first_posts(client, cast, newcomer):
    await few(cast)
    closes_at = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    body = {"kind": "single", "question": "Which?", "options": ["One", "Two"], "closes_at": closes_at}
    refused = await client("ben").post(f"/api/v1/threads/{cast.threads['public']}/polls", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "first_posts_first")


async def test_slow_mode_makes_members_wait_but_not_who_looks_after_the_group(client, cast):
    async with connection() as sql:
        await sql.execute("UPDATE groups SET slow_seconds = 600 WHERE id = $1", cast.groups["public"])
        await sql.execute("UPDATE posts SET created_at = now() - interval '1 day'")
    assert (await post(client, cast)).status_code == 201
    refused = await post(client, cast)
    assert (refused.status_code, refused.json()["code"]) == (429, "slow_mode")
    assert 0 < int(refused.headers["retry-after"]) <= 600
    assert (await post(client, cast, kind="members")).status_code == 201
    for _number in range(2):
        answer = await client("fay").post(f"/api/v1/threads/{cast.threads['public']}/posts", json={"body": "Quickly."})
        assert answer.status_code == 201


async def test_a_case_waits_for_those_who_look_after_the_group(client, cast, newcomer):
    await few(cast)
    sent = (await post(client, cast)).json()
    async with connection() as sql:
        case = await sql.fetchrow("SELECT origin, author_id, group_id FROM cases WHERE post_id = $1", sent["id"])
    assert tuple(case) == ("newcomer", cast.members["ben"], cast.groups["public"])


async def test_the_group_decides_and_it_appears_or_does_not(client, cast, newcomer):
    await few(cast)
    good, bad = [(await post(client, cast, body)).json() for body in ("Good words.", "Buy words.")]
    queue = (await client("fay").get("/api/v1/cases")).json()["items"]
    assert [case["origin"] for case in queue] == ["newcomer", "newcomer"]
    for case, decision in zip(queue, ("no_action", "remove"), strict=True):
        body = {"decision": decision, "reason": "spam", "words": "We have looked at it."}
        decided = await client("fay").put(
            f"/api/v1/cases/{case['id']}/decision", json=body, headers={"If-Match": '"1"'}
        )
        assert decided.status_code < 300, decided.text
    assert (await client("cem").get(f"/api/v1/posts/{good['id']}")).json()["number"] == 3
    assert (await client("cem").get(f"/api/v1/posts/{bad['id']}")).status_code == 404
    assert (await client("ben").get(f"/api/v1/threads/{cast.threads['public']}")).json()["waiting"] == []


async def test_what_they_change_afterwards_is_looked_at_again(client, cast, newcomer):
    await few(cast)
    sent = (await post(client, cast)).json()
    case = (await client("fay").get("/api/v1/cases")).json()["items"][0]["id"]
    looked = {"decision": "no_action"}
    await client("fay").put(f"/api/v1/cases/{case}/decision", json=looked, headers={"If-Match": '"1"'})
    path = f"/api/v1/posts/{sent['id']}"
    links = " ".join(f"https://example.org/{n}" for n in range(3))
    refused = await client("ben").patch(path, json={"body": links}, headers={"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "too_many_links")
    changed = await client("ben").patch(path, json={"body": "Buy it here."}, headers={"If-Match": '"1"'})
    assert changed.status_code == 200
    (again,) = (await client("fay").get("/api/v1/cases")).json()["items"]
    assert (again["origin"], again["excerpt"]) == ("newcomer", "Buy it here.")
    body = {"decision": "remove", "reason": "spam", "words": "We have looked at it."}
    decided = await client("fay").put(f"/api/v1/cases/{again['id']}/decision", json=body, headers={"If-Match": '"1"'})
    assert decided.status_code == 200
    assert (await client("cem").get(path)).status_code == 404


async def test_a_thread_that_waits_or_was_hidden_takes_no_replies(client, cast, newcomer):
    await few(cast)
    wish = {"title": WORDS, "body": "A beginning."}
    waiting = (await client("ben").post("/api/v1/groups/public-group/threads", json=wish)).json()["id"]
    async with connection() as sql:
        await sql.execute("UPDATE members SET trusted_at = now() WHERE id = $1", cast.members["ben"])
    for who in ("ben", "fay"):
        refused = await client(who).post(f"/api/v1/threads/{waiting}/posts", json={"body": "And more."})
        assert (refused.status_code, refused.json()["code"]) == (403, "thread_not_public")
    page = await client("ben", browser=True).get(f"/t/{waiting}/untrodden-words-about-peering")
    assert page.status_code == 200 and "reply-here" not in page.text
    assert (await client("cem").get(f"/api/v1/threads/{waiting}")).status_code == 404
