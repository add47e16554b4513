"""What the pages of the demonstration weigh on the line (brotli), against the budget of a slow line."""
import re
from typing import Final

import pytest
from playwright.sync_api import Page, Request

from tests.browser.stage import Stage

pytestmark = pytest.mark.browser

KB: Final = 1000
FIRST_VISIT: Final = 35 * KB
NEXT_PAGE: Final = 20 * KB
GROUP_LIST: Final = 12 * KB
THREAD: Final = 20 * KB
STYLE: Final = 7 * KB
SCRIPT: Final = 10 * KB


def weigh(page: Page, address: str) -> dict[str, int]:
    """Bytes of the bodies that this visit fetched, by the kind of file; a warm cache fetches less."""
    found: dict[str, int] = {}
    requests: list[Request] = []

    def finished(request: Request) -> None:
        requests.append(request)

    page.on("requestfinished", finished)
    page.goto(address)
    page.remove_listener("requestfinished", finished)
    for request in requests:
        if "/live" in request.url:
            continue
        answer = request.response()
        assert answer is not None
        size = max(0, request.sizes()["responseBodySize"])  # below zero for what the cache gave
        if size > 1000:
            assert answer.headers.get("content-encoding") == "br", request.url
        kind = request.resource_type
        found[kind] = found.get(kind, 0) + size
    return found


def full_thread(stage: Stage, page: Page) -> str:
    """A generated thread with 25 posts or more on its first page: hand-written ones may be long."""
    for start in ("/g/submarine-cables", "/g/internet-exchange-points", "/g/data-protection"):
        page.goto(start)
        for number in re.findall(r'href="/t/(\d+)/', page.content()):
            head = stage.api(page, "GET", f"/api/v1/threads/{number}")
            if head["post_count"] >= 25 and head.get("generated", True):
                return f"/t/{number}/{head['slug']}"
    pytest.fail("no generated thread of 25 posts in sight")


@pytest.mark.parametrize("face", ["", "alumna"])
def test_pages_within_the_budget(stage: Stage, face: str) -> None:
    with stage.visit("alumna") as page:
        thread = full_thread(stage, page)
    weights: dict[str, int] = {}
    for address in ("/", "/groups", thread, "/g/submarine-cables", "/latest"):
        with stage.visit(face) as page:
            first = weigh(page, address)
        weights[address] = first["document"]
        assert sum(first.values()) <= FIRST_VISIT, (address, first)
        assert first["document"] <= NEXT_PAGE, (address, first)
        assert first["stylesheet"] <= STYLE, first
        assert first.get("script", 0) <= (SCRIPT if face else 0), first
    assert weights["/groups"] <= GROUP_LIST
    assert weights[thread] <= THREAD


def test_the_next_page_fetches_itself_alone(stage: Stage) -> None:
    with stage.visit("alumna") as page:
        page.goto("/groups")
        again = weigh(page, "/latest")
        assert again.get("stylesheet", 0) == 0 and again.get("script", 0) == 0, again
        assert sum(again.values()) <= NEXT_PAGE
