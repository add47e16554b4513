"""Two members at once, with JavaScript on: what is live, what is kept, what the keys do."""
import secrets
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage import Stage

pytestmark = pytest.mark.browser

GROUP = "internet-exchange-points"


def started(stage: Stage, page: Page, title: str, body: str = "As it began.") -> int:
    made = stage.api(page, "POST", f"/api/v1/groups/{GROUP}/threads", {"title": title, "body": body})
    return int(made["id"])


def replied(stage: Stage, page: Page, thread: int, body: str) -> Any:
    return stage.api(page, "POST", f"/api/v1/threads/{thread}/posts", {"body": body})


def test_a_reply_announces_itself_and_is_shown_on_a_click(stage: Stage) -> None:
    with stage.visit("alumna") as alumna, stage.visit("facilitator") as facilitator:
        thread = started(stage, alumna, "Who peers on a Sunday?")
        with alumna.expect_response("**/live?*"):
            alumna.goto(f"/t/{thread}")
        facilitator.goto(f"/t/{thread}")
        facilitator.locator("#composer textarea").fill("We do, *every* Sunday.")
        facilitator.get_by_role("button", name="Send reply").click()
        expect(facilitator.locator("#p2")).to_be_visible()
        expect(alumna.locator("#fresh button")).to_have_text("1 new reply")
        expect(alumna.locator("#p2")).to_have_count(0)  # what is being read does not move
        replied(stage, facilitator, thread, "And on Mondays.")
        expect(alumna.locator("#fresh button")).to_have_text("2 new replies")
        alumna.locator("#fresh button").click()
        expect(alumna.locator("#p2 em")).to_have_text("every")
        expect(alumna.locator("#p3")).to_be_visible()
        expect(alumna.locator("#fresh button")).to_have_count(0)


def test_counts_follow_what_others_write(stage: Stage) -> None:
    with stage.visit("alumna") as alumna, stage.visit("facilitator") as facilitator:
        thread = started(stage, alumna, "Which switch is quiet enough for an office?")
        with alumna.expect_response("**/live"):
            alumna.goto("/")
        in_group, notices = alumna.locator(f"[data-group={GROUP}]"), alumna.locator("#unread")
        before, told = number_in(in_group), number_in(notices)
        replied(stage, facilitator, thread, "@alumna the small one, with the large fan.")
        expect(in_group).to_have_text(str(before + 1))
        expect(notices).to_have_text(str(told + 1))


def number_in(badge: Any) -> int:
    return int(badge.text_content() or 0) if badge.count() else 0


def test_what_is_typed_is_kept_and_survives_a_reload(stage: Stage) -> None:
    word = "lattice" + secrets.token_hex(3)
    with stage.visit("alumna") as page:
        thread = started(stage, page, "Half a thought")
        page.goto(f"/t/{thread}")
        page.locator("#body").fill(f"The {word} is")
        expect(page.locator("#kept")).to_have_text("Draft kept")
        page.locator("#body").press_sequentially(" wide")
        expect(page.locator("[name=draft_version]")).to_have_value("2")
        page.reload()
        expect(page.locator("#body")).to_have_value(f"The {word} is wide")
        page.locator("#body").press("End")
        page.locator("#body").press_sequentially(" and deep")
        expect(page.locator("[name=draft_version]")).to_have_value("3")
        page.goto("/me/drafts")
        drafts = page.locator("main li").filter(has_text=word)
        expect(drafts).to_have_count(1)
        drafts.get_by_role("link", name="Half a thought").click()
        expect(page.locator("#body")).to_have_value(f"The {word} is wide and deep")
        page.get_by_role("button", name="Send reply").click()
        expect(page.locator("article.post").last).to_contain_text(f"The {word} is wide and deep")
        expect(page.locator("#body")).to_have_value("")
        page.goto("/me/drafts")
        expect(page.locator("main li").filter(has_text=word)).to_have_count(0)


def test_preview_in_place(stage: Stage) -> None:
    with stage.visit("alumna") as page:
        page.goto(f"/g/{GROUP}/new")
        page.locator("#body").fill("| a | b |\n|---|---|\n| 1 | 2 |\n\n<script>window.__xss = 1</script>")
        page.get_by_role("button", name="Preview").click()
        expect(page.locator("#preview td").first).to_have_text("1")
        assert page.url.endswith("/new")
        assert page.evaluate("window.__xss") is None


def test_keys_show_themselves_walk_and_can_be_turned_off(stage: Stage) -> None:
    with stage.visit("alumna") as page:
        thread = started(stage, page, "Up and down")
        for number in (2, 3):
            replied(stage, page, thread, f"Reply {number}")
        page.goto(f"/t/{thread}")
        page.keyboard.press("j")
        expect(page.locator("#p1")).to_be_focused()
        page.keyboard.press("j")
        expect(page.locator("#p2")).to_be_focused()
        page.keyboard.press("k")
        expect(page.locator("#p1")).to_be_focused()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_contain_text("next and previous post")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("r")
        page.wait_for_url("**/reply")
        page.locator("#body").press_sequentially("just ?")
        expect(page.get_by_role("dialog")).to_have_count(0)  # what is typed is text
        page.goto("/appearance")
        page.get_by_role("checkbox").uncheck()
        page.get_by_role("button", name="Save").click()
        page.goto(f"/t/{thread}")
        page.keyboard.press("j")
        expect(page.locator(".at")).to_have_count(0)


def test_similar_threads_come_below_a_thread_and_below_a_title(stage: Stage) -> None:
    word = "quenelle" + secrets.token_hex(3)
    with stage.visit("alumna") as page:
        first = started(stage, page, f"Cooling a {word} cabinet in the tropics")
        second = started(stage, page, f"Which {word} cabinet needs no cooling?")
        resembling = f"/api/v1/threads/{second}/similar"
        while [one["id"] for one in stage.api(page, "GET", resembling)["items"]] != [first]:
            page.wait_for_timeout(100)  # the worker indexes what was just written
        with page.expect_request(f"**/similar/{second}"):
            page.goto(f"/t/{second}")
            page.locator("#alike").scroll_into_view_if_needed()
        expect(page.locator("#alike li a.t")).to_have_text(f"Cooling a {word} cabinet in the tropics")
        page.goto(f"/g/{GROUP}/new")
        page.locator("#title").fill(f"A cabinet like the {word}")
        expect(page.locator("#alike-title li")).to_have_count(2)
        page.locator("#title").fill("")
        expect(page.locator("#alike-title li")).to_have_count(0)


def test_a_search_is_saved_tells_what_is_new_and_is_read_as_a_feed(stage: Stage) -> None:
    word = "vellum" + secrets.token_hex(3)
    with stage.visit("alumna") as alumna, stage.visit("facilitator") as facilitator:
        thread = started(stage, alumna, "Where do old routers go?")
        alumna.goto(f"/search?q={word}")
        alumna.get_by_role("button", name="Save this search").click()
        mine = alumna.locator(".cards li", has_text=word)
        expect(mine).to_contain_text("Nothing new.")
        replied(stage, facilitator, thread, f"Ours became {word}.")
        while word not in [one["q"] for one in stage.api(alumna, "GET", "/api/v1/searches")["items"] if one["new"]]:
            alumna.wait_for_timeout(100)
        alumna.reload()
        mine.locator("summary").click()
        feed = mine.locator("a.long").get_attribute("href") or ""
        assert word in facilitator.request.get(feed).text()
        mine.get_by_role("button", name="Show 1 new post").click()
        expect(alumna.locator(".hits li")).to_have_count(1)
        alumna.goto("/me/searches")
        expect(mine).to_contain_text("Nothing new.")
