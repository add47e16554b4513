"""Sign-ins at the same time, in transactions of their own."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from auth.actor import Status
from auth.directory import Claims, Hint
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


async def test_one_person_at_eight_doors_gets_one_account(directory: MemberDirectory) -> None:
    claims = Claims(provider="op", issuer="https://op", subject="s", name="Nia")
    found = await asyncio.gather(*(directory.admit(claims, Status.ACTIVE) for _ in range(8)))
    assert len({who.member_id for who in found}) == 1
    assert [who.created for who in found].count(True) == 1
    async with connection() as raw:
        assert await raw.fetchval("SELECT count(*) FROM members") == 1


async def test_one_address_is_given_to_one_of_eight_newcomers(directory: MemberDirectory) -> None:
    async def come(number: int) -> Hint | None:
        claims = Claims(
            provider="op",
            issuer="https://op",
            subject=str(number),
            name="Nia",
            email="NIA@x.test" if number % 2 else "nia@x.test",
            email_verified=True,
        )
        return (await directory.admit(claims, Status.ACTIVE)).hint

    hints = await asyncio.gather(*(come(number) for number in range(8)))
    assert hints.count(None) == 1 and hints.count(Hint.EMAIL_TAKEN) == 7
    async with connection() as raw:
        names = [row["username"] for row in await raw.fetch("SELECT username FROM members ORDER BY username")]
    assert len(set(names)) == 8 and names[0] == "nia"
