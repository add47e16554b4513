"""The search box offers what may be meant, by keyboard and by pointer; without JavaScript it is a plain box."""

from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage import Stage
from tests.browser.test_pages import faults_of

pytestmark = pytest.mark.browser

TYPED: Final = "excha"


def typed(page: Page, text: str = TYPED) -> None:
    page.get_by_role("combobox", name="Search").press_sequentially(text)
    expect(page.get_by_role("listbox")).to_be_visible()


def test_the_arrows_choose_and_enter_goes_there(stage: Stage) -> None:
    with stage.visit("alumna", width=360) as page:
        page.goto("/about")
        box = page.get_by_role("combobox", name="Search")
        expect(box).to_have_attribute("aria-expanded", "false")
        typed(page)
        expect(box).to_have_attribute("aria-expanded", "true")
        options = page.get_by_role("option")
        assert options.count() >= 2 and not faults_of(page)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        expect(options.nth(1)).to_have_attribute("aria-selected", "true")
        expect(box).to_have_attribute("aria-activedescendant", options.nth(1).get_attribute("id") or "")
        expect(box).to_be_focused()
        there = options.nth(1).get_attribute("href")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{there}*")


def test_escape_shuts_the_list_and_enter_searches_for_the_words(stage: Stage) -> None:
    with stage.visit("alumna") as page:
        page.goto("/about")
        typed(page)
        page.keyboard.press("ArrowUp")
        expect(page.get_by_role("option").last).to_have_attribute("aria-selected", "true")
        page.keyboard.press("ArrowDown")
        expect(page.locator("[aria-selected]")).to_have_count(0)
        page.keyboard.press("Escape")
        expect(page.get_by_role("listbox")).to_be_hidden()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/search?q={TYPED}")


def test_an_offer_is_a_link(stage: Stage) -> None:
    with stage.visit("alumna") as page:
        page.goto("/search")
        page.get_by_role("combobox").press_sequentially("internet exchange")
        group = page.get_by_role("option", name="Internet exchange points Group")
        expect(group).to_have_attribute("href", "/g/internet-exchange-points")
        group.click()
        page.wait_for_url("**/g/internet-exchange-points")


def test_without_javascript_nothing_is_lost(stage: Stage) -> None:
    for face, js in (("alumna", False), ("", True)):
        with stage.visit(face, js=js) as page:
            page.goto("/about")
            page.get_by_role("searchbox", name="Search").fill("exchange")
            page.keyboard.press("Enter")
            page.wait_for_url("**/search?q=exchange")
            expect(page.locator("ol.hits h2").first).to_be_visible()
