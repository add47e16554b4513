"""From a course into its group, and on to the alumni when it ends: the whole story, clicked through."""
import secrets

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage import Stage, sign_in

pytestmark = pytest.mark.browser

COURSE = "/_demo/courses/running-an-exchange"
GROUP = "/g/running-an-internet-exchange"
ALUMNI = "/g/course-alumni"
AFTERWARDS = "What became of your plans?"


def test_a_learner_comes_by_the_course_and_stays_among_its_alumni(stage: Stage) -> None:
    word = "sluice" + secrets.token_hex(4)
    with stage.visit() as learner, stage.visit("facilitator") as teacher:
        learner.goto(COURSE)
        learner.get_by_role("button", name="Amina Okello").click()
        expect(learner.locator("main")).to_contain_text("The forum does not know you yet")
        forum = opened(learner)
        expect(forum).to_have_url(f"{stage.base}{GROUP}")
        post = answer(forum, word)
        forum.goto(ALUMNI)
        expect(forum.get_by_text(AFTERWARDS)).to_have_count(0)

        teacher.goto(COURSE)
        teacher.get_by_role("button", name="Send the roster now").click()
        expect(teacher.get_by_role("status")).to_contain_text("has read the roster")
        teacher.get_by_role("button", name="End this course").click()
        expect(teacher.get_by_role("status")).to_contain_text("among the alumni")
        teacher.goto(post)
        expect(teacher.locator("article.post").filter(has_text=word)).to_contain_text("Amina Okello")

        forum.goto(GROUP)
        expect(forum.get_by_role("link", name="New thread")).to_have_count(0)
        forum.goto(post)
        expect(forum.get_by_text(word)).to_have_count(0)
        forum.goto(ALUMNI)
        forum.get_by_role("link", name=AFTERWARDS).click()
        answer_here(forum, f"Two members more than in {word}.")
        learner.goto(COURSE)
        expect(learner.get_by_role("link", name="Open the discussion")).to_have_count(0)
        expect(learner.locator("main")).to_contain_text("you are in it now")


def opened(course: Page) -> Page:
    """The forum, in the tab that the course opens."""
    with course.expect_popup() as popup:
        course.get_by_role("link", name="Open the discussion").click()
    popup.value.locator("details.menu").wait_for()
    return popup.value


def answer(forum: Page, word: str) -> str:
    forum.get_by_role("link", name="Start here").click()
    answer_here(forum, f"An island, and a switch behind the {word}.")
    return forum.url


def answer_here(forum: Page, text: str) -> None:
    forum.locator("#composer textarea").fill(text)
    forum.get_by_role("button", name="Send reply").click()
    expect(forum.locator("article.post").filter(has_text=text)).to_be_visible()


def test_a_teacher_links_a_discussion_that_opens_in_the_course_too(stage: Stage) -> None:
    course = "/_demo/courses/data-protection-in-practice"
    with stage.visit() as teacher:
        sign_in(teacher, "moderator", course)
        teacher.goto(course)
        teacher.get_by_role("link", name="Link a discussion").click()
        teacher.get_by_label("A new closed group").check()
        teacher.get_by_role("button", name="Choose").click()
        expect(teacher).to_have_url(f"{stage.base}{course}")
        expect(teacher.locator("main")).to_contain_text("You look after the group of the course")
        teacher.get_by_role("button", name="Send the roster now").click()
        expect(teacher.get_by_role("status")).to_contain_text("has read the roster")
    with stage.visit("alumna") as learner:
        learner.goto(course)
        learner.get_by_role("link", name="Show it here").click()
        frame = learner.frame_locator("iframe")
        expect(frame.locator("h1")).to_be_visible()
        assert "/embed/g/data-protection-law-in-practice" in learner.frames[1].url
    # A launch begins a session of its own in place of the one that was: not of the one that other tests share.
    with stage.visit(js=False) as plain:
        sign_in(plain, "alumna", course)
        plain.goto(course)
        # In the same tab: a new one begins before the browser has been told to run no scripts there.
        plain.goto(plain.get_by_role("link", name="Open the discussion").get_attribute("href") or "")
        plain.get_by_role("button", name="Go on").click()
        expect(plain).to_have_url(f"{stage.base}/g/data-protection-law-in-practice")
    with stage.visit("admin") as nobody:
        nobody.goto(course)
        expect(nobody.locator("main")).to_contain_text("You have no place in this course")
