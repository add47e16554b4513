"""S-17: a suspension from the site, given by the command, reaches a live stream that is open in another process."""
from collections.abc import AsyncIterator
from time import monotonic

import pytest

from config.database import connect, disconnect, tortoise_config
from config.settings import DatabaseSettings
from forum.directory import actor_of
from forum.moderation.commands.sanctions import give_sanction
from forum.moderation.models import SanctionKind
from tests.live.community import Community
from tests.live.reader import Reader

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

USERNAME = "SELECT username FROM members WHERE id = $1"
LEFT = """
    SELECT (SELECT count(*) FROM sessions WHERE member_id = $1) + (SELECT count(*) FROM api_tokens WHERE member_id = $1)
"""


@pytest.fixture
async def own_process(live_url: str) -> AsyncIterator[None]:
    """The command runs here; the streams are another process's."""
    await connect(tortoise_config(live_url, DatabaseSettings()))
    yield
    await disconnect()


async def test_a_suspension_ends_open_streams(port: int, community: Community, own_process: None) -> None:
    for name in ("Ada", "Spammer"):
        await community.member(name)
    await community.raw.execute("UPDATE members SET staff = 'moderator' WHERE id = $1", community.ids["Ada"])
    ada = await actor_of(community.ids["Ada"], acting=True)
    assert ada is not None
    whom = await community.raw.fetchval(USERNAME, community.ids["Spammer"])
    session, token = await community.session("Spammer"), await community.token("Spammer")
    async with Reader(port, session=session) as browser, Reader(port, token=token) as program:
        for reader in (browser, program):
            await reader.until_begun()
        began = monotonic()
        await give_sanction(ada, whom, SanctionKind.SUSPENSION, group=None, days=7, reason="Because.")
        for reader in (browser, program):
            await reader.until(lambda r: r.ended, 6)
        took = monotonic() - began
    print(f"\na suspension reached two open streams in {took * 1000:.0f} ms (asked: 5,000 ms)")  # noqa: T201
    assert took <= 5.0
    assert await community.raw.fetchval(LEFT, community.ids["Spammer"]) == 0
