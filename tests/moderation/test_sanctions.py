"""Warn, silence, suspend: who may do it to whom, what holds, who must agree, and how it is taken back."""
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auth.actor import Actor, GroupRole, Status
from forum.app import Site
from forum.groups.commands.grants import give_place, take_place
from forum.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from forum.kit.transaction import connection
from forum.members.models import Member
from forum.moderation.commands import sanctions
from forum.moderation.commands.undo_act import undo_act
from forum.moderation.models import Act, Sanction, SanctionKind
from forum.moderation.standing import find_astray
from forum.outbox.models import AuditEntry
from tests.cast import Cast
from tests.moderation.asking import actor, sql

pytestmark = pytest.mark.anyio

WARN, SILENCE, SUSPEND = SanctionKind.WARNING, SanctionKind.SILENCE, SanctionKind.SUSPENSION
PUBLIC = "public-group"


async def give(who: Actor, whom: str, kind: SanctionKind, days: int | None = None, group: str | None = None) -> int:
    return await sanctions.give_sanction(who, whom, kind, group=group, days=days, reason="Because of it.")


async def test_a_silence_in_a_group_holds_there_and_nowhere_else(site: Site, cast: Cast, client: Any) -> None:
    await give(await actor(site, "fay"), "ben", SILENCE, 3, PUBLIC)
    ben = await actor(site, "ben")
    assert ben.silenced_in == {cast.groups["public"]} and not ben.silenced
    refused = await client("ben").post(f"/api/v1/threads/{cast.threads['public']}/posts", json={"body": "No?"})
    assert refused.status_code == 403 and refused.json()["code"] == "silenced_here"
    elsewhere = await client("ben").post(f"/api/v1/threads/{cast.threads['members']}/posts", json={"body": "Yes."})
    assert elsewhere.status_code == 201
    assert await find_astray() == []


async def test_the_longest_holds_and_lifting_it_leaves_the_other(site: Site, cast: Cast) -> None:
    ada = await actor(site, "ada")
    short, long = await give(ada, "ben", SILENCE, 2), await give(ada, "ben", SILENCE, 9)
    ends = {row.id: row.until for row in await Sanction.all()}
    assert (await Member.get(username="ben")).silenced_until == ends[long]
    await sanctions.lift_sanction(ada, long)
    assert (await Member.get(username="ben")).silenced_until == ends[short]
    await sanctions.lift_sanction(ada, short)
    assert (await Member.get(username="ben")).silenced_until is None
    with pytest.raises(Conflict, match="lifted_already"):
        await sanctions.lift_sanction(ada, short)


async def test_a_suspended_member_is_out_with_their_sessions_and_tokens(site: Site, client: Any) -> None:
    await give(await actor(site, "ada"), "ben", SUSPEND, 7)
    ben = await Member.get(username="ben")
    assert (ben.status, ben.suspension_reason) == (Status.SUSPENDED, "Because of it.")
    assert await sql("SELECT count(*) FROM sessions WHERE member_id = $1", ben.id) == 0
    assert (await client("ben").get("/api/v1/me")).status_code == 401


async def test_coming_back_to_a_group_ends_no_sanction(site: Site, cast: Cast) -> None:
    fay, group, ben = await actor(site, "fay"), cast.groups["public"], cast.members["ben"]
    await give(fay, "ben", SILENCE, 5, PUBLIC)
    await give(fay, "ben", SUSPEND, 5, PUBLIC)
    await take_place(group, ben, None)
    gone = await actor(site, "ben")
    assert group in gone.banned and group in gone.silenced_in
    await give_place(group, ben, "manual")
    back = await actor(site, "ben")
    assert group in back.banned and group in back.silenced_in
    assert await find_astray() == []


@pytest.mark.parametrize(
    ("who", "whom", "kind", "days", "group", "code"),
    [
        ("fay", "fay", SILENCE, 1, PUBLIC, "yourself"),
        ("fay", "ben", SILENCE, 1, None, "staff_only"),
        ("ben", "sol", WARN, None, PUBLIC, "moderators_only"),
        ("sol", "ben", WARN, None, PUBLIC, "silenced"),
        ("ada", "ben", SUSPEND, 1, PUBLIC, "facilitators_only"),
        ("ada", "adi", SILENCE, 1, None, "staff_not_sanctioned"),
        ("ada", "ben", SUSPEND, 31, None, "thirty_days_at_most"),
        ("ada", "ben", SUSPEND, None, None, "thirty_days_at_most"),
        ("adi", "adi", SUSPEND, 1, None, "yourself"),
    ],
)
async def test_not_everybody_may_do_it_to_everybody(
    who: str, whom: str, kind: SanctionKind, days: int | None, group: str | None, code: str, site: Site
) -> None:
    with pytest.raises(NotAllowed, match=code):
        await give(await actor(site, who), whom, kind, days, group)


async def test_facilitators_spare_one_another_and_reach_no_strangers(site: Site, cast: Cast) -> None:
    fay = await actor(site, "fay")
    with pytest.raises(NotFound):
        await give(fay, "cem", WARN, None, PUBLIC)
    await give_place(cast.groups["public"], cast.members["ben"], "manual", GroupRole.FACILITATOR)
    with pytest.raises(NotAllowed, match="other_facilitator"):
        await give(fay, "ben", SILENCE, 1, PUBLIC)
    await give(await actor(site, "ada"), "ben", SILENCE, 1, PUBLIC)


@pytest.mark.parametrize(
    ("kind", "group", "given", "field"),
    [
        (SILENCE, None, {}, "days"),
        (SUSPEND, PUBLIC, {}, "days"),
        (SILENCE, None, {"days": 0}, "days"),
        (SILENCE, None, {"days": 10**6}, "days"),
        (SILENCE, None, {"until": datetime(2020, 1, 1, tzinfo=UTC)}, "until"),
        (SILENCE, None, {"until": datetime(9999, 1, 1, tzinfo=UTC)}, "until"),
        (SILENCE, None, {"until": datetime(2030, 1, 1)}, "until"),  # noqa: DTZ001
        (WARN, None, {"days": 1}, "until"),
        (WARN, None, {"reason": ""}, "reason"),
        (WARN, None, {"reason": "x" * 2001}, "reason"),
    ],
    ids=str,
)
async def test_what_is_missing_or_impossible_is_said(
    kind: SanctionKind, group: str | None, given: dict[str, Any], field: str, site: Site
) -> None:
    who = await actor(site, "ada" if group is None else "fay")
    with pytest.raises(Invalid) as refused:
        await sanctions.give_sanction(who, "ben", kind, group=group, **{"reason": "Because.", **given})
    assert list(refused.value.errors) == [field]


async def test_a_long_suspension_waits_for_a_second_person(site: Site, cast: Cast) -> None:
    ada, adi = await actor(site, "ada"), await actor(site, "adi")
    given = await give(ada, "ben", SUSPEND, 30)
    row = await Sanction.get(id=given)
    ben = await Member.get(username="ben")
    assert row.needs_confirmation and ben.suspended_until == row.created_at + timedelta(days=7)
    with pytest.raises(NotAllowed, match="second_person_needed"):
        await sanctions.confirm_sanction(ada, given)
    with pytest.raises(NotAllowed, match="staff_only"):
        await sanctions.confirm_sanction(await actor(site, "fay"), given)
    await sanctions.confirm_sanction(adi, given)
    assert (await Member.get(username="ben")).suspended_until == row.until
    with pytest.raises(Conflict, match="nothing_to_confirm"):
        await sanctions.confirm_sanction(adi, given)


async def test_a_week_needs_nobody_else(site: Site) -> None:
    given = await give(await actor(site, "ada"), "ben", SUSPEND, 7)
    assert not (await Sanction.get(id=given)).needs_confirmation


@pytest.mark.parametrize(
    "lost", ["UPDATE members SET staff = NULL WHERE id = $1", "UPDATE members SET status = 'pending' WHERE id = $1",
             "UPDATE members SET silenced_until = now() + interval '1 day' WHERE id = $1"]
)  # fmt: skip
async def test_who_gave_it_must_still_have_the_right(lost: str, site: Site, cast: Cast) -> None:
    given = await give(await actor(site, "ada"), "ben", SUSPEND, 30)
    await sql(lost, cast.members["ada"])
    with pytest.raises(Conflict, match="giver_lost_right"):
        await sanctions.confirm_sanction(await actor(site, "adi"), given)


async def test_what_nobody_confirmed_in_a_week_is_over(site: Site, cast: Cast) -> None:
    given = await give(await actor(site, "ada"), "ben", SUSPEND, 30)
    await sql(
        "UPDATE sanctions SET created_at = created_at - interval '8 days' WHERE id = $1 RETURNING id", given
    )
    with pytest.raises(Conflict, match="confirmation_lapsed"):
        await sanctions.confirm_sanction(await actor(site, "adi"), given)


async def test_giving_and_lifting_undo_one_another_within_a_day(site: Site) -> None:
    ada = await actor(site, "ada")
    await give(ada, "ben", SILENCE, 2)
    (act,) = await Act.all()
    await undo_act(ada, act.id)
    assert (await Member.get(username="ben")).silenced_until is None
    given = await give(ada, "ben", SILENCE, 2)
    await sanctions.lift_sanction(ada, given)
    act = await Act.filter(kind="member.sanction_lifted").get()
    await undo_act(ada, act.id)
    assert (await Member.get(username="ben")).silenced_until == (await Sanction.get(id=given)).until
    actions = await AuditEntry.all().order_by("id").values_list("action", flat=True)
    assert [*actions] == ["member.silenced", "member.silenced.undone", "member.silenced",
                          "member.sanction_lifted", "member.sanction_lifted.undone"]  # fmt: skip


async def test_the_pending_and_the_gone_are_not_suspended(site: Site, cast: Cast) -> None:
    ada = await actor(site, "ada")
    with pytest.raises(Conflict, match="not_let_in_yet"):
        await give(ada, "pia", SUSPEND, 1)
    await sql("UPDATE members SET status = 'deactivated' WHERE id = $1", cast.members["ben"])
    with pytest.raises(NotFound):
        await give(ada, "ben", SUSPEND, 1)


async def test_one_administrator_may_suspend_another(site: Site, cast: Cast) -> None:
    await sql("UPDATE members SET staff = 'admin' WHERE id = $1", cast.members["cem"])
    await give(await actor(site, "adi"), "cem", SUSPEND, 7)
    assert (await Member.get(username="cem")).status is Status.SUSPENDED


async def test_the_doctor_finds_a_row_that_says_something_else(site: Site, cast: Cast) -> None:
    await give(await actor(site, "ada"), "ben", SILENCE, 2)
    async with connection() as raw:
        await raw.execute("UPDATE members SET silenced_until = NULL WHERE username = 'ben'")
    assert await find_astray() == [cast.members["ben"]]


async def test_leaving_a_group_ends_no_silence_in_it(site: Site, cast: Cast, client: Any) -> None:
    await give(await actor(site, "fay"), "ben", SILENCE, 5, PUBLIC)
    assert (await client("ben").delete(f"/api/v1/groups/{PUBLIC}/membership")).status_code < 300
    post = f"/api/v1/posts/{cast.first['public']}"
    refused = [
        await client("ben").patch(post, json={"body": "Shouting."}, headers={"If-Match": '"1"'}),
        await client("ben").put(f"/api/v1/threads/{cast.threads['public']}/flag", json={"reason": "spam"}),
    ]
    assert [(each.status_code, each.json()["code"]) for each in refused] == [(403, "silenced_here")] * 2
