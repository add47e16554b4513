"""A provisioning source's hold and a sanction do not undo one another, in whichever order they come and go."""
from collections.abc import Awaitable, Callable

import pytest

from auth.actor import Status
from auth.scim.people import Client, Gone
from forum.app import Site
from forum.directory import MemberDirectory
from forum.members.models import Member
from forum.moderation.commands import sanctions
from forum.moderation.models import Sanction, SanctionKind
from forum.moderation.standing import find_astray, settle
from forum.provisioning.people import ProvisionedPeople
from tests.cast import Cast
from tests.moderation.asking import actor, sql

pytestmark = pytest.mark.anyio

Step = Callable[[], Awaitable[None]]


class Story:
    """Ben, who is held and suspended in some order; ``given`` is the suspension."""

    def __init__(self, site: Site, cast: Cast, source: Client) -> None:
        self.site, self.ben, self.source, self.given = site, cast.members["ben"], source, 0
        assert isinstance(site.directory, MemberDirectory)
        self.people = ProvisionedPeople(site.directory)

    async def hold(self) -> None:
        await self.people.hold(self.source, self.ben, Gone.INACTIVE)

    async def release(self) -> None:
        await self.people.lift(self.source, self.ben)

    async def suspend(self) -> None:
        self.given = await sanctions.give_sanction(
            await actor(self.site, "ada"), "ben", SanctionKind.SUSPENSION, group=None, days=7, reason="Because."
        )

    async def pardon(self) -> None:
        await sanctions.lift_sanction(await actor(self.site, "ada"), self.given)

    async def is_held(self) -> bool:
        ben = await Member.get(id=self.ben)
        return ben.status is Status.SUSPENDED and ben.suspended_until is None

    async def is_suspended(self) -> bool:
        ben = await Member.get(id=self.ben)
        return ben.status is Status.SUSPENDED and ben.suspended_until == (await Sanction.get(id=self.given)).until

    async def is_free(self) -> bool:
        ben = await Member.get(id=self.ben)
        return ben.status is Status.ACTIVE and ben.suspended_until is None


@pytest.fixture
async def story(site: Site, cast: Cast) -> Story:
    number = await sql(
        "INSERT INTO scim_clients (name, issuer, token_hash) VALUES ('campus', 'https://campus.test', $1) RETURNING id",
        b"a token of a client",
    )
    return Story(site, cast, Client(id=number, name="campus", issuer="https://campus.test", subject_from="externalId"))


@pytest.mark.parametrize("order", ["hold suspend", "suspend hold"])
async def test_a_hold_that_ends_leaves_the_suspension(order: str, story: Story) -> None:
    for step in order.split():
        await getattr(story, step)()
    assert await story.is_held()
    assert await find_astray() == []
    await story.release()
    assert await story.is_suspended()
    await story.pardon()
    assert await story.is_free()
    assert await find_astray() == []


@pytest.mark.parametrize("order", ["hold suspend", "suspend hold"])
async def test_a_suspension_that_is_lifted_leaves_the_hold(order: str, story: Story) -> None:
    for step in order.split():
        await getattr(story, step)()
    await story.pardon()
    assert await story.is_held()
    assert await find_astray() == []
    await story.release()
    assert await story.is_free()


async def test_a_newcomer_whom_a_source_holds_is_still_not_let_in_afterwards(story: Story) -> None:
    await sql("UPDATE members SET status = 'pending' WHERE id = $1", story.ben)
    await story.hold()
    await settle(story.ben)
    await story.release()
    assert (await Member.get(id=story.ben)).status is Status.PENDING
