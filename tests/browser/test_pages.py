"""Every page as it stands in a browser: narrow and wide, light and dark, left-to-right and right-to-left.

What is looked for: no sideways scrolling, one h1 and headings in order, labels and names, targets of 24 px, text
of contrast 4.5, `lang` and `dir` on posts, a visible focus; and nothing in the console (the stage sees to that).
"""
from itertools import groupby
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from forum.page_routes import PAGES
from tests.browser.scene import GROUP, Look, scene
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser

CHECKS: Final = Path(__file__).with_name("checks.js").read_text()
SMALLEST_TARGET: Final = 24
LEAST_CONTRAST: Final = 4.5
# Width in CSS pixels, colours, direction. 320 is a desktop's window at 400 %.
VIEWS: Final = (
    (1200, "light", "ltr"),
    (360, "light", "ltr"),
    (320, "light", "ltr"),
    (320, "light", "rtl"),
    (1200, "dark", "ltr"),
    (360, "dark", "ltr"),
)


def faults_of(page: Page, contrast: float = LEAST_CONTRAST) -> list[str]:
    return list(page.evaluate(CHECKS, {"small": SMALLEST_TARGET, "least": contrast}))


def in_all_views(page: Page, look: Look) -> list[str]:
    found: list[str] = []
    before = ""
    for width, colours, direction in VIEWS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
        page.evaluate("direction => { document.documentElement.dir = direction }", direction)
        found += [
            f"{look.address} as {look.face or 'a visitor'}, {width} px {colours} {direction}: {fault}"
            for fault in faults_of(page, 0 if colours == before else LEAST_CONTRAST)
        ]
        before = colours  # colours do not change with the width: their contrast is computed once
    return found


# Documents for programs, which no browser shows as a page.
DOCUMENTS = {"/admin/searches.csv", "/feeds/searches/{id:int}/{key}", "/feeds/initiatives"}
DOCUMENTS |= {"/c/{id:int}/feed", "/transparency.csv"}


def test_every_page_has_been_looked_at(stage: Stage) -> None:
    looked_at = {look.path for look in scene(stage)} | DOCUMENTS
    assert {route.path for route in PAGES if route.method == "GET"} <= looked_at


def test_pages_stand_in_every_view(stage: Stage) -> None:
    found = []
    looks = sorted(scene(stage), key=lambda look: look.face)
    for face, of_face in groupby(looks, key=lambda look: look.face):
        with stage.visit(face) as page:
            for look in of_face:
                answer = page.goto(look.address)
                assert answer is not None and answer.status == look.status, (look, answer and answer.status)
                found += in_all_views(page, look)
    assert not found, f"{len(found)} faults:\n" + "\n".join(found)


def test_a_post_says_its_language_and_runs_its_own_way(stage: Stage) -> None:
    arabic = next(look for look in scene(stage) if look.path == "/t/{id:int}/{slug}")
    with stage.visit(width=360) as page:
        page.goto(arabic.address)
        body = page.locator("article.post .body").first
        expect(body).to_have_attribute("lang", "ar")
        for part in ("", "p", "ul", "blockquote"):
            inner = body.locator(part).first if part else body
            assert inner.evaluate("e => getComputedStyle(e).direction") == "rtl", part
        assert page.locator("h1").evaluate("e => getComputedStyle(e).direction") == "rtl"


def test_menus_stay_on_the_screen(stage: Stage) -> None:
    with stage.visit("facilitator", width=320) as page:
        page.goto(next(look.address for look in scene(stage) if look.path == "/t/{id:int}"))
        for direction in ("ltr", "rtl"):
            page.evaluate("direction => { document.documentElement.dir = direction }", direction)
            for menu in page.locator("details.menu, details.more").all():
                menu.locator("summary").click()
                box = menu.locator("> div").bounding_box()
                assert box is not None
                assert box["x"] >= 0 and box["x"] + box["width"] <= 320, (direction, box)
                assert not faults_of(page)
                menu.locator("summary").click()


def test_focus_is_seen_on_whatever_the_tab_key_reaches(stage: Stage) -> None:
    with stage.visit("facilitator") as page:
        page.goto(f"/g/{GROUP}")
        stops = set()
        for _ in range(40):
            page.keyboard.press("Tab")
            outline = page.evaluate(
                "() => { const e = document.activeElement, s = getComputedStyle(e);"
                " return [e.outerHTML.slice(0, 80), s.outlineStyle, parseFloat(s.outlineWidth)] }"
            )
            assert outline[1] != "none" and outline[2] >= 2, outline
            stops.add(outline[0])
        assert len(stops) > 20
        assert any("skip" in stop for stop in stops)
