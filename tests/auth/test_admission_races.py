"""Sign-ins at the same time, in transactions of their own."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from auth.actor import Status
from auth.directory import Claims, Connected
from config.database import connect, disconnect, tortoise_config
from config.settings import AuthSettings, DatabaseSettings
from forum.directory import MemberDirectory
from forum.kit.transaction import connection
from tests.auth.database import empty_database

pytestmark = [pytest.mark.anyio, pytest.mark.committed]


@pytest.fixture(scope="module")
def races_url() -> Iterator[str]:
    """A database of its own: what is committed here stays, the audit log for good."""
    with empty_database() as url:
        yield url


@pytest.fixture
async def directory(races_url: str) -> AsyncIterator[MemberDirectory]:
    await connect(tortoise_config(races_url, DatabaseSettings()))
    try:
        yield MemberDirectory(AuthSettings())
    finally:
        async with connection() as raw:
            await raw.execute("DELETE FROM identities; DELETE FROM members")
        await disconnect()


@pytest.mark.parametrize("verified", [True, False], ids=["verified address", "no address"])
async def test_one_person_at_twenty_doors_gets_one_account(directory: MemberDirectory, verified: bool) -> None:
    email = "nia@x.test" if verified else None
    claims = Claims(
        provider="op", issuer="https://op", subject="s", name="Nia", email=email, email_verified=verified
    )
    found = await asyncio.gather(*(directory.admit(claims, Status.ACTIVE) for _ in range(20)))
    assert len({who.member_id for who in found if who}) == 1 and None not in found
    assert [who.created for who in found if who].count(True) == 1
    async with connection() as raw:
        assert await raw.fetchval("SELECT count(*) FROM members") == 1


@pytest.mark.parametrize("anew", [True, False])
async def test_one_address_is_given_to_one_of_eight_newcomers(directory: MemberDirectory, anew: bool) -> None:
    async def come(number: int) -> bool:
        claims = Claims(
            provider="op",
            issuer="https://op",
            subject=str(number),
            name="Nia",
            email="NIA@x.test" if number % 2 else "nia@x.test",
            email_verified=True,
        )
        return await directory.admit(claims, Status.ACTIVE, anew=anew) is not None

    let_in = await asyncio.gather(*(come(number) for number in range(8)))
    assert let_in.count(True) == (8 if anew else 1)
    async with connection() as raw:
        rows = await raw.fetch("SELECT username, email FROM members ORDER BY id")
    assert [row["email"] is not None for row in rows].count(True) == 1
    assert len({row["username"] for row in rows}) == let_in.count(True)


async def test_one_identity_is_added_to_one_of_eight_accounts(directory: MemberDirectory) -> None:
    people = [
        await directory.admit(Claims(provider="op", issuer="https://op", subject=f"p{n}"), Status.ACTIVE)
        for n in range(8)
    ]
    new = Claims(provider="second", issuer="https://second", subject="s")
    done = await asyncio.gather(*(directory.connect(who.member_id, new, "connected") for who in people if who))
    assert done.count(Connected.NOW) == 1 and done.count(Connected.ANOTHERS) == 7
