"""A member's whole visit with JavaScript off: every deed is a form or a link."""
import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage import Stage, sign_in

pytestmark = pytest.mark.browser

GROUP = "submarine-cables"
FOUND_SECONDS = 2.0


def test_sign_in_join_read_reply_edit_keep_react_withdraw(stage: Stage) -> None:
    word = "tide" + secrets.token_hex(4)
    with stage.visit(js=False) as page:
        sign_in(page, "alumna", "/groups")
        join(page)
        page.locator("main .lines-of a.t").first.click()
        expect(page.locator("article.post").first).to_be_visible()
        page.locator("#composer textarea").fill(f"A **first** thought about the {word}.")
        page.get_by_role("button", name="Send reply").click()
        mine = page.locator("article.post").filter(has_text=word)
        expect(mine.locator("strong")).to_have_text("first")
        assert re.search(r"#p\d+$", page.url)
        edit_and_look_back(page, word)
        mine.get_by_role("button", name="Thanks").click()
        expect(mine.get_by_role("button", name="Thanks")).to_have_attribute("aria-pressed", "true")
        keep(page, word)
        withdraw(page, word)


def join(page: Page) -> None:
    if page.locator(f"button[formaction='/g/{GROUP}/join']").count():
        page.locator(f"button[formaction='/g/{GROUP}/join']").click()
    page.goto(f"/g/{GROUP}")
    expect(page.get_by_role("button", name="Leave the group")).to_be_visible()


def edit_and_look_back(page: Page, word: str) -> None:
    mine = page.locator("article.post").filter(has_text=word)
    mine.get_by_role("link", name="Edit").click()
    page.locator("#body").fill(f"A *second* thought about the {word}.")
    page.get_by_role("button", name="Save").click()
    expect(mine.locator("em")).to_have_text("second")
    mine.get_by_role("link", name="edited").click()
    expect(page.locator("main")).to_contain_text("Version 2")
    expect(page.locator("ins")).to_contain_text("second")
    expect(page.locator("del")).to_contain_text("first")
    page.locator(".crumb a").click()


def keep(page: Page, word: str) -> None:
    mine = page.locator("article.post").filter(has_text=word)
    mine.locator("summary").click()
    mine.get_by_role("button", name="Bookmark").click()
    address = page.url
    page.goto("/me/bookmarks")
    expect(page.locator("main li").filter(has_text=word)).to_be_visible()
    page.goto(address)


def withdraw(page: Page, word: str) -> None:
    mine = page.locator("article.post").filter(has_text=word)
    mine.locator("summary").click()
    mine.get_by_role("link", name="Withdraw").click()
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.locator("article.gone").last).to_contain_text("withdrawn")
    expect(page.locator("article.post").filter(has_text=word)).to_have_count(0)


def test_start_a_thread_with_preview_find_it_sign_out(stage: Stage) -> None:
    word = "buoy" + secrets.token_hex(4)
    with stage.visit(js=False) as page:
        sign_in(page, "facilitator", f"/g/{GROUP}")
        page.get_by_role("link", name="New thread").click()
        page.locator("#title").fill(f"What does a {word} cost?")
        page.locator("#body").fill("Two offers, *one* of them serious.")
        page.get_by_role("button", name="Preview").click()
        expect(page.locator(".preview em")).to_have_text("one")
        expect(page.locator("#title")).to_have_value(f"What does a {word} cost?")
        page.get_by_role("button", name="Start the thread").click()
        expect(page.locator("h1")).to_have_text(f"What does a {word} cost?")
        found_by_search(page, word)
        page.locator("details.menu summary").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.locator("h1")).to_contain_text("signed out")
        page.goto("/me/drafts")
        assert "/sign-in" in page.url


def found_by_search(page: Page, word: str) -> None:
    """Within two seconds, asking again as a person would."""
    hits = page.locator("ol.hits a").filter(has_text=word)
    for _ in range(20):
        page.goto(f"/search?q={word}")
        if hits.count():
            return
        page.wait_for_timeout(FOUND_SECONDS * 50)
    pytest.fail(f"not found by search within {FOUND_SECONDS} s")


def test_a_title_too_short_comes_back_filled_with_the_fault_at_the_field(stage: Stage) -> None:
    with stage.visit("facilitator", js=False) as page:
        page.goto(f"/g/{GROUP}/new")
        page.locator("#title").fill("x")
        page.locator("#body").fill("A text that took me ten minutes.")
        page.get_by_role("button", name="Start the thread").click()
        expect(page.locator("#title-fault")).to_be_visible()
        expect(page.locator("#title")).to_have_attribute("aria-invalid", "true")
        expect(page.locator("#title")).to_have_attribute("aria-describedby", re.compile("title-fault"))
        expect(page.locator("#title")).to_have_value("x")
        expect(page.locator("#body")).to_have_value("A text that took me ten minutes.")
        page.locator("#title").fill("A title that is long enough")
        page.get_by_role("button", name="Start the thread").click()
        expect(page.locator("h1")).to_have_text("A title that is long enough")


def test_an_edit_that_comes_second_shows_both_texts(stage: Stage) -> None:
    with stage.visit("facilitator", js=False) as page:
        thread = started(stage, page, "Two tabs, one text")
        page.goto(f"/p/{thread['posts']['items'][0]['id']}/edit")
        second = page.context.new_page()
        second.goto(page.url)
        page.locator("#body").fill("The text of the first tab.")
        page.get_by_role("button", name="Save").click()
        second.locator("#body").fill("The text of the second tab.")
        second.get_by_role("button", name="Save").click()
        expect(second.locator("pre")).to_have_text("The text of the first tab.")
        expect(second.locator("#body")).to_have_value("The text of the second tab.")
        second.get_by_role("button", name="Save").click()
        expect(second.locator("article.post").first).to_contain_text("The text of the second tab.")


def started(stage: Stage, page: Page, title: str) -> dict[str, object]:
    made = stage.api(page, "POST", f"/api/v1/groups/{GROUP}/threads", {"title": title, "body": "As it began."})
    return stage.api(page, "GET", f"/api/v1/threads/{made['id']}")


def test_a_session_that_has_ended_keeps_the_text(stage: Stage) -> None:
    with stage.visit(js=False) as page:
        sign_in(page, "facilitator", f"/g/{GROUP}")
        page.locator("main .lines-of a.t").first.click()
        page.locator("#composer textarea").fill("Written on the ferry, without a connection.")
        cookies = page.context.cookies()
        page.context.clear_cookies()
        page.get_by_role("button", name="Send reply").click()
        expect(page.locator("#body")).to_have_value("Written on the ferry, without a connection.")
        expect(page.get_by_role("link", name="Sign in in a new tab")).to_be_visible()
        page.context.add_cookies(cookies)
        page.get_by_role("button", name="Send again").click()
        expect(page.locator("article.post").last).to_contain_text("Written on the ferry")
