"""A large course, on a database of its own: commits are real, and nothing is held while the platform is waited for."""
import asyncio
import time
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import Response
from tortoise.connection import get_connection

from auth.lti.keys import OwnKeys
from auth.lti.models import RunState
from config.settings import Settings
from forum.courses.campus import readers
from forum.courses.rosters import read_now
from tests.cast import Cast
from tests.courses.conftest import site_that_reaches
from tests.courses.lms import FRAMED, Lms, one
from tests.courses.test_launch import lead_to

pytestmark = pytest.mark.anyio
PEOPLE, SECONDS = 5_000, 60


async def test_five_thousand_in_a_minute_and_no_grant_of_others_is_touched(
    cast: Cast, committed_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lms = Lms(PEOPLE, page_size=200)
    lms.site = site_that_reaches(lms, settings, monkeypatch)
    async with lms.site.running(committed_url):
        await lms.introduce()
        course = await lead_to(lms, cast.groups["closed"])
        url = lms.platform.rosters.url_of(lms.course)
        await one("UPDATE lti_contexts SET memberships_url = $2 WHERE id = $1", course, url)
        others = "SELECT md5(string_agg(g::text, ',' ORDER BY id)) FROM grants g WHERE source NOT LIKE 'lti:%'"
        before = await one(others)
        pool: Any = await get_connection("default").pool()  # type: ignore[attr-defined]
        busy: list[int] = []

        def watch(_request: Request, response: Response) -> Response:
            busy.append(pool.get_size() - pool.get_idle_size())
            return response

        lms.liar.spoil = {"members": watch}
        began = time.monotonic()
        assert await read_now(course) is RunState.COMPLETE
        assert time.monotonic() - began <= SECONDS
        assert len(busy) == 26 and max(busy) == 0
        assert await one("SELECT count(*) FROM grants WHERE source LIKE 'lti:%'") == PEOPLE + 3
        assert await one(others) == before


async def test_the_same_first_launch_twenty_times_at_once_makes_one_account(
    cast: Cast, committed_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lms = Lms()
    lms.site = site_that_reaches(lms, settings, monkeypatch)
    async with lms.site.running(committed_url):
        await lms.introduce()
        await lead_to(lms, cast.groups["closed"])

        async def come() -> httpx2.Response:
            async with lms.browser(**FRAMED) as browser:
                return await lms.launch(browser)

        answers = await asyncio.gather(*(come() for _ in range(20)))
        assert {answer.status_code for answer in answers} == {303}
        assert await one("SELECT count(*) FROM members WHERE display_name = 'Student 0'") == 1
        assert await one("SELECT count(*) FROM grants WHERE source LIKE 'lti:%'") == 1


async def test_processes_that_make_our_key_at_once_make_one(
    committed_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lms = Lms()
    lms.site = site_that_reaches(lms, settings, monkeypatch)
    async with lms.site.running(committed_url):
        seal = readers().campus.own._seal
        keys = await asyncio.gather(*(OwnKeys(seal).signing() for _ in range(5)))
        assert len({key.kid for key in keys}) == 1 and await one("SELECT count(*) FROM lti_keys") == 1
