"""The queue and the case pages, as those who look after groups work them."""
import re
from datetime import UTC, datetime, timedelta

import pytest

from forum.jobs.drain import drain
from forum.moderation.commands.remind import remind
from forum.searching.rebuild import rebuild
from tests.moderation.asking import sql
from tests.moderation.making import case, flagged
from tests.support.clients import counting

pytestmark = pytest.mark.anyio

GROUPS = {"fay": ["public", "members", "closed", "hidden"], "ada": ["public", "members"], "adi": ["public", "members"]}


@pytest.fixture
async def cases(cast):
    """One of Ben's posts in each group, and Ben's profile."""
    made = {kind: await case(cast.groups[kind], cast.members["ben"], post_id=cast.first[kind]) for kind in cast.groups}
    made["profile"] = await case(None, cast.members["ben"], member_id=cast.members["ben"])
    return made


async def ids(client, who, query=""):
    return [line["id"] for line in (await client(who).get("/api/v1/cases" + query)).json()["items"]]


@pytest.mark.parametrize("who", GROUPS)
async def test_everybody_sees_what_they_look_after(client, cases, who):
    wanted = [cases[kind] for kind in GROUPS[who]] + ([cases["profile"]] if who != "fay" else [])
    assert await ids(client, who) == wanted
    assert await ids(client, who, "?group=members-group") == [cases["members"]]


async def test_what_staff_opened_for_an_hour_is_theirs_to_decide(client, cases, cast):
    assert (await client("ada").get(f"/api/v1/cases/{cases['hidden']}")).status_code == 404
    await sql("INSERT INTO glass_openings (group_id, member_id, reason, until) VALUES ($1, $2, 'A word.', $3)",
              cast.groups["hidden"], cast.members["ada"], datetime.now(UTC) + timedelta(hours=1))  # fmt: skip
    assert cases["hidden"] in await ids(client, "ada")
    decided = await client("ada").put(
        f"/api/v1/cases/{cases['hidden']}/decision", json={"decision": "no_action"}, headers={"If-Match": '"1"'}
    )
    assert decided.status_code == 200


async def test_pages_of_the_queue_join_without_gap(client, cast):
    made = [await case(cast.groups["public"], cast.members["ben"], post_id=post) for post in await _posts(cast, 7)]
    seen, path = [], "/api/v1/cases?limit=3"
    while path:
        page = (await client("fay").get(path)).json()
        seen += [line["id"] for line in page["items"]]
        path = page["next"]
    assert seen == made


async def _posts(cast, many):
    return [
        await sql(
            "INSERT INTO posts (thread_id, author_id, number, body, html, text, renderer)"
            " VALUES ($1, $2, $3, 'x', 'x', 'x', 1) RETURNING id",
            cast.threads["public"], cast.members["ben"], 10 + n,
        )
        for n in range(many)
    ]  # fmt: skip


async def test_one_does_not_meet_oneself_in_the_queue(client, cast, cases):
    mine = await case(cast.groups["public"], cast.members["fay"], post_id=cast.second["public"])
    assert mine not in await ids(client, "fay")
    assert mine in await ids(client, "ada")
    refused = await client("fay").get(f"/api/v1/cases/{mine}")
    assert (refused.status_code, refused.json()["code"]) == (403, "own_case")


async def test_a_page_of_the_queue_is_one_statement(client, cases):
    one = f"/moderation/cases/{cases['public']}"
    for path, count in (("/moderation", 2), ("/moderation?state=decided", 2), (one, 3)):
        found: list[str] = []
        with counting(found):
            assert (await client("fay", browser=True).get(path)).status_code == 200
        assert len(found) == count, found


async def test_appeals_come_first_for_those_who_may_decide_them(client, cast):
    made = await case(cast.groups["public"], cast.members["ben"], post_id=cast.first["public"],
                      decided_by=cast.members["ada"], appeal="Please look again.")  # fmt: skip
    for who, told in (("adi", [made]), ("fay", [made]), ("ada", [])):
        page = (await client(who).get("/api/v1/cases")).json()
        assert [line["id"] for line in page["appeals"]] == told
        assert page["items"] == []
    html = (await client("adi", browser=True).get(f"/moderation/cases/{made}")).text
    assert "Please look again." in html and "Overturn it" in html


async def test_a_case_is_worked_without_a_script(client, cast, cases):
    await flagged(cases["public"], cast.members["cem"], "spam", "An offer, again.")
    browser = client("fay", browser=True)
    page = (await browser.get("/moderation")).text
    assert f"/moderation/cases/{cases['public']}" in page
    one = (await browser.get(f"/moderation/cases/{cases['public']}")).text
    assert "An offer, again." in one and re.findall(r'data-digit="(\d)"', one) == list("12345")
    sent = await browser.post(f"/moderation/cases/{cases['public']}/decide",
                              data={"decision": "hide", "reason": "spam", "usual": "1", "version": "1"})  # fmt: skip
    assert sent.headers["location"].startswith(f"/moderation/cases/{cases['members']}")
    words = await sql("SELECT words FROM cases WHERE id = $1", cases["public"])
    assert "advertising" in words and "appeal" in words
    told = (await client("ben", browser=True).get(f"/appeals/{cases['public']}")).text
    assert "advertising" in told and "An offer" not in told and "Cem" not in told


async def test_who_comes_second_sees_what_was_decided(client, cases):
    await client("ada").put(f"/api/v1/cases/{cases['public']}/decision",
                            json={"decision": "remove", "reason": "offensive", "words": "No."},
                            headers={"If-Match": '"1"'})  # fmt: skip
    late = await client("fay", browser=True).post(
        f"/moderation/cases/{cases['public']}/decide",
        data={"decision": "note", "reason": "spam", "words": "Please do not.", "version": "1"},
    )
    assert late.status_code == 409
    assert "Somebody else has decided this" in late.text and "Ada" in late.text and "removed" in late.text


async def test_who_holds_a_case_is_told_to_the_others(client, cases):
    held = await client("ada").put(f"/api/v1/cases/{cases['public']}/claim")
    assert held.json()["line"]["claimed_by"]["username"] == "ada"
    assert "Ada is looking at it" in (await client("fay", browser=True).get("/moderation")).text
    assert (await client("fay").put(f"/api/v1/cases/{cases['public']}/claim")).json()["code"] == "claimed_by_another"
    assert (await client("ada").delete(f"/api/v1/cases/{cases['public']}/claim")).status_code == 204
    assert (await client("fay").put(f"/api/v1/cases/{cases['public']}/claim")).status_code == 200


async def test_of_the_author_a_facilitator_knows_what_is_theirs(client, cast, cases):
    await case(cast.groups["members"], cast.members["ben"], thread_id=cast.threads["members"],
               decided_by=cast.members["ada"], words="Among members.")  # fmt: skip
    other = await sql("SELECT id FROM groups WHERE slug = 'elsewhere'")
    await case(other, cast.members["ben"], post_id=cast.first["public"], decided_by=cast.members["ada"])
    for who, many in (("fay", 1), ("ada", 2)):
        history = (await client(who).get(f"/api/v1/cases/{cases['public']}")).json()["history"]
        assert len([each for each in history["cases"] if each["decision"]]) == many, who


async def test_once_a_case_those_who_decide_are_reminded(client, cases):
    await sql("UPDATE cases SET created_at = now() - interval '25 hours' WHERE id = $1", cases["closed"])
    assert (await remind(), await remind()) == (1, 0)
    await drain()
    kinds = [each["kind"] for each in (await client("fay").get("/api/v1/notices")).json()["items"]]
    assert kinds == ["case_waiting"]


async def test_those_who_flagged_are_told_that_somebody_looked(client, cast):
    await rebuild()
    await client("cem").put(f"/api/v1/posts/{cast.first['public']}/flag", json={"reason": "spam"})
    made = await sql("SELECT max(id) FROM cases")
    await client("fay").put(f"/api/v1/cases/{made}/decision",
                            json={"decision": "hide", "reason": "spam", "words": "A word to Ben."},
                            headers={"If-Match": '"1"'})  # fmt: skip
    await drain()
    told = (await client("cem").get("/api/v1/notices")).json()["items"]
    assert [each["kind"] for each in told] == ["looked"]
    assert "Ben" not in str(told) and "A word" not in str(told) and told[0]["case_id"] is None
    assert [each["kind"] for each in (await client("ben").get("/api/v1/notices")).json()["items"]] == ["acted"]


async def test_a_silenced_author_appeals_and_is_answered(client, cast):
    made = await case(cast.groups["public"], cast.members["sol"], post_id=cast.second["public"],
                      decided_by=cast.members["ada"], words="Not like this.")  # fmt: skip
    sol = client("sol", browser=True)
    sent = await sol.post(f"/appeals/{made}", data={"text": "I quoted somebody."})
    assert sent.status_code == 303
    answer = {"outcome": "upheld", "answer": "It stays, for the words were yours."}
    assert (await client("adi").put(f"/api/v1/cases/{made}/appeal/decision", json=answer)).status_code == 200
    assert "It stays, for the words were yours." in (await sol.get(f"/appeals/{made}")).text


async def test_the_old_address_leads_to_the_flag(client, cast):
    moved = await client("ben", browser=True).get(f"/p/{cast.second['public']}/report")
    assert (moved.status_code, moved.headers["location"]) == (303, f"/p/{cast.second['public']}/flag")


async def test_a_group_page_counts_its_cases_for_those_who_look_after_it(client, cases):
    for who, count in (("fay", 1), ("ada", 1), ("ben", 0), ("stranger", 0)):
        assert (await client(who).get("/api/v1/groups/public-group")).json()["open_cases"] == count, who
