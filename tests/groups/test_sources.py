"""What courses and claims say of places: each source changes its own grants, and no more."""
import pytest

from auth.actor import GroupRole
from auth.places import Settled, Wanted
from forum.groups.commands.grants import give_place
from forum.groups.commands.leaving import leave_due, set_leaving
from forum.groups.models import Grant, Group, Membership, OnLeave
from forum.jobs.drain import drain
from forum.kit.errors import Invalid, NotFound
from forum.kit.transaction import connection
from forum.members.models import Member
from forum.notifications.models import Notice
from forum.outbox.models import AuditEntry, RecordedFact
from forum.places import GroupPlaces

pytestmark = pytest.mark.anyio
COURSE, CLAIMS = "lti:1:course-7", "oidc:courses"
READER, MEMBER, FACILITATOR = GroupRole


@pytest.fixture
def places(site, settings) -> GroupPlaces:
    return GroupPlaces(settings.site)


@pytest.fixture
async def people(site) -> list[int]:
    """Thirty more members."""
    names = [f"learner-{number}" for number in range(30)]
    return [int((await Member.create(username=name, display_name=name, status="active")).id) for name in names]


async def role(group: int, member: int) -> GroupRole | None:
    place = await Membership.get_or_none(group_id=group, member_id=member)
    return place.role if place else None


async def grants(group: int, member: int) -> dict[str, str]:
    found = await Grant.filter(membership__group_id=group, membership__member_id=member)
    return {grant.source: grant.role.value for grant in found}


async def audited(action: str) -> list[tuple[int | None, dict]]:
    return [(row.subject_id, row.after) for row in await AuditEntry.filter(action=action).order_by("id")]


async def grace_is_over() -> None:
    async with connection() as sql:
        await sql.execute("UPDATE grants SET leaves_at = now() WHERE leaves_at IS NOT NULL")
    while await leave_due():
        pass


async def test_the_sync_does_not_wipe_my_groups(cast, places, client):
    """Ben joined by hand; the course comes, goes, and takes only what it gave."""
    group, ben, cem = cast.groups["closed"], cast.members["ben"], cast.members["cem"]
    assert await places.settle_group(group, COURSE, {ben: MEMBER, cem: MEMBER}) == Settled(given=2)
    assert await grants(group, ben) == {"manual": "member", COURSE: "member"}
    assert (await client("cem").get("/api/v1/groups/closed-group/threads")).status_code == 200
    assert await places.settle_group(group, COURSE, {}) == Settled(leaving=2)
    await places.settle_member(ben, CLAIMS, [])
    await grace_is_over()
    assert await grants(group, ben) == {"manual": "member"}
    assert await role(group, cem) is None
    assert (await client("cem").get("/api/v1/groups/closed-group/threads")).status_code == 403
    ended = await audited("grant.ended")
    assert sorted(ended) == sorted((one, {"source": COURSE, "reason": "remove"}) for one in (ben, cem))


async def test_the_role_is_the_highest_of_the_grants(cast, places):
    group, ben = cast.groups["public"], cast.members["ben"]
    assert await places.give(ben, group, COURSE, FACILITATOR)
    assert not await places.give(ben, group, COURSE, FACILITATOR)
    assert await role(group, ben) is FACILITATOR
    assert await places.give(ben, group, COURSE, READER)
    assert await role(group, ben) is MEMBER
    assert (await audited("grant.given"))[-1] == (ben, {"source": COURSE, "role": "reader"})
    changed = await RecordedFact.filter(name="group.role_changed").order_by("id").values_list("payload", flat=True)
    assert [one["role"] for one in changed] == ["facilitator", "member"]


async def test_a_ban_stands(cast, places):
    group, bea, dot = cast.groups["public"], cast.members["bea"], cast.members["dot"]
    await Member.filter(id=dot).update(status="deactivated")
    assert not await places.give(bea, group, COURSE, FACILITATOR)
    assert await places.settle_group(group, COURSE, {bea: MEMBER, dot: MEMBER, 10**9: MEMBER}) == Settled()
    await places.settle_member(bea, CLAIMS, [Wanted(group="public-group"), Wanted(group="elsewhere")])
    assert await role(group, bea) is None and await role(group, dot) is None
    assert await Membership.filter(member_id=bea).count() == 1
    assert not await Grant.filter(membership__group_id=group, source=COURSE).exists()


async def test_a_ban_ends_what_courses_gave_and_they_do_not_give_it_again(cast, places, client):
    group, cem = cast.groups["public"], cast.members["cem"]
    await places.give(cem, group, COURSE, MEMBER)
    assert (await client("fay").put("/api/v1/groups/public-group/bans/cem", json={})).status_code == 204
    assert await role(group, cem) is None
    assert await places.settle_group(group, COURSE, {cem: MEMBER}) == Settled()


async def test_who_comes_back_within_the_days_of_grace_never_left(cast, places):
    group, cem = cast.groups["closed"], cast.members["cem"]
    await places.settle_group(group, COURSE, {cem: MEMBER})
    await places.settle_group(group, COURSE, {})
    assert await leave_due() == 0 and await role(group, cem) is MEMBER
    assert [who for who, _ in await audited("grant.leaving")] == [cem]
    assert await places.settle_group(group, COURSE, {}) == Settled()
    assert await places.settle_group(group, COURSE, {cem: MEMBER}) == Settled(given=1)
    await grace_is_over()
    assert await role(group, cem) is MEMBER
    assert not await RecordedFact.exists(name="group.membership_ended")


async def test_without_days_of_grace_they_leave_at_once(cast, places):
    group, cem = cast.groups["closed"], cast.members["cem"]
    await Group.filter(id=group).update(grace_days=0)
    await places.settle_group(group, COURSE, {cem: MEMBER})
    assert await places.settle_group(group, COURSE, {}) == Settled(leaving=1)
    assert await role(group, cem) is None


async def test_read_only_leaves_a_readers_place(cast, places):
    group, cem = cast.groups["closed"], cast.members["cem"]
    await Group.filter(id=group).update(on_leave=OnLeave.READ_ONLY)
    await places.settle_group(group, COURSE, {cem: MEMBER})
    await places.settle_group(group, COURSE, {})
    await grace_is_over()
    assert await role(group, cem) is READER
    # what was kept is no place that a roster could take, and is not counted as one
    assert await places.settle_group(group, COURSE, {}) == Settled()
    await grace_is_over()
    assert await role(group, cem) is READER
    assert await places.settle_group(group, COURSE, {cem: MEMBER}) == Settled(given=1)
    assert await role(group, cem) is MEMBER


async def test_alumni_move_on_to_their_group(cast, places):
    group, alumni = cast.groups["closed"], cast.groups["members"]
    cem, bea, ben = (cast.members[name] for name in ("cem", "bea", "ben"))
    await Group.filter(id=group).update(on_leave=OnLeave.ALUMNI, alumni_group_id=alumni)
    async with connection() as sql:
        await sql.execute("DELETE FROM bans WHERE group_id = $1", group)
    await places.settle_group(group, COURSE, {cem: FACILITATOR, bea: MEMBER, ben: MEMBER})
    await places.settle_group(group, COURSE, {}, force=True)
    await grace_is_over()
    assert await role(group, cem) is None and await grants(alumni, cem) == {COURSE: "member"}
    assert await role(group, bea) is None and await role(alumni, bea) is None, "a ban there stands"
    assert await grants(alumni, ben) == {"manual": "member", COURSE: "member"}
    started = await RecordedFact.filter(name="group.membership_started").values_list("payload", flat=True)
    assert {"group_id": alumni, "member_id": cem, "source": COURSE} in started
    # neither a later roster nor a sign-in takes the alumni's place
    await places.settle_group(group, COURSE, {})
    await places.settle_member(cem, COURSE, [])
    await grace_is_over()
    assert await role(alumni, cem) is MEMBER


async def test_an_operator_says_what_leaving_means(cast, places):
    await set_leaving("closed-group", OnLeave.ALUMNI, 3, "members-group")
    group = await Group.get(slug="closed-group")
    assert (group.on_leave, group.grace_days, group.alumni_group_id) == (OnLeave.ALUMNI, 3, cast.groups["members"])
    assert [who for who, _ in await audited("group.leaving_set")] == [group.id]
    await set_leaving("closed-group", OnLeave.READ_ONLY, 0, None)
    assert (await Group.get(slug="closed-group")).alumni_group_id is None
    for slug, alumni, refusal in (
        ("closed-group", None, Invalid),
        ("closed-group", "closed-group", Invalid),
        ("closed-group", "nowhere", NotFound),
        ("nowhere", "members-group", NotFound),
    ):
        with pytest.raises(refusal):
            await set_leaving(slug, OnLeave.ALUMNI, 3, alumni)


async def test_an_alumni_group_that_is_gone_is_a_place_that_ends(cast, places):
    group, cem = cast.groups["closed"], cast.members["cem"]
    await Group.filter(id=group).update(on_leave=OnLeave.ALUMNI)
    await places.settle_group(group, COURSE, {cem: MEMBER})
    await places.settle_group(group, COURSE, {})
    await grace_is_over()
    assert await role(group, cem) is None


async def test_a_roster_that_lets_too_many_go_stops(cast, places, people, client):
    group, cem = cast.groups["closed"], cast.members["cem"]
    everybody = dict.fromkeys(people, MEMBER)
    await places.settle_group(group, COURSE, everybody)
    assert await places.settle_group(group, COURSE, dict.fromkeys(people[6:], MEMBER)) == Settled(leaving=6)
    # six are leaving; of the 24 that stay, five are more than a fifth
    rest = {**dict.fromkeys(people[11:], MEMBER), cem: MEMBER}
    assert await places.settle_group(group, COURSE, {**rest, people[0]: MEMBER}) == Settled(stopped=True)
    assert await role(group, cem) is None, "a stopped roster gives nothing either"
    assert await Grant.filter(source=COURSE, leaves_at__isnull=False).count() == 5, "who is named stays"
    assert (await audited("roster.stopped")) == [(group, {"source": COURSE, "leaving": 5, "present": 24})]
    await drain()
    told = await Notice.filter(kind="roster_stopped")
    assert {notice.member_id for notice in told} == {cast.members["ada"], cast.members["adi"]}
    assert told[0].note == f"{COURSE}: 5/24"
    assert "A course roster would let many people go" in (await client("ada", browser=True).get("/notices")).text
    forced = await places.settle_group(group, COURSE, rest, force=True)
    assert (forced.stopped, forced.leaving, forced.given) == (False, 6, 1)


async def test_of_a_tiny_course_anybody_may_go(cast, places):
    group, members = cast.groups["closed"], cast.members
    await places.settle_group(group, COURSE, {members["cem"]: MEMBER, members["ben"]: MEMBER})
    assert (await places.settle_group(group, COURSE, {})).leaving == 2


async def test_claims_settle_one_person(cast, places):
    cem = cast.members["cem"]
    closed, public = cast.groups["closed"], cast.groups["public"]
    await places.settle_member(cem, CLAIMS, [
        Wanted(group="closed-group"), Wanted(group="closed-group", role=FACILITATOR), Wanted(group="nowhere"),
        Wanted(group="public-group", ends_at_once=True),
    ])
    assert (await role(closed, cem), await role(public, cem)) == (FACILITATOR, MEMBER)
    assert await audited("grant.passed_over") == [(cem, {"source": CLAIMS, "reason": "unknown_group", "count": 1})]
    await places.give(cem, public, COURSE, READER)
    await places.settle_member(cem, CLAIMS, [Wanted(group="closed-group")])
    assert (await role(closed, cem), await role(public, cem)) == (MEMBER, READER), "at once, and only its own"
    before = await AuditEntry.all().count()
    await places.settle_member(cem, CLAIMS, [Wanted(group="closed-group")])
    assert await AuditEntry.all().count() == before, "what is so already writes nothing"


async def test_when_a_source_takes_the_last_facilitator_staff_are_told(cast, places):
    group = (await Group.get(slug="elsewhere")).id
    cem = cast.members["cem"]
    await places.give(cem, group, COURSE, FACILITATOR)
    assert (await Group.get(id=group)).had_facilitator
    await places.settle_group(group, COURSE, {})
    await grace_is_over()
    assert await role(group, cem) is MEMBER
    assert await RecordedFact.exists(name="group.last_facilitator_lost")


async def test_many_are_one_job(cast, places, people):
    """Each place is a fact; the group is counted once a batch."""
    group = cast.groups["public"]
    await places.settle_group(group, COURSE, dict.fromkeys(people, MEMBER))
    assert await RecordedFact.filter(name="group.membership_started").count() == 30
    async with connection() as sql:
        assert await sql.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'groups.recount'") == 1
        assert await sql.fetchval("SELECT count(*) FROM group_marks WHERE group_id = $1", group) == 33
    await drain()
    assert (await Group.get(id=group)).member_count == 33


async def test_a_course_founds_its_group_once(cast, places, client):
    fay = cast.members["fay"]
    first = await places.course_group(COURSE, "Diplomacy &\n Networks 2026", fay)
    assert (first.slug, first.title) == ("diplomacy-networks-2026", "Diplomacy & Networks 2026")
    assert await places.course_group(COURSE, "Renamed", fay) == first
    second = await places.course_group("lti:1:course-8", "Diplomacy & Networks 2026", fay)
    assert second.slug == "diplomacy-networks-2026-2"
    assert (await places.course_group("lti:1:course-9", "\u0130", fay)).title == "Course"
    group = await Group.get(id=first.id)
    assert (group.visibility.value, group.on_leave.value) == ("closed", "read_only")
    assert first in await places.to_pick(fay)
    assert await grants(first.id, fay) == {COURSE: "facilitator"}
    assert (await client("ben").get(f"/api/v1/groups/{first.slug}/threads")).status_code == 403
    assert await audited("group.founded")


async def test_a_course_leads_to_the_alumni_where_there_are_any(cast, places):
    alumni = await Group.create(
        slug="alumni", title="Alumni", theme="networks", purpose="All.", visibility="members", policy="request"
    )
    group = await Group.get(id=(await places.course_group(COURSE, "Course", cast.members["fay"])).id)
    assert (group.on_leave, group.alumni_group_id) == (OnLeave.ALUMNI, alumni.id)


async def test_a_grant_by_hand_and_one_by_a_course_live_side_by_side(cast, places):
    group, cem = cast.groups["public"], cast.members["cem"]
    await places.give(cem, group, COURSE, MEMBER)
    await give_place(group, cem, "manual")
    assert await grants(group, cem) == {"manual": "member", COURSE: "member"}
