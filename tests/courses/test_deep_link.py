"""Those who lead a course choose its group; the platform gets a link that it can believe."""
import re

import pytest

from auth.demo.lti import DEEP_LINK, DEEP_LINKING
from tests.cast import Cast
from tests.courses.lms import COURSES, FRAMED, LMS, Lms, form_of, one
from tests.courses.test_launch import PLACE, lead_to, refused

pytestmark = pytest.mark.anyio
SETTINGS = DEEP_LINKING + "deep_linking_settings"


@pytest.mark.parametrize("headers", [{}, FRAMED])
async def test_a_new_group_for_a_course(lms: Lms, headers: dict[str, str]) -> None:
    async with lms.browser(**headers) as browser:
        shown = await lms.launch(browser, "teacher", kind=DEEP_LINK)
        assert shown.status_code == 200 and "Exchange points" in shown.text
        assert f"frame-ancestors {LMS};" in shown.headers["content-security-policy"]
        action, fields = form_of(shown.text)
        here = {"Sec-Fetch-Site": "same-origin"}
        handed = await browser.post(action, data=fields | {"group": "new"}, headers=here)
        policy = handed.headers["content-security-policy"]
        nonce = re.search("<script nonce=\"([^\"]+)\">document.forms", handed.text)
        assert nonce and f"'nonce-{nonce[1]}'" in policy and f"form-action 'self' {LMS}" in policy
        where, token = form_of(handed.text)
        assert where == COURSES + "/links" and "<button" in handed.text
        back = await browser.post(where, data=token)
    assert (back.status_code, back.headers["location"]) == (303, COURSES + "/ixp"), back.text
    link = lms.course.links[-1]
    slug = link.custom["group"]
    group = await one("SELECT id FROM groups WHERE slug = $1", slug)
    assert await one("SELECT visibility FROM groups WHERE id = $1", group) == "closed"
    context = await one("SELECT id FROM lti_contexts WHERE group_id = $1", group)
    assert await one(PLACE, "teacher", group) == f"facilitator lti:{lms.id}:{context}"
    assert await one("SELECT count(*) FROM sessions WHERE kind IN ('lti', 'embedded')") == 0
    async with lms.browser(**headers) as browser:
        came = await lms.launch(browser, "s-0", link=link)
        assert came.headers["location"].endswith(f"/g/{slug}")
    assert await one(PLACE, "s-0", group) == f"member lti:{lms.id}:{context}"


async def test_a_group_that_they_look_after(lms: Lms, cast: Cast) -> None:
    """Fay facilitates the closed group; she is known at the platform, too."""
    await one(
        "INSERT INTO identities (member_id, issuer, subject) VALUES ($1, $2, 'teacher')", cast.members["fay"], LMS
    )
    await one(
        "UPDATE memberships SET role = 'facilitator' WHERE member_id = $1 AND group_id = $2",
        cast.members["fay"],
        cast.groups["closed"],
    )
    async with lms.browser() as browser:
        action, fields = form_of((await lms.launch(browser, "teacher", kind=DEEP_LINK)).text)
        chosen = fields | {"group": str(cast.groups["closed"])}
        handed = await browser.post(action, data=chosen, headers={"Sec-Fetch-Site": "same-origin"})
        where, token = form_of(handed.text)
        await browser.post(where, data=token)
    assert lms.course.links[-1].custom == {"group": "closed-group"}
    assert await one("SELECT group_id FROM lti_contexts") == cast.groups["closed"]


async def test_a_course_that_has_a_group_keeps_it(lms: Lms, cast: Cast) -> None:
    await lead_to(lms, cast.groups["closed"])
    async with lms.browser() as browser:
        shown = await lms.launch(browser, "other-teacher", kind=DEEP_LINK)
        assert 'value="ours"' in shown.text and 'value="new"' not in shown.text
        action, fields = form_of(shown.text)
        answer = await browser.post(action, data=fields | {"group": "new"}, headers={"Sec-Fetch-Site": "same-origin"})
        await refused(lms, answer, 422, "unknown_group")


async def test_a_group_of_others_cannot_be_chosen(lms: Lms, cast: Cast) -> None:
    async with lms.browser() as browser:
        action, fields = form_of((await lms.launch(browser, "teacher", kind=DEEP_LINK)).text)
        chosen = fields | {"group": str(cast.groups["hidden"])}
        answer = await browser.post(action, data=chosen, headers={"Sec-Fetch-Site": "same-origin"})
        await refused(lms, answer, 422, "unknown_group")
    assert await one("SELECT group_id FROM lti_contexts") is None


async def test_a_teacher_who_launches_first_chooses_and_is_let_in(lms: Lms) -> None:
    async with lms.browser() as browser:
        action, fields = form_of((await lms.launch(browser, "teacher")).text)
        came = await browser.post(action, data=fields | {"group": "new"}, headers={"Sec-Fetch-Site": "same-origin"})
        assert came.status_code == 303 and came.headers["location"].startswith("/g/exchange-points")
        assert (await browser.get(came.headers["location"])).status_code == 200
        assert (await browser.get("/me")).status_code == 200


async def test_a_learner_finds_no_group_yet_and_is_let_in_all_the_same(lms: Lms) -> None:
    async with lms.browser() as browser:
        assert (await lms.launch(browser)).headers["location"] == "/"
    async with lms.browser(**FRAMED) as browser:
        came = await lms.launch(browser)
        assert came.headers["location"] == "/embed/"
        assert (await browser.get("/embed/")).status_code == 200


async def test_a_choice_is_used_once_and_by_its_browser(lms: Lms) -> None:
    here = {"Sec-Fetch-Site": "same-origin"}
    async with lms.browser() as browser, lms.browser() as other:
        action, fields = form_of((await lms.launch(browser, "teacher", kind=DEEP_LINK)).text)
        await refused(lms, await other.post(action, data=fields | {"group": "new"}, headers=here), 400, "expired")
        assert (await browser.post(action, data=fields | {"group": "new"})).status_code == 403  # from another site
        assert (await browser.post(action, data=fields | {"group": "new"}, headers=here)).status_code == 200
        await refused(lms, await browser.post(action, data=fields | {"group": "new"}, headers=here), 400, "expired")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"deep_link_return_url": "http://lms.example.test/links"}, "foreign_return"),
        ({"deep_link_return_url": "javascript:alert(1)"}, "foreign_return"),
        ({"accept_types": ["file"]}, "link_not_accepted"),
        ({"data": "a\0b"}, "unreadable_token"),
        ({"data": ["no text"]}, "unreadable_token"),
    ],
)
async def test_settings_that_cannot_be_met(lms: Lms, wrong: dict[str, object], reason: str) -> None:
    lms.liar.change = {
        SETTINGS: {"deep_link_return_url": COURSES + "/links", "accept_types": ["ltiResourceLink"], **wrong}
    }
    async with lms.browser() as browser:
        await refused(lms, await lms.launch(browser, "teacher", kind=DEEP_LINK), 400, reason)


async def test_what_the_platform_gave_is_echoed(lms: Lms) -> None:
    """The demo's platform takes no answer whose `data` is not the one it gave: see the first test."""
    lms.liar.change = {
        SETTINGS: {"deep_link_return_url": COURSES + "/links", "accept_types": ["ltiResourceLink"], "data": "other"}
    }
    async with lms.browser() as browser:
        action, fields = form_of((await lms.launch(browser, "teacher", kind=DEEP_LINK)).text)
        handed = await browser.post(
            action, data=fields | {"group": "new"}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        where, token = form_of(handed.text)
        back = await browser.post(where, data=token)
    assert back.status_code == 400 and "nobody asked for it" in back.text


async def test_a_deep_link_is_not_for_learners(lms: Lms, cast: Cast) -> None:
    await lead_to(lms, cast.groups["closed"])
    async with lms.browser() as browser:
        await refused(lms, await lms.launch(browser, "s-0", kind=DEEP_LINK), 403, "may_not_choose")
