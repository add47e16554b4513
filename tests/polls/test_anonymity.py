"""Nothing that is stored or logged leads from an anonymous ballot to its voter, and no switch does."""
import logging

import asyncpg
import pytest

from forum.kit.transaction import connection
from tests.cast import Cast
from tests.polls.conftest import later, over, sql, tick
from tests.polls.crowd import gather_crowd
from tests.support.clients import client_of

pytestmark = pytest.mark.anyio

REASON = "zebra crossing"
# Tables that say of a member what they were before the vote, or that they voted; none of them knows how.
KNOWS_MEMBERS = """
    SELECT c.relname AS name, string_agg(quote_ident(a.attname), ',') AS columns FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') GROUP BY c.relname ORDER BY 1
"""


async def everything() -> dict[str, list[str]]:
    """Every row of every table as text."""
    found: dict[str, list[str]] = {}
    async with connection() as raw:
        for table in await raw.fetch(KNOWS_MEMBERS):
            rows = await raw.fetch(f"SELECT t::text AS row FROM {table['name']} t")
            found[table["name"]] = [row["row"] for row in rows]
    return found


@pytest.fixture
async def voted(ask, client, caplog, cast: Cast):
    """What one anonymous vote of Fay's, by API and with a key, wrote in the database and in the log."""
    caplog.set_level(logging.DEBUG)
    poll = await ask(kind="proposal", anonymous=True, results="after_closing", block_needs_reason=True)
    before = await everything()
    block = poll["options"][3]["id"]
    answer = await client("fay").put(
        f"/api/v1/polls/{poll['id']}/ballot",
        json={"marks": {str(block): 1}, "reason": REASON},
        headers={"Idempotency-Key": "mine"},
    )
    assert answer.status_code == 200
    assert REASON not in answer.text and answer.json()["ballot"] is None
    after = await everything()
    new = {name: sorted(set(rows) - set(before[name])) for name, rows in after.items() if rows != before[name]}
    return poll, new


async def test_a_vote_is_a_voter_and_a_ballot_and_nothing_else(voted, cast, caplog):
    poll, new = voted
    fay = cast.members["fay"]
    assert new.keys() == {"voters", "ballots"}
    (voter,), (ballot,) = new["voters"], new["ballots"]
    assert voter.endswith((f",{poll['id']},{fay})", f",{fay},{poll['id']})"))
    async with connection() as raw:
        stored = dict(await raw.fetchrow("SELECT * FROM ballots"))
    assert (stored["member_id"], stored["cast_at"], stored["anonymous"]) == (None, None, True)
    assert stored["id"].version == 4
    said = [record.getMessage() for record in caplog.records]
    assert not [line for line in said if REASON in line or str(stored["id"]) in line]
    assert ballot.count(",") >= 5


async def test_no_row_that_knows_the_voter_knows_the_ballot(voted, cast):
    poll, _ = voted
    ballot, block = str(await sql("SELECT id FROM ballots")), poll["options"][3]["id"]
    for table, rows in (await everything()).items():
        for row in rows:
            assert table == "ballots" or (REASON not in row and ballot not in row), table
    assert await sql("SELECT count(*) FROM kept_answers") == 0
    assert await sql("SELECT count(*) FROM facts WHERE payload ->> 'poll_id' = $1 AND name <> 'poll.opened'",
                     str(poll["id"])) == 0  # fmt: skip
    assert block  # an option's id stands in poll_options and in the ballot only
    assert [table for table, rows in (await everything()).items() if any(f'"{block}"' in row for row in rows)] == [
        "ballots"]  # fmt: skip


@pytest.mark.committed
async def test_closing_leaves_no_trace_of_when_a_ballot_came(committed_site, cast):
    crowd = await gather_crowd(cast.groups["public"], 30)
    body = {"question": "Which?", "kind": "single", "options": ["A", "B"], "anonymous": True,
            "closes_at": later(days=1)}  # fmt: skip
    path = f"/api/v1/threads/{cast.threads['public']}/polls"
    poll = (await client_of(committed_site, "ben").post(path, json=body)).json()
    for number, name in enumerate(crowd):
        # Each reason says who it is of: the test's own key to what must not be found.
        marks = {str(poll["options"][number % 2]["id"]): 1}
        answer = await client_of(committed_site, name).put(
            f"/api/v1/polls/{poll['id']}/ballot", json={"marks": marks, "reason": name}
        )
        assert answer.status_code == 200
    rows = "SELECT id::text, xmin::text, reason FROM ballots ORDER BY ctid"
    voters = "SELECT member_id, xmin::text, id FROM voters ORDER BY ctid"
    async with connection() as raw:
        before = await raw.fetch(rows)
        assert [row["reason"] for row in before] == list(crowd)  # while it runs, the order of rows tells
    await over(poll)
    await tick()
    async with connection() as raw:
        after, who = await raw.fetch(rows), await raw.fetch(voters)
    assert len({row["xmin"] for row in after}) == 1
    assert not {row["id"] for row in after} & {row["id"] for row in before}
    assert sorted(row["reason"] for row in after) == sorted(crowd)
    assert [row["reason"] for row in after] != list(crowd)
    assert len({row["xmin"] for row in who}) == 1
    assert sorted(row["member_id"] for row in who) == list(crowd.values())
    assert [row["member_id"] for row in who] not in (list(crowd.values()), [crowd[row["reason"]] for row in after])
    assert [row["id"] for row in who] == sorted(row["id"] for row in who)


async def test_what_was_said_is_told_after_closing_in_no_order_and_of_nobody(ask, vote, client, cast):
    poll = await ask(kind="proposal", anonymous=True)
    path = f"/api/v1/polls/{poll['id']}/ballots"
    await vote("fay", poll, 3, REASON)
    await vote("ben", poll, 0)
    early = await client("ben").get(path)
    assert (early.status_code, early.json()["code"]) == (403, "results_hidden")
    await over(poll)
    await tick()
    items = (await client("ben").get(path)).json()["items"]
    assert items == [{"member": None, "marks": {str(poll["options"][3]["id"]): 1}, "reason": REASON}]
    ranked = await ask(kind="ranked", anonymous=True)
    await vote("fay", ranked, {0: 1, 1: 2}, REASON)
    await over(ranked)
    await tick()
    items = (await client("ben").get(f"/api/v1/polls/{ranked['id']}/ballots")).json()["items"]
    assert items == [{"member": None, "marks": {}, "reason": REASON}], "an order of options is a signature"


@pytest.mark.parametrize(
    "statement",
    (
        "UPDATE polls SET anonymous = false WHERE id = $1",
        "UPDATE polls SET results = 'always' WHERE id = $1",
        "UPDATE ballots SET anonymous = false WHERE poll_id = $1",
        "UPDATE ballots SET member_id = 1 WHERE poll_id = $1",
        "UPDATE ballots SET cast_at = now() WHERE poll_id = $1",
        "INSERT INTO ballots (poll_id, anonymous, member_id, marks, cast_at) VALUES ($1, false, 1, '{}', now())",
    ),
)
async def test_the_database_refuses_to_lift_it(voted, statement):
    poll, _ = voted
    async with connection() as raw:
        with pytest.raises((asyncpg.RestrictViolationError, asyncpg.IntegrityConstraintViolationError)):
            async with raw.transaction():
                await raw.execute(statement, poll["id"])
                await raw.execute("SET CONSTRAINTS ALL IMMEDIATE")


async def test_a_vote_by_form_leaves_no_more(ask, client, cast):
    """Also where the form carries a form id: what is sent twice is answered twice, and kept nowhere."""
    poll = await ask(anonymous=True)
    browser = client("fay", browser=True)
    page = (await browser.get(f"/t/{cast.threads['public']}/thread")).text
    form_id = page.split('name="form_id" value="')[1].split('"')[0]
    before = await everything()
    sent = {"choice": str(poll["options"][0]["id"]), "reason": REASON, "form_id": form_id}
    assert (await browser.post(f"/polls/{poll['id']}/vote", data=sent)).status_code == 303
    after = await everything()
    assert {name for name, rows in after.items() if rows != before[name]} == {"voters", "ballots"}
    assert (await browser.post(f"/polls/{poll['id']}/vote", data=sent)).status_code == 409
    assert await sql("SELECT count(*) FROM kept_answers") == 0
