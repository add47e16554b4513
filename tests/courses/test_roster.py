"""A roster is read whole, or it changes nothing."""
from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from auth.demo.courses import Role
from auth.demo.lti import LTI
from auth.lti.models import RunState
from forum.courses.jobs import read_roster, read_rosters
from forum.courses.rosters import due, read_now
from tests.cast import Cast
from tests.courses.lms import LMS, Lms, broken, one
from tests.courses.test_launch import PLACE, lead_to
from tests.support.clients import client_of

pytestmark = pytest.mark.anyio
LEAVING = "SELECT count(*) FROM grants WHERE source LIKE 'lti:%' AND leaves_at IS NOT NULL"
GIVEN = "SELECT count(*) FROM grants WHERE source LIKE 'lti:%'"
LAST = "SELECT state || ' ' || coalesce(error, '-') FROM lti_roster_runs ORDER BY id DESC LIMIT 1"
FAILED = "SELECT after ->> 'reason' FROM audit_entries WHERE action = 'roster.failed' ORDER BY id DESC LIMIT 1"


@pytest.fixture
async def course(lms: Lms, cast: Cast) -> int:
    """Led to the closed group, with a roster of nine people on three pages."""
    context = await lead_to(lms, cast.groups["closed"])
    url = lms.platform.rosters.url_of(lms.course)
    await one("UPDATE lti_contexts SET memberships_url = $2 WHERE id = $1", context, url)
    return context


async def test_everybody_listed_gets_a_place_in_their_role(lms: Lms, course: int, cast: Cast) -> None:
    group = cast.groups["closed"]
    assert await read_now(course) is RunState.COMPLETE
    assert await one(GIVEN) == 9
    assert await one(PLACE, "teacher", group) == f"facilitator lti:{lms.id}:{course}"
    assert await one(PLACE, "s-3", group) == f"member lti:{lms.id}:{course}"
    assert await one("SELECT pages * 100 + seen FROM lti_roster_runs") == 309
    stored = "SELECT count(*) FROM members WHERE display_name LIKE 'Student %' AND email IS NULL AND status = 'active'"
    assert await one(stored) == 6
    assert lms.liar.asked.count("members") == 3 and lms.liar.asked.count("token") == 1
    assert await one("SELECT last_roster_at IS NOT NULL FROM lti_contexts")
    assert await one("SELECT count(*) FROM audit_entries WHERE action = 'roster.complete'") == 1
    assert await read_now(course) is RunState.COMPLETE
    assert await one("SELECT given + leaving FROM lti_roster_runs ORDER BY id DESC LIMIT 1") == 0


async def test_who_was_listed_comes_in_by_a_launch_to_the_same_account(lms: Lms, course: int) -> None:
    await read_now(course)
    async with lms.browser() as browser:
        await lms.launch(browser, "s-1")
    assert await one("SELECT count(*) FROM members WHERE display_name = 'Student 1'") == 1


async def test_an_assistant_keeps_the_higher_role_of_the_launch_for_a_day(lms: Lms, course: int, cast: Cast) -> None:
    """Moodle calls the same assistant Instructor at launch and Learner in the roster."""
    group = cast.groups["closed"]
    async with lms.browser() as browser:
        await lms.launch(browser, "assistant")
    await read_now(course)
    assert str(await one(PLACE, "assistant", group)).startswith("facilitator ")
    await one("UPDATE lti_seen_roles SET seen_at = now() - interval '25 hours'")
    await read_now(course)
    assert str(await one(PLACE, "assistant", group)).startswith("member ")


async def test_who_is_listed_no_more_leaves_and_manual_places_stay(lms: Lms, course: int, cast: Cast) -> None:
    await read_now(course)
    before = await one("SELECT count(*) FROM grants WHERE source = 'manual'")
    del lms.course.roles["s-0"]
    await read_now(course)
    assert await one(LEAVING) == 1
    assert await one("SELECT count(*) FROM grants WHERE source = 'manual'") == before


async def test_inactive_people_are_not_in_the_course(lms: Lms, course: int, cast: Cast) -> None:
    def asleep(_request: Request, response: Response) -> Response:
        return _with(response, lambda said: [one_of.update(status="Inactive") for one_of in said["members"][1:]])

    lms.liar.spoil = {"members": asleep}
    await read_now(course)
    assert await one(GIVEN) == 3


LINKS = [
    '<{}>; title="a, b"; rel="next"',
    '<{}>; rel="prev next"',
    '<{}>; rel = "next"',
    "<{}>; rel='next'",
    "<{}>;rel=NEXT",
    '<https://lms.example.test/differences>; rel="next-differences", <{}>; rel="next"',
]


@pytest.mark.parametrize("form", LINKS)
async def test_the_next_page_is_found_in_whatever_form(lms: Lms, course: int, form: str) -> None:
    """RFC 8288, 3.3: a page that is overlooked would let its people go."""

    def otherwise(_request: Request, response: Response) -> Response:
        if "link" in response.headers:
            address = response.headers["link"].partition("<")[2].partition(">")[0]
            response.headers["link"] = form.format(address)
        return response

    lms.liar.spoil = {"members": otherwise}
    assert await read_now(course) is RunState.COMPLETE
    assert await one(GIVEN) == 9


async def test_who_came_by_a_launch_while_the_roster_was_read_stays(lms: Lms, course: int, cast: Cast) -> None:
    """The first pages were made before they enrolled."""
    await read_now(course)
    async with lms.browser() as browser:
        await lms.launch(browser, "s-5")
    await one("UPDATE lti_seen_roles SET seen_at = now() + interval '1 second' WHERE subject = 's-5'")
    del lms.course.roles["s-5"]
    assert await read_now(course) is RunState.COMPLETE
    assert await one(LEAVING) == 0


async def test_a_fifth_may_leave_and_no_more_unless_an_administrator_says_so(lms: Lms, course: int) -> None:
    await read_now(course)
    for n in range(4):
        del lms.course.roles[f"s-{n}"]
    assert await read_now(course) is RunState.STOPPED
    assert (await one(LEAVING), await one(LAST)) == (0, "stopped too_many_leaving")
    page = (await client_of(lms.site, "adi", browser=True).get("/admin/platforms")).text
    assert "too_many_leaving" in page and "Let them go all the same" in page
    assert await read_now(course, force=True) is RunState.COMPLETE
    assert await one(LEAVING) == 4


def _with(response: Response, change: Callable[[dict[str, Any]], object]) -> Response:
    import json

    said = json.loads(bytes(response.body))
    change(said)
    headers = {"Link": response.headers["link"]} if "link" in response.headers else {}
    return JSONResponse(said, headers=headers)


def after_first(what: Callable[[Request, Response], Response]) -> Callable[[Request, Response], Response]:
    """The first page is honest."""
    return lambda request, response: what(request, response) if "from=" in str(request.url) else response


def leading_to(url: str) -> Callable[[Request, Response], Response]:
    def change(_request: Request, response: Response) -> Response:
        response.headers["link"] = f'<{url}>; rel="next"'
        return response

    return change


BREAKS: dict[str, tuple[dict[str, Any], str]] = {
    "the second page fails": ({"members": after_first(broken(500))}, "page_refused"),
    "the second page is no roster": ({"members": after_first(lambda *_: JSONResponse({"x": 1}))}, "not_a_roster"),
    "the second page is a list": ({"members": after_first(lambda *_: JSONResponse([]))}, "not_a_roster"),
    "the second page is cut": ({"members": after_first(lambda *_: Response('{"members": [{'))}, "not_a_roster"),
    "somebody has no id": (
        {"members": lambda _, response: _with(response, lambda said: said["members"][0].pop("user_id"))},
        "not_a_roster",
    ),
    "the next page is elsewhere": ({"members": leading_to("https://evil.example.test/members")}, "foreign_page"),
    "the next page has no host": ({"members": leading_to("https://[")}, "foreign_page"),
    "the next page is nested": ({"members": after_first(lambda *_: Response("[" * 500_000))}, "not_a_roster"),
    "the next page is without tls": ({"members": leading_to("http://lms.example.test/members")}, "foreign_page"),
    "the pages never end": ({"members": leading_to(LMS + "/lti/courses/ixp/members")}, "too_many_pages"),
    "a page is too large": ({"members": lambda *_: Response("x" * 2_000_000)}, "unreachable"),
    "there is no token": ({"token": broken(401)}, "token_refused"),
    "the token is no text": ({"token": lambda *_: JSONResponse({"access_token": 7})}, "token_refused"),
    "nobody is listed": (
        {"members": lambda *_: JSONResponse({"members": []})},
        "nobody_listed",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
async def test_a_roster_that_breaks_removes_nobody(lms: Lms, course: int, name: str) -> None:
    await read_now(course)
    given = await one(GIVEN)
    del lms.course.roles["s-0"]
    lms.liar.spoil, reason = BREAKS[name]
    assert await read_now(course) is RunState.FAILED
    assert (await one(LEAVING), await one(GIVEN)) == (0, given)
    assert await one(LAST) == f"failed {reason}"
    assert await one(FAILED) == reason
    assert await one("SELECT last_error FROM lti_platforms") == f"roster_{reason}"


async def test_the_token_never_leaves_the_platform(lms: Lms, course: int) -> None:
    """The address of a roster comes from a launch; one without TLS is not taken from it."""
    claim = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
    lms.liar.change = {claim: {"context_memberships_url": "http://evil.example.test/"}}
    async with lms.browser() as browser:
        await lms.launch(browser)
    assert str(await one("SELECT memberships_url FROM lti_contexts")).startswith(LMS)


async def test_rosters_are_due_every_six_hours(lms: Lms, course: int) -> None:
    assert await due() == [course]
    await read_rosters()
    waiting = "SELECT count(*) FROM pgqueuer WHERE entrypoint = 'courses.read_roster'"
    assert await one(waiting) == 1
    await read_roster(context_id=course)
    assert await due() == []
    await one("UPDATE lti_roster_runs SET started_at = now() - interval '7 hours'")
    assert await due() == [course]
    await one("UPDATE lti_platforms SET enabled = false")
    assert await due() == [] and await read_now(course) is None


async def test_one_run_at_a_time_and_a_lost_one_is_given_up(lms: Lms, course: int) -> None:
    await one("INSERT INTO lti_roster_runs (context_id) VALUES ($1) RETURNING id", course)
    assert await read_now(course) is None
    await one("UPDATE lti_roster_runs SET started_at = now() - interval '20 minutes'")
    assert await read_now(course) is RunState.COMPLETE
    assert await one("SELECT error FROM lti_roster_runs ORDER BY id LIMIT 1") == "interrupted"


async def test_an_administrator_asks_for_a_roster(lms: Lms, course: int) -> None:
    admin = client_of(lms.site, "adi", browser=True)
    answer = await admin.post(f"/admin/courses/{course}/roster")
    assert answer.status_code == 303
    assert await one("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'courses.read_roster'") == 1
    assert await one("SELECT count(*) FROM audit_entries WHERE action = 'roster.asked'") == 1


async def test_a_ban_stands(lms: Lms, course: int, cast: Cast) -> None:
    group = cast.groups["closed"]
    await read_now(course)
    member = await one("SELECT member_id FROM identities WHERE subject = 's-0'")
    await one("DELETE FROM memberships WHERE member_id = $1 AND group_id = $2", member, group)
    await one(
        "INSERT INTO bans (group_id, member_id, banned_by_id) VALUES ($1, $2, $3)", group, member, cast.members["fay"]
    )
    await read_now(course)
    async with lms.browser() as browser:
        await lms.launch(browser, "s-0")
    assert await one(PLACE, "s-0", group) is None


async def test_a_teacher_of_another_course_is_a_learner_here(lms: Lms, course: int, cast: Cast) -> None:
    lms.course.roles["s-0"] = Role.LEARNER
    lms.liar.change = {LTI + "roles": ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"]}
    async with lms.browser() as browser:
        await lms.launch(browser, "s-0")
    assert str(await one(PLACE, "s-0", cast.groups["closed"])).startswith("member ")
