"""A poll is started with a reply, by whoever may reply, with terms that make sense."""
import pytest

from forum.kit.transaction import connection
from tests.polls.conftest import later, sql

pytestmark = pytest.mark.anyio


async def test_a_poll_comes_with_its_post(client, cast, ask):
    poll = await ask("ben", body="Before we buy **anything**.", anonymous=True, results="after_closing", quorum=3)
    assert poll["phase"] == "open" and poll["voters"] == 0 and poll["result"] is None
    assert [option["text"] for option in poll["options"]] == ["Tea", "Coffee", "Water"]
    thread = (await client("stranger").get(f"/api/v1/threads/{cast.threads['public']}")).json()
    post = thread["posts"]["items"][-1]
    assert (post["kind"], post["poll_id"], post["id"]) == ("poll", poll["id"], poll["post_id"])
    assert post["html"].strip() == "<p dir=\"auto\">Before we buy <strong>anything</strong>.</p>"
    assert thread["outcomes"] == [] and thread["posts"]["items"][0]["kind"] == "plain"
    facts = await sql("SELECT array_agg(name ORDER BY id) FROM facts")
    assert facts[-2:] == ["thread.reply_posted", "poll.opened"]


async def test_the_question_stands_for_a_text(client, ask):
    poll = await ask()
    post = (await client("ben").get(f"/api/v1/posts/{poll['post_id']}")).json()
    assert post["body"] == "What shall we drink?"


async def test_every_kind(ask):
    assert (await ask(kind="multiple"))["most_choices"] == 3
    assert (await ask(kind="multiple", most_choices=2))["most_choices"] == 2
    assert [each["stance"] for each in (await ask(kind="proposal"))["options"]] == [
        "agree", "abstain", "disagree", "block"]  # fmt: skip
    assert (await ask(kind="score"))["score_max"] == 5
    assert (await ask(kind="ranked"))["method"] == "schulze"
    assert (await ask(kind="ranked", method="instant_runoff"))["method"] == "instant_runoff"
    moments = [{"date": "2027-03-27", "time": "14:30"}, {"date": "2027-03-26", "time": "09:00"}]
    poll = await ask(kind="time", zone="Europe/Malta", moments=moments, minutes=90)
    assert [(each["starts_at"], each["ends_at"]) for each in poll["options"]] == [
        ("2027-03-26T08:00:00Z", "2027-03-26T09:30:00Z"), ("2027-03-27T13:30:00Z", "2027-03-27T15:00:00Z")]  # fmt: skip


WRONG = [
    ({"question": "?"}, "question", "too_short"),
    ({"options": ["One"]}, "options", "two_to_thirty"),
    ({"options": [str(n) for n in range(31)]}, "options", "two_to_thirty"),
    ({"options": ["Tea", " TEA "]}, "options", "double_option"),
    ({"options": ["Tea", " "]}, "options", "too_short"),
    ({"closes_at": later(days=-1)}, "closes_at", "closes_too_early"),
    ({"opens_at": later(days=3), "closes_at": later(days=2)}, "closes_at", "closes_too_early"),
    ({"closes_at": later(days=400)}, "closes_at", "closes_too_late"),
    ({"closes_at": "9999-12-31T23:59:00-12:00"}, "closes_at", "not_valid"),
    ({"closes_at": "2027-01-01T00:00:00"}, "closes_at", "wrong_type"),
    ({"method": "schulze"}, "method", "not_for_this_kind"),
    ({"kind": "proposal", "options": ["Tea", "Coffee"]}, "options", "not_for_this_kind"),
    ({"kind": "multiple", "most_choices": 4}, "most_choices", "more_than_options"),
    ({"kind": "time", "moments": [{"date": "2027-01-01", "time": "10:00"}] * 2}, "zone", "required"),
    ({"quorum": 0}, "quorum", "out_of_range"),
    ({"share": 101}, "share", "out_of_range"),
    ({"body": "x" * 32_001}, "body", "too_long"),
]


@pytest.mark.parametrize(("wish", "field", "code"), WRONG)
async def test_wrong_terms_are_named_and_nothing_is_written(client, cast, wish, field, code):
    body = {"question": "What shall we drink?", "kind": "single", "closes_at": later(days=7)}
    if wish.get("kind", "single") in ("single", "multiple"):
        body["options"] = ["Tea", "Coffee", "Water"]
    answer = await client("ben").post(f"/api/v1/threads/{cast.threads['public']}/polls", json=body | wish)
    assert answer.status_code == 422, answer.text
    assert {(error["field"], error["code"]) for error in answer.json()["errors"]} == {(field, code)}
    async with connection() as raw:
        assert await raw.fetchval("SELECT count(*) FROM polls") == 0
        assert await raw.fetchval("SELECT last_number FROM threads WHERE id = $1", cast.threads["public"]) == 2


async def test_a_time_that_never_comes_is_refused(client, cast):
    """Clocks in Malta go from 02:00 to 03:00 on that day; 02:30 comes twice on the other."""
    rows = [{"date": "2027-03-28", "time": "02:30"}, {"date": "2027-10-31", "time": "02:30"}]
    body = {"question": "When?", "kind": "time", "zone": "Europe/Malta", "closes_at": later(days=7), "moments": rows}
    answer = await client("ben").post(f"/api/v1/threads/{cast.threads['public']}/polls", json=body)
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [("moments.0", "no_such_time")]


async def test_whoever_may_not_reply_starts_none(client, cast):
    body = {"question": "Shall we?", "kind": "proposal", "closes_at": later(days=7)}
    path = f"/api/v1/threads/{cast.threads['public']}/polls"
    await sql("UPDATE threads SET locked_at = now() WHERE id = $1", cast.threads["public"])
    for who, code in (("ben", "thread_locked"), ("cem", "not_a_member"), ("sol", "silenced"), ("pia", "not_approved")):
        answer = await client(who).post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert (await client("fay").post(path, json=body)).status_code == 201


async def test_the_text_of_its_post_can_be_edited_and_the_poll_stays(client, ask, vote):
    poll = await ask()
    await vote("fay", poll, 0)
    path = f"/api/v1/posts/{poll['post_id']}"
    edited = await client("ben").patch(path, json={"body": "Once more, clearly."}, headers={"If-Match": '"1"'})
    assert (edited.status_code, edited.json()["kind"], edited.json()["poll_id"]) == (200, "poll", poll["id"])
    after = (await client("ben").get(f"/api/v1/polls/{poll['id']}")).json()
    assert (after["question"], after["voters"], after["version"]) == (poll["question"], 1, 1)
