"""The transparency report: what is counted in it, and what numbers would tell of somebody and are not."""
import csv
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.moderation.models import ActKind
from forum.moderation.transparency import HalfYear, half_year_of
from tests.moderation.acting import UNDOABLE, act, sql

pytestmark = pytest.mark.anyio
PAST = HalfYear(2025, 1)
CASE = """
    INSERT INTO cases (group_id, origin, post_id, author_id, decision, reason, decided_by_id, decided_at, created_at)
    VALUES ($1, 'flag', $2, $3, $4, $5, $6, $7::timestamptz + $8 * interval '1 hour', $7) RETURNING id
"""


async def decided(cast, kind, decision, hours, *, reason="spam", at=None, flags=1):
    """A case of Ben's post, flagged by so many and decided by Fay so many hours later."""
    at = at or datetime(2025, 3, 1, tzinfo=UTC)
    case = await sql(
        CASE, cast.groups[kind], cast.first[kind], cast.members["ben"], decision, reason, cast.members["fay"], at, hours
    )
    for name in ("sol", "cem", "ada")[:flags]:
        await sql(
            "INSERT INTO flags (case_id, member_id, reason, created_at) VALUES ($1, $2, 'offensive', $3)",
            case, cast.members[name], at)  # fmt: skip
    return case


async def report(client, query="?period=2025-1", who="stranger"):
    answer = await client(who).get("/api/v1/transparency" + query)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
async def half_a_year(cast):
    hidden = await decided(cast, "public", "hide", 2, flags=3)
    await decided(cast, "members", "hide", 10)
    await decided(cast, "public", "no_action", 50, reason=None)
    at = datetime(2025, 3, 2, tzinfo=UTC)
    await sql(
        "INSERT INTO appeals (case_id, text, outcome, decided_by_id, decided_at, created_at)"
        " VALUES ($1, 'No.', 'overturned', $2, $3::timestamptz + interval '6 hours', $3)",
        hidden, cast.members["ada"], at)  # fmt: skip
    for kind in ("warning", "silence"):
        await sql(
            "INSERT INTO sanctions (member_id, kind, reason, given_by_id, created_at) VALUES ($1, $2, 'x', $3, $4)",
            cast.members["ben"], kind, cast.members["ada"], at)  # fmt: skip
    where = {"group_id": cast.groups["public"], "post_id": cast.first["public"]}
    await act(None, ActKind.POST_HIDDEN, **where, case_id=hidden)
    await act(None, ActKind.POST_HIDDEN, **where)
    undone = await act(cast.members["fay"], UNDOABLE, group_id=cast.groups["public"], undo={})
    await sql("UPDATE acts SET created_at = $1", at)
    await sql("UPDATE acts SET undone_at = $2, undone_by_id = 1 WHERE id = $1", undone, at)


async def test_what_is_counted(client, cast, half_a_year):
    made = await report(client)
    assert (made["begins"], made["ends"]) == ("2025-01-01", "2025-06-30")
    assert (made["complete"], made["later"]) == (True, "2025-2")
    assert made["flags"]["offensive"] == 5 and sum(made["flags"].values()) == 5
    assert made["cases"] == {"flag": 3, "newcomer": 0, "machine": 0}
    assert made["verdicts"] == [
        {"decision": "no_action", "reason": None, "count": 1},
        {"decision": "hide", "reason": "spam", "count": 2},
    ]
    assert (made["median_hours"], made["within_a_day"]) == (10.0, 0.667)
    assert (made["appeals"], made["outcomes"], made["appeal_median_hours"]) == (1, {"upheld": 0, "overturned": 1}, 6.0)
    assert (made["automatic_hides"], made["automatic_hides_confirmed"], made["undone"]) == (2, 1, 1)
    assert made["sanctions"] == {"warning": 1, "silence": 1, "suspension": 0}
    assert (await report(client, "?period=2025-2"))["verdicts"] == []


async def test_the_page_and_the_table_say_the_same_to_everybody(client, cast, half_a_year):
    texts = set()
    for who in ("stranger", "pia", "ben", "adi"):
        page = await client(who, browser=True).get("/transparency?period=2025-1")
        assert page.status_code == 200
        texts.add(page.text.partition("<main")[2].partition("</main>")[0])
    (text,) = texts
    assert "10 hours" in text and "67 %" in text and "Hidden: Advertising" in text and "of nobody" in text
    answer = await client("stranger", browser=True).get("/transparency.csv?period=2025-1")
    assert answer.headers["content-disposition"] == 'attachment; filename="transparency-2025-1.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {(row["what"], row["kind"]): row["number"] for row in rows}["verdicts", "hide spam"] == "2"
    assert {row["period"] for row in rows} == {"2025-1"}


async def test_of_closed_and_hidden_groups_few_are_none(client, cast):
    for _ in range(2):
        await decided(cast, "closed", "remove", 1)
    assert (await report(client))["verdicts"] == [] and (await report(client))["median_hours"] is None
    await decided(cast, "hidden", "remove", 1)
    assert (await report(client))["verdicts"] == [{"decision": "remove", "reason": "spam", "count": 3}]
    await decided(cast, "public", "remove", 1)
    assert (await report(client))["verdicts"][0]["count"] == 4


async def test_while_the_half_year_runs_nothing_that_happens_behind_a_door_moves_a_number(client, cast):
    now = datetime.now(UTC)
    before = await report(client, "")
    for _ in range(5):
        await decided(cast, "closed", "hide", 0, at=now)
    assert await report(client, "") == before
    await decided(cast, "public", "hide", 0, at=now)
    assert sum(one["count"] for one in (await report(client, ""))["verdicts"]) == 1


@pytest.mark.parametrize("period", ("2999-1", "2025-3", "2025", "1999-1", "2025-1x", "%00"))
async def test_other_periods_are_refused(client, period):
    for path, browser in (("/api/v1/transparency", False), ("/transparency", True), ("/transparency.csv", True)):
        assert (await client("ben", browser=browser).get(f"{path}?period={period}")).status_code in (400, 422)


@given(st.dates(date(2001, 1, 1), date(2098, 12, 31)))
def test_half_years_follow_each_other_without_a_gap(day):
    half = half_year_of(day)
    assert half.begins <= day < half.after.begins
    assert half.after.before == half and half.before < half < half.after

