"""A source changes only its own grants; the place is as high as the highest of them."""
import pytest

from auth.actor import GroupRole
from forum.groups.commands.grants import give_place, take_place
from forum.groups.models import Membership
from forum.jobs.drain import drain
from forum.kit.errors import Conflict
from forum.notifications.models import Notice

pytestmark = pytest.mark.anyio
COURSE = "oidc:courses"


async def test_a_source_ends_only_its_own(site, cast):
    group, ben = cast.groups["public"], cast.members["ben"]
    assert await give_place(group, ben, COURSE, GroupRole.FACILITATOR)
    assert not await give_place(group, ben, COURSE, GroupRole.FACILITATOR)
    assert (await Membership.get(group_id=group, member_id=ben)).role is GroupRole.FACILITATOR
    assert await take_place(group, ben, COURSE)
    assert not await take_place(group, ben, "scim:hr")
    assert (await Membership.get(group_id=group, member_id=ben)).role is GroupRole.MEMBER
    assert await take_place(group, ben, "manual")
    assert not await Membership.exists(group_id=group, member_id=ben)


async def test_a_source_may_take_the_last_facilitator_and_staff_are_told(site, cast, client):
    group, fay = cast.groups["public"], cast.members["fay"]
    with pytest.raises(Conflict):
        await take_place(group, fay, None)
    await give_place(group, fay, COURSE, GroupRole.FACILITATOR)
    await take_place(group, fay, "manual")
    await take_place(group, fay, COURSE)
    await drain()
    told = await Notice.filter(kind="orphaned_group").values_list("member_id", flat=True)
    assert set(told) == {cast.members["ada"], cast.members["adi"]}
    # until it has one again, staff look after it
    assert (await client("ada").get("/api/v1/groups/public-group/requests")).status_code == 200
    assert (await client("ben").get("/api/v1/groups/public-group/requests")).status_code == 403
