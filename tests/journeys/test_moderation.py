"""A facilitator looks after a group with the keyboard alone; the author reads why, and appeals."""
import re
import secrets
from typing import Any, Final

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.stage import Stage
from tests.journeys.test_initiative import come_in

pytestmark = pytest.mark.browser

# Where the facilitator has nothing to look at yet.
QUIET: Final = """
    SELECT g.slug FROM groups g JOIN memberships p ON p.group_id = g.id AND p.role = 'facilitator'
    JOIN members m ON m.id = p.member_id AND m.username = 'facilitator'
    WHERE g.visibility IN ('public', 'members') AND g.slug <> 'internet-exchange-points'
      AND NOT EXISTS (SELECT FROM cases c WHERE c.group_id = g.id AND c.decided_at IS NULL)
    ORDER BY g.member_count DESC LIMIT 1
"""
DECIDED: Final = "SELECT c.decision FROM cases c JOIN posts p ON p.id = c.post_id WHERE p.thread_id = $1 ORDER BY c.id"
VERDICTS: Final = {"1": "no_action", "2": "note", "3": "hide", "4": "hide_and_silence", "5": "remove"}
KEYS: Final = "1234512351"
WORDS: Final = "Please say it without the names of people."
MOST_TABS: Final = 120
REASONS: Final = ("spam", "offensive", "off_topic", "personal_data", "misleading")


def test_a_queue_of_ten_worked_with_the_keyboard(stage: Stage) -> None:
    group = stage.sql(QUIET)[0]["slug"]
    word = "harbour" + secrets.token_hex(3)
    author, flagger = come_in(stage, 2, group)
    thread, other = flagged(stage, group, author, flagger, word)
    with stage.visit("facilitator") as page:
        decide_all(stage, page, group, thread)
        part = split(page, thread, f"Prices of the {word}")
        merge(page, part, other)
        summarise(page, other, word)
        undo(page, group, part, word)
    appeal(stage, author)


def flagged(stage: Stage, group: str, author: str, flagger: str, word: str) -> tuple[int, int]:
    """Two threads; in the first ten posts of one author, each flagged by somebody else."""
    with stage.visit(author) as theirs, stage.visit(flagger) as page:

        def write(who: Page, path: str, **data: Any) -> int:
            return int(stage.api(who, "POST", f"/api/v1{path}", data)["id"])

        thread, other = (
            write(page, f"/groups/{group}/threads", title=f"{title} {word}", body="How was it with you?")
            for title in ("Mooring at the", "Waiting at the")
        )
        for number in range(len(KEYS)):
            post = write(theirs, f"/threads/{thread}/posts", body=f"Story {number} of the {word}.")
            flag = {"reason": REASONS[number % len(REASONS)], "note": "Please look."}
            stage.api(page, "PUT", f"/api/v1/posts/{post}/flag", flag)
    return thread, other


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until it has the focus."""
    expect(target).to_be_visible()
    for _ in range(MOST_TABS):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never comes to {target}")


def fill(page: Page, target: Locator, text: str) -> None:
    tab_to(page, target)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def press(page: Page, target: Locator) -> None:
    """A link or a button."""
    tab_to(page, target)
    page.keyboard.press("Enter")


def decide_all(stage: Stage, page: Page, group: str, thread: int) -> None:
    """j and k walk the list, Enter opens, a digit decides and leads to the next; once in words of one's own."""
    page.goto(f"/moderation?group={group}")
    cases = page.locator(".lines-of > li")
    expect(cases).to_have_count(len(KEYS))
    for key, at in (("j", 0), ("j", 1), ("k", 0)):
        page.keyboard.press(key)
        expect(cases.nth(at)).to_have_class(re.compile(r"\bat\b"))
    page.keyboard.press("Enter")
    for done, key in enumerate(KEYS):
        expect(page).to_have_url(re.compile(r"/moderation/cases/\d+"))
        expect(page.locator("#around")).to_be_visible()
        if key == "3" and done < 5:
            fill(page, page.locator("#words"), WORDS)
            page.keyboard.press("Escape")
        before = page.url
        page.keyboard.press(key)
        page.wait_for_url(lambda url, before=before: url.partition("?")[0] != before.partition("?")[0])
    expect(page.locator("main")).to_contain_text("Nothing waits.")
    assert [row["decision"] for row in stage.sql(DECIDED, thread)] == [VERDICTS[key] for key in KEYS]


def split(page: Page, thread: int, title: str) -> int:
    page.goto(f"/t/{thread}/split")
    fill(page, page.locator("main #title"), title)
    # Beside the question that opens it: what was left as it is, and what got a note.
    for box in page.locator("main [name=posts][type=checkbox]").all()[1:3]:
        tab_to(page, box)
        page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Split posts off"))
    expect(page.locator("h1")).to_have_text(title)
    return number_in(page.url)


def number_in(address: str) -> int:
    found = re.search(r"/t/(\d+)", address)
    assert found
    return int(found.group(1))


def merge(page: Page, part: int, other: int) -> None:
    page.goto(f"/t/{part}/merge")
    fill(page, page.locator("main #into"), f"/t/{other}")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/t/{other}\b"))
    expect(page.locator("article.post")).to_have_count(3)


def summarise(page: Page, other: int, word: str) -> None:
    page.goto(f"/t/{other}/summary")
    fill(page, page.locator("main #body"), f"Ships **wait** at the {word}, as #2 tells.")
    press(page, page.get_by_role("button", name="Save"))
    expect(page.locator("#summary strong")).to_have_text("wait")


def undo(page: Page, group: str, part: int, word: str) -> None:
    page.goto(f"/g/{group}/log")
    line = page.locator("main li", has_text="was merged").first
    press(page, line.get_by_role("button", name="Undo"))
    expect(page.locator("main li", has_text="was merged").first).to_contain_text("Undone")
    page.goto(f"/t/{part}")
    expect(page.locator("h1")).to_contain_text(word)
    expect(page.locator("article.post")).to_have_count(2)


def appeal(stage: Stage, author: str) -> None:
    """What was done, and why, stands in the author's notices; one of the verdicts is appealed against."""
    with stage.visit(author) as page:
        notice = page.locator("main li", has_text=WORDS)
        for _ in range(100):
            page.goto("/notices")
            if notice.count():
                break
            page.wait_for_timeout(100)
        expect(notice).to_contain_text("A post of yours was hidden")
        expect(notice).not_to_contain_text("Ruth")
        press(page, notice.get_by_role("link", name="The verdict, and how to appeal"))
        expect(page.locator("main")).to_contain_text(WORDS)
        fill(page, page.locator("main #text"), "No names stood in it.")
        press(page, page.get_by_role("button", name="Appeal"))
        expect(page.locator("#appeal")).to_contain_text("Your appeal")
        expect(page.locator("main")).to_contain_text("No names stood in it.")
