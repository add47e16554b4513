"""Accepted answers, and the best of a period: what the reader may read, by a score that anybody can check."""
from datetime import date
from typing import Any

import pytest

from forum.curation.pages.learned import newsletter
from forum.curation.periods import Period, before, period_of
from forum.curation.schemas import BestThread
from forum.groups.models import JoinPolicy, Visibility
from forum.groups.schemas import GroupBrief, Person
from forum.kit.errors import Invalid
from forum.kit.transaction import connection
from tests.cast import KINDS, NAMES, STRANGER, Cast

pytestmark = pytest.mark.anyio


async def sql(statement: str, *values: Any) -> Any:
    async with connection() as raw:
        return await raw.fetchval(statement, *values)


def test_a_period_is_a_month_or_a_year() -> None:
    today = date(2026, 12, 24)
    assert period_of("", today) == Period("2026-12", date(2026, 12, 1), date(2027, 1, 1))
    assert period_of("2026-02", today) == Period("2026-02", date(2026, 2, 1), date(2026, 3, 1))
    assert period_of("2025", today) == Period("2025", date(2025, 1, 1), date(2026, 1, 1))
    assert before(period_of("2026-01", today)) == "2025-12"
    assert before(period_of("2026", today)) == "2025"
    assert before(period_of("2000-01", today)) == ""


@pytest.mark.parametrize("asked", ["2026-13", "2026-1", "x", "20261", "1999", "2026-11 ", "٢٠٢٦"])
def test_anything_else_is_refused(asked: str) -> None:
    with pytest.raises(Invalid):
        period_of(asked, date(2026, 12, 24))


def test_a_newsletter_s_line_keeps_its_brackets_to_itself() -> None:
    group = GroupBrief("g", "A [group]", Visibility.PUBLIC, JoinPolicy.OPEN)
    best = BestThread(7, "A ](http://x.test) *one*", "s", "en", group, Person("ben", "Ben_"), 1, 1, 0, 0, False, False)
    assert newsletter([best], "https://f.test") == (
        "- [A \\](http://x.test) \\*one\\*](https://f.test/t/7), Ben\\_ (A \\[group\\])\n"
    )


@pytest.mark.parametrize("who", [*(name for name in NAMES if name != "dot"), STRANGER])
async def test_both_hold_what_their_reader_may_read(client: Any, cast: Cast, who: str):
    for kind in KINDS:
        await sql(
            "UPDATE threads SET accepted_post_id = $2 WHERE id = $1", cast.threads[kind], cast.second[kind]
        )
    readable = {each["id"] for each in (await client(who).get("/api/v1/threads")).json()["items"]}
    best = (await client(who).get("/api/v1/best")).json()["items"]
    assert {each["id"] for each in best} == readable
    assert (await client(who, browser=True).get("/best")).status_code == 200
    for kind in KINDS:
        answers = await client(who).get(f"/api/v1/groups/{kind}-group/answers")
        assert (answers.status_code == 200) is (cast.threads[kind] in readable)
        if answers.status_code == 200:
            assert [each["post_id"] for each in answers.json()["items"]] == [cast.second[kind]]
            page = (await client(who, browser=True).get(f"/g/{kind}-group/answers")).text
            assert f"Post 2 in the {kind} group" in page


async def test_an_answer_that_is_hidden_is_none(client: Any, cast: Cast):
    await sql("UPDATE threads SET accepted_post_id = $2 WHERE id = $1", cast.threads["public"], cast.second["public"])
    await sql("UPDATE posts SET state = 'hidden' WHERE id = $1", cast.second["public"])
    assert (await client("ben").get("/api/v1/groups/public-group/answers")).json()["items"] == []


async def test_the_score_is_what_the_page_says(client: Any, cast: Cast):
    thread, post = cast.threads["public"], cast.second["public"]  # Fay's
    for name in ("ben", "cem", "fay"):  # her own counts nothing
        for kind in ("thanks", "agree"):
            values = post, cast.members[name], kind
            await sql("INSERT INTO reactions (post_id, member_id, kind) VALUES ($1, $2, $3)", *values)
    for name in ("ben", "cem"):  # two bookmarks tell too much
        await sql("INSERT INTO bookmarks (post_id, member_id) VALUES ($1, $2)", post, cast.members[name])
    (one,) = (await client("ben").get("/api/v1/groups/public-group/best")).json()["items"]
    assert (one["id"], one["thanks"], one["authors"], one["keeps"], one["score"]) == (thread, 2, 2, 0, 8)
    await sql("INSERT INTO bookmarks (post_id, member_id) VALUES ($1, $2)", post, cast.members["ada"])
    await sql("UPDATE threads SET accepted_post_id = $2 WHERE id = $1", thread, post)
    await client("fay").put(f"/api/v1/threads/{thread}/summary", json={"body": "In short."})
    (one,) = (await client("ben").get("/api/v1/groups/public-group/best")).json()["items"]
    assert (one["keeps"], one["solved"], one["summed"], one["score"]) == (3, True, True, 21)
    page = await client("stranger", browser=True).get("/g/public-group/best")
    assert "21 points" in page.text and f"/t/{thread})" in page.text
    text = await client("stranger", browser=True).get("/g/public-group/best?format=md")
    assert text.headers["content-type"].startswith("text/markdown") and text.text.startswith("- [Thread in")
    long_ago = (await client("ben").get("/api/v1/best?period=2001-01")).json()
    assert long_ago == {"period": "2001-01", "items": [], "next": None}
    for asked in ("x", "2026"):  # everything of a whole year takes too long
        assert (await client("ben").get(f"/api/v1/best?period={asked}")).status_code == 422
    assert (await client("ben").get("/api/v1/groups/public-group/best?period=2026")).status_code == 200
    assert (await client("ben", browser=True).get("/best?period=x")).status_code == 422
