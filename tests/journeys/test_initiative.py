"""An initiative from the first line to its record, by clicks alone: with JavaScript off, then on."""
import copy
import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage import NAMES, Stage

pytestmark = pytest.mark.browser

GROUP: Final = "internet-exchange-points"
GOAL: Final = 10
QUORUM: Final = 3
MEMBERS: Final = """
    SELECT m.id, m.username, m.display_name FROM members m JOIN memberships p ON p.member_id = m.id
    JOIN groups g ON g.id = p.group_id
    WHERE g.slug = $1 AND p.role = 'member' AND m.status = 'active' AND m.username <> ALL($2)
    ORDER BY m.id LIMIT $3
"""
SESSION: Final = """
    INSERT INTO sessions (token_hash, member_id, issuer, subject, auth_time, expires_at, last_seen_at)
    VALUES ($1, $2, 'https://idp.example.test', $3, extract(epoch FROM now()), now() + interval '1 day', now())
"""


@pytest.mark.parametrize("js", [False, True], ids=["without JavaScript", "with JavaScript"])
def test_from_the_draft_to_the_record(stage: Stage, js: bool) -> None:
    title = f"One page for port prices {secrets.token_hex(3)}"
    co_lead, *supporters = come_in(stage, GOAL + 1)
    path = drafted(stage, js, title, co_lead)
    agreed(stage, js, co_lead, title)
    launched(stage, js, path)
    supported(stage, js, path, supporters)
    answered(stage, js, path)
    space = working_group(stage, js, path)
    found_in(stage, js, space, supporters[0])
    decided(stage, js, path, supporters)
    ended(stage, js, path)
    on_record(stage, js, path, title)


def come_in(stage: Stage, many: int, group: str = GROUP) -> list[str]:
    """Members of the group who have no face in the demonstration, signed in."""
    cookies = stage.state("alumna")
    people = []
    for row in stage.sql(MEMBERS, group, list(NAMES), many):
        token = secrets.token_urlsafe(32)
        stage.sql(SESSION, hashlib.sha256(token.encode()).digest(), row["id"], row["username"])
        state = copy.deepcopy(cookies)
        for cookie in state["cookies"]:
            if cookie["value"] and "plenary" in cookie["name"]:
                cookie["value"] = token
        stage.take(row["username"], state)
        people.append(row["username"])
    assert len(people) == many
    return people


def drafted(stage: Stage, js: bool, title: str, co_lead: str) -> str:
    with stage.visit("alumna", js=js) as page:
        page.goto(f"/g/{GROUP}")
        page.get_by_role("link", name="New initiative").click()
        page.locator("#title").fill(title)
        page.locator("#aim").fill("A page on which the prices of **our** ports can be compared.")
        page.locator("#why").fill("Newcomers ask for them every month.")
        page.locator("#ask").fill("Exchanges: your prices. Facilitators: the group's name on the page.")
        page.locator("#co_leads").fill(f"@{co_lead}")
        page.locator("[id='milestones.0.title']").fill("Six exchanges have sent their prices")
        alike = page.locator("#alike-title a.t").first
        if js:  # while it is typed; without, beside the preview
            expect(alike).to_be_visible()
        page.get_by_role("button", name="Preview").click()
        expect(alike).to_be_visible()
        expect(page.locator(".preview strong")).to_have_text("our")
        expect(page.locator("#co_leads")).to_have_value(f"@{co_lead}")
        page.get_by_role("button", name="Keep as draft").click()
        expect(page.locator("main")).to_contain_text("This is a draft")
        expect(page.get_by_role("button", name="Launch it")).to_have_count(0)
        return re.sub(r"[?#].*", "", page.url.removeprefix(stage.base))


def agreed(stage: Stage, js: bool, co_lead: str, title: str) -> None:
    with stage.visit(co_lead, js=js) as page:
        page.goto("/")
        page.locator("section", has_text="Initiatives that wait for you").get_by_role("link", name=title).click()
        page.get_by_role("button", name="Yes, I lead it too").click()
        expect(page.locator("main")).to_contain_text("You lead this initiative now")


def launched(stage: Stage, js: bool, path: str) -> None:
    with stage.visit("alumna", js=js) as page:
        page.goto(path)
        page.get_by_role("button", name="Launch it").click()
        expect(page.locator("main")).to_contain_text(f"0 of {GOAL} co-sponsors")


def supported(stage: Stage, js: bool, path: str, supporters: list[str]) -> None:
    for number, name in enumerate(supporters, 1):
        with stage.visit(name, js=js) as page:
            page.goto(path)
            page.get_by_role("button", name="Put my name to it").click()
            expect(page.locator("main")).to_contain_text(f"{number} of {GOAL} co-sponsors")
            expect(page.locator("header .tag")).to_have_text("Active" if number == GOAL else "Gathering co-sponsors")


def answered(stage: Stage, js: bool, path: str) -> None:
    with stage.visit("facilitator", js=js) as page:
        page.goto(path)
        page.get_by_role("link", name="Answer", exact=True).click()
        page.get_by_role("radio", name="Accepted").check()
        page.locator("#body").fill("Gladly. The page may carry the group's *name*.")
        page.get_by_role("button", name="Answer").click()
        expect(page.locator("section[aria-labelledby=answer] em")).to_have_text("name")


def working_group(stage: Stage, js: bool, path: str) -> str:
    with stage.visit("alumna", js=js) as page:
        page.goto(path)
        page.get_by_role("link", name="Open a working group").click()
        page.get_by_role("button", name="Open the working group").click()
        expect(page.locator("main")).to_contain_text("This is the working group")
        return re.sub(r"[?#].*", "", page.url.removeprefix(stage.base))


def found_in(stage: Stage, js: bool, space: str, supporter: str) -> None:
    """A worker gives the co-sponsors their places in it."""
    with stage.visit(supporter, js=js) as page:
        for _ in range(100):
            page.goto(space)
            if page.get_by_role("button", name="Leave the group").count():
                return
            page.wait_for_timeout(100)
    pytest.fail("a co-sponsor has no place in the working group")


def decided(stage: Stage, js: bool, path: str, supporters: list[str]) -> None:
    """In its discussion: a proposal with a quorum, which is voted on, closed, and written down."""
    with stage.visit("alumna", js=js) as page:
        page.goto(path)
        page.locator("section[aria-labelledby=talk] a.t").first.click()
        thread = re.sub(r"[?#].*", "", page.url)
        page.get_by_role("link", name="Start a poll in this thread").click()
        page.locator("a[href*='kind=proposal']").click()
        page.locator("#question").fill("We show prices without tax")
        page.locator("summary", has_text="Quorum, share and opening").click()
        page.locator("#quorum").fill(str(QUORUM))
        page.get_by_role("button", name="Start the poll").click()
        expect(page.locator(".poll")).to_contain_text(f"Quorum: 0 of {QUORUM} voters")
    for number, name in enumerate(supporters[:QUORUM], 1):
        with stage.visit(name, js=js) as page:
            page.goto(thread)
            page.get_by_role("radio", name="Agree", exact=True).check()
            page.get_by_role("button", name="Vote", exact=True).click()
            expect(page.locator(".poll")).to_contain_text(f"Quorum: {number} of {QUORUM} voters")
    with stage.visit("alumna", js=js) as page:
        page.goto(thread)
        page.locator("summary", has_text="Close it now").click()
        page.get_by_role("button", name="Close the poll").click()
        expect(page.locator(".poll")).to_contain_text("The proposal carries.")
        page.get_by_role("link", name="Write the outcome").click()
        page.locator("#text").fill("Prices stand **without** tax.")
        page.locator("#review_on").fill(f"{datetime.now(UTC) + timedelta(days=200):%Y-%m-%d}")
        page.get_by_role("button", name="Save the outcome").click()
        page.goto(thread)
        expect(page.locator(".outcome strong")).to_have_text("without")


def ended(stage: Stage, js: bool, path: str) -> None:
    with stage.visit("alumna", js=js) as page:
        page.goto(path)
        page.get_by_role("button", name="Done Six exchanges").click()
        expect(page.get_by_role("button", name="Not done after all")).to_be_visible()
        page.get_by_role("link", name="Write the closing report").click()
        page.locator("#body").fill("The page is *there*.")
        page.locator("[id='numbers.0.what']").fill("Exchanges on it")
        page.locator("[id='numbers.0.value']").fill("fourteen")
        page.locator("[id='links.0.url']").fill("https://example.org/prices")
        page.get_by_role("button", name="Complete the initiative").click()
        expect(page.locator("header .tag")).to_have_text("Completed")


def on_record(stage: Stage, js: bool, path: str, title: str) -> None:
    """As a member prints it: who carried it by country and sector, the answer, the decision, the milestone, the end."""
    with stage.visit("facilitator", js=js) as page:
        page.goto(path)
        page.get_by_role("link", name="The record, to print").click()
        page.emulate_media(media="print")
        for hidden in (".top", ".foot", ".crumb", ".banner"):
            expect(page.locator(hidden)).to_be_hidden()
        expect(page.locator("h1")).to_have_text(title)
        stands(page, "facts", "Completed", f"{GOAL}, of {GOAL} that it needed", NAMES["alumna"], "Goal reached")
        for column in page.locator("section[aria-labelledby=who] dl").all():
            assert sum(int(count) for count in column.locator("dd").all_inner_texts()) == GOAL + 2
        for section, *words in (
            ("answers", "Accepted", "Gladly."),
            ("steps", "Six exchanges have sent their prices", "done", NAMES["alumna"]),
            ("decisions", "We show prices without tax", "without"),
            ("report", "The page is there.", "Exchanges on it", "fourteen", "https://example.org/prices"),
            ("history", "Gathering co-sponsors", "Active", "Completed"),
        ):
            stands(page, section, *words)
    with stage.visit(js=js) as visitor:
        visitor.goto(path)
        visitor.get_by_role("link", name="The record, to print").click()
        expect(visitor.locator("section[aria-labelledby=who]")).to_have_count(0)
        stands(visitor, "decisions", "We show prices without tax")


def stands(page: Page, section: str, *words: str) -> None:
    place = page.locator("dl.facts" if section == "facts" else f"section[aria-labelledby={section}]").first
    for each in words:
        expect(place).to_contain_text(each)
