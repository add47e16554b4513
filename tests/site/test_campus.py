"""The demonstration's courses: one at home in a group from the start, and pages that say how each stands."""
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from auth.actor import GroupRole
from auth.lti.registration import new_ticket
from config.settings import Settings
from forum.app import Site, render_for_auth
from forum.cli.demo import demo_site
from forum.directory import MemberDirectory
from forum.kit.transaction import connection
from forum.places import GroupPlaces
from forum.site.demo import campus
from forum.site.demo.campus import ALUMNI, Office, authorize_url, demo_door, open_campus
from forum.site.demo.cast import ALUMNA, FACILITATOR
from forum.site.demo.courses import LINKED, courses, people
from tests.cast import Cast

pytestmark = pytest.mark.anyio

BASE = "http://127.0.0.1:8000"
GROUP = "running-an-internet-exchange"
PLACES = """
    SELECT m.display_name, g.source, ms.role FROM groups gr JOIN memberships ms ON ms.group_id = gr.id
    JOIN members m ON m.id = ms.member_id JOIN grants g ON g.membership_id = ms.id WHERE gr.slug = $1
"""


@pytest.fixture
def demo_settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, site=dataclasses.replace(settings.site, base_url=BASE, alumni_group=ALUMNI))


@pytest.fixture
async def seeded(site: object, demo_settings: Settings) -> None:
    directory, places = MemberDirectory(demo_settings.auth, demo=True), GroupPlaces(demo_settings.site)
    for _ in range(2):
        await open_campus(directory, places, authorize_url(demo_settings))


@pytest.fixture
async def browser(seeded: None, demo_settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=demo_site(demo_settings).app, client=("127.0.0.1", 5000))
    headers = {"Sec-Fetch-Site": "same-origin"}
    async with httpx2.AsyncClient(transport=transport, base_url=BASE, headers=headers) as opened:
        yield opened


async def test_one_course_is_at_home_once(seeded: None) -> None:
    async with connection() as sql:
        found = await sql.fetch(PLACES, GROUP)
        platform = await sql.fetchrow("SELECT id, enabled, authorization_url FROM lti_platforms")
        group = await sql.fetchrow("SELECT visibility, on_leave, grace_days FROM groups WHERE slug = $1", GROUP)
        context_id = await sql.fetchval("SELECT id FROM lti_contexts WHERE group_id IS NOT NULL")
        assert await sql.fetchval("SELECT count(*) FROM lti_platforms") == 1
    assert platform["enabled"] and platform["authorization_url"] == BASE + "/_demo/courses/authorize"
    assert tuple(group) == ("closed", "alumni", 0)
    assert {row["source"] for row in found} == {f"lti:{platform['id']}:{context_id}"}
    course = next(one for one in courses() if one.id == LINKED)
    assert len(found) == len(course.roles)
    roles = {row["display_name"]: row["role"] for row in found}
    assert roles[FACILITATOR.name] == GroupRole.FACILITATOR and roles[ALUMNA.name] == GroupRole.MEMBER


async def test_how_a_course_stands(seeded: None) -> None:
    office = Office()
    hers = await office.standing(LINKED, ALUMNA.subject)
    assert hers.group is not None and hers.group.slug == GROUP and hers.role == "member" and not hers.past
    assert hers.alumni is not None and hers.alumni.slug == ALUMNI
    assert (await office.standing(LINKED, None)).role is None
    assert (await office.standing("data-protection-in-practice", ALUMNA.subject)).group is None


async def test_the_pages_in_the_frame_of_the_site(browser: httpx2.AsyncClient) -> None:
    home = (await browser.get("/")).text
    assert "A demonstration: the people are made up." in home and 'href="/_demo/courses"' in home
    assert 'href="/_demo/courses"' in (await browser.get("/sign-in")).text
    shown = (await browser.get("/_demo/courses")).text
    assert all(course.title in shown for course in courses())
    await browser.post("/_demo/courses/be", data={"subject": ALUMNA.subject})
    shown = (await browser.get(f"/_demo/courses/{LINKED}")).text
    assert "Open the discussion" in shown and "End this course" not in shown
    await browser.post("/_demo/courses/be", data={"subject": FACILITATOR.subject})
    shown = (await browser.get(f"/_demo/courses/{LINKED}")).text
    assert "End this course" in shown and "You look after the group" in shown


async def test_a_write_from_elsewhere_is_refused(browser: httpx2.AsyncClient) -> None:
    await browser.post("/_demo/courses/be", data={"subject": FACILITATOR.subject})
    answer = await browser.post(f"/_demo/courses/{LINKED}/end", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


async def test_no_page_of_another_site_says_that_it_is_a_demonstration(client: object) -> None:
    stranger = client("stranger", browser=True)  # type: ignore[operator]
    assert "A demonstration" not in (await stranger.get("/")).text
    assert (await stranger.get("/_demo/courses")).status_code == 404


def test_everybody_in_a_course_is_known(demo_settings: Settings) -> None:
    known = {one.subject for one in people()}
    assert all(set(course.roles) <= known for course in courses())
    assert demo_door(demo_settings, render_for_auth).courses_path == "/_demo/courses"


class Fetching(httpx2.AsyncBaseTransport):
    """The platform asks the tool at its address, in process; ``app`` is set once there is one."""

    app: Any = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await httpx2.ASGITransport(app=self.app).handle_async_request(request)


@pytest.fixture
async def both(
    seeded: None, demo_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[httpx2.AsyncClient, Site]]:
    """The demonstration whole: the platform and the forum reach each other as they do in `forum demo`."""
    to_the_forum = Fetching()
    client = httpx2.AsyncClient(transport=to_the_forum)
    monkeypatch.setattr(campus, "open_client", lambda *_, **__: client)
    site = demo_site(demo_settings)
    to_the_forum.app = site.app
    transport = httpx2.ASGITransport(app=site.app, client=("127.0.0.1", 5000))
    headers = {"Sec-Fetch-Site": "same-origin"}
    async with httpx2.AsyncClient(transport=transport, base_url=BASE, headers=headers) as browser, client:
        yield browser, site


async def test_the_platform_registers_itself_once_more_and_lands_disabled(
    both: tuple[httpx2.AsyncClient, Site], cast: Cast
) -> None:
    browser, site = both
    _, ticket = await new_ticket(cast.members["adi"])
    platform = site.demo._courses.platform  # type: ignore[union-attr]
    answer = await browser.get("/lti/register", params={"ticket": ticket, **platform.invite()})
    assert answer.status_code == 200, answer.text
    async with connection() as sql:
        rows = await sql.fetch("SELECT client_id, enabled FROM lti_platforms ORDER BY id")
    assert [row["enabled"] for row in rows] == [True, False]
    assert platform.tools.named(rows[1]["client_id"]).jwks_url == BASE + "/lti/jwks"


async def test_a_course_that_ends_moves_its_learners_and_keeps_its_teacher(
    both: tuple[httpx2.AsyncClient, Site],
) -> None:
    browser, _ = both
    await browser.post("/_demo/courses/be", data={"subject": FACILITATOR.subject})
    answer = await browser.post(f"/_demo/courses/{LINKED}/roster")
    assert answer.headers["location"].endswith("said=roster_read")
    answer = await browser.post(f"/_demo/courses/{LINKED}/end")
    assert answer.headers["location"].endswith("said=course_ended")
    async with connection() as sql:
        left = {row["display_name"]: row["role"] for row in await sql.fetch(PLACES, GROUP)}
        alumni = {row["display_name"] for row in await sql.fetch(PLACES, ALUMNI)}
    assert left == {FACILITATOR.name: "facilitator", "Zodwa Ngema": "member"}
    assert ALUMNA.name in alumni and "Tevita Fonua" in alumni and FACILITATOR.name not in alumni
    hers = await Office().standing(LINKED, ALUMNA.subject)
    assert hers.role is None and hers.past
