"""Which cookies a launch finds again when platform and forum are two sites, as Chromium has it (`identity.md`).

The first test tries every kind of cookie on the way that a launch takes; the others, what the product makes of it.
"""
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.stage import PATIENCE_MS, Stage
from tests.browser.two_sites import certificate

pytestmark = pytest.mark.browser

BE = "() => fetch('/courses/be', {method: 'POST', body: new URLSearchParams({subject: 's-1'})}).then(() => null)"


class Two(NamedTuple):
    scheme: str
    lms: str
    forum: str


@pytest.fixture(params=["https", "http"])
def two(request: pytest.FixtureRequest, committed_url: str, tmp_path: Path) -> Iterator[Two]:
    pem, scheme = certificate(tmp_path), request.param
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        ports = one.getsockname()[1], other.getsockname()[1]
    arguments = [committed_url, scheme, *map(str, ports), str(pem)]
    # The forum asks the platform for its keys, and trusts what this machine trusts.
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.two_sites", *arguments],
        stdout=subprocess.PIPE,
        env=os.environ | {"SSL_CERT_FILE": str(pem)},
        text=True,
        start_new_session=True,
    )
    assert running.stdout is not None
    try:
        assert running.stdout.readline() == "ready\n"
        yield Two(scheme, f"{scheme}://localhost:{ports[0]}", f"{scheme}://127.0.0.1:{ports[1]}")
    finally:
        running.kill()
        running.wait()
        running.stdout.close()


@contextmanager
def fresh(stage: Stage) -> Iterator[Page]:
    """Unwatched: refusals are part of these tests."""
    context = stage.browser.new_context(ignore_https_errors=True, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield context.new_page()
    finally:
        context.close()


def come(page: Page, where: str, begin: str = "") -> tuple[set[str], set[str]]:
    """The cookies that came with the platform's POST, and with the GET that follows it."""
    page.goto(where)
    if begin:
        page.get_by_text(begin).click()
    inside = page if begin else page.frame_locator("iframe")
    inside.locator("#get").wait_for()
    found = [inside.locator(name).inner_text() for name in ("#post", "#get")]
    post, get = (set(filter(None, one.split(","))) for one in found)
    return post, get


TRIED = {
    # A POST from elsewhere brings None only; the GET that follows it Lax as well, and Strict never.
    "tab": ({"none", "partitioned"}, {"none", "partitioned", "lax", "lax-secure"}),
    # In a frame of another site nothing but what is partitioned.
    "frame": ({"partitioned"}, {"partitioned"}),
}


def test_what_the_browser_sends_on_the_way_of_a_launch(empty_stage: Stage, two: Two) -> None:
    """Over http as over https: loopback counts as secure, for Secure cookies too."""
    for place, (where, begin) in {"tab": ("/probe", "begin"), "frame": ("/probe?frame=1", "")}.items():
        with fresh(empty_stage) as page:
            assert come(page, two.lms + where, begin) == TRIED[place], place


def test_the_session_is_there_after_a_launch_in_a_new_tab(empty_stage: Stage, two: Two) -> None:
    with fresh(empty_stage) as page:
        tab = opened(page, two)
        if two.scheme == "http":
            # Over http (the demo, on loopback, where it is one site) our cookies are Lax.
            told_to_take_a_tab(tab, page)
            return
        expect(tab).to_have_url(two.forum + "/g/closed-group")
        expect(tab.locator("details.menu")).to_be_visible()
        held = cookies(page.context)
        assert held["__Host-plenary"] == ("Lax", True) and held["__Host-plenary-launch"] == ("None", True)
        assert "__Secure-plenary-embedded" not in held


def test_a_frame_has_its_own_session_and_not_the_forums(empty_stage: Stage, two: Two) -> None:
    with fresh(empty_stage) as page:
        be_the_learner(page, two)
        page.goto(two.lms + "/courses/course/embedded/l1")
        frame = page.frame_locator("iframe")
        if two.scheme == "http":
            expect(frame.get_by_role("link", name="Open in a new tab")).to_be_visible()
            return
        expect(frame.locator("a[target=_blank]").first).to_be_visible()
        assert page.frames[1].url == two.forum + "/embed/g/closed-group"
        held = cookies(page.context)
        assert held["__Secure-plenary-embedded"] == ("None", True) and "__Host-plenary" not in held
        # What the frame may do, the same browser may not do outside of it.
        page.goto(two.forum + "/embed/g/closed-group")
        expect(page.get_by_text("closed thread")).to_have_count(0)


def be_the_learner(page: Page, two: Two) -> None:
    page.goto(two.lms + "/courses")
    page.evaluate(BE)


def opened(page: Page, two: Two) -> Page:
    be_the_learner(page, two)
    page.goto(two.lms + "/courses/course")
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Open the discussion").click()
    popup.value.wait_for_load_state()
    return popup.value


def told_to_take_a_tab(tab: Page, page: Page) -> None:
    expect(tab.locator("main")).to_contain_text("A tab of its own will do")
    assert "plenary" not in cookies(page.context)


def cookies(context: BrowserContext) -> dict[str, tuple[str, bool]]:
    """Rule and Secure of each cookie, by name."""
    return {one["name"]: (one["sameSite"], one["secure"]) for one in context.cookies()}
