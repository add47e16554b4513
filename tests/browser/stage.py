"""One running demonstration and one Chromium for all browser tests of a process, and the thread that drives them.

Playwright's blocking API keeps an event loop running in its thread, where `asyncio.run` of other tests would fail;
so it has a thread of its own, and the tests that use it are called there (``pytest_pyfunc_call``).
"""
import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Response, sync_playwright

from forum.kit.postgres import running_url

START_SECONDS: Final = 90
PATIENCE_MS: Final = 8000
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
)
NAMES: Final = {
    "alumna": "Amina Okello",
    "facilitator": "Ruth Tabimas",
    "moderator": "Paulina Quintul Rojas",
    "admin": "Corentin Bezzolat",
    "pending": "Nomin Badamdorj",
}


@dataclass
class Witness:
    """What went wrong in one browser context, in words; the statuses of the pages that were opened."""

    complaints: list[str] = field(default_factory=list)

    def heard(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        # A page that is itself a refusal (404, 422) is no fault of the page; a file that it asks for would be.
        own = message.text.startswith("Failed to load resource") and "status of 4" in message.text
        page = message.page
        if own and page is not None and message.location.get("url", "").split("#")[0] == page.url.split("#")[0]:
            return
        self.complaints.append(f"console: {message.text} ({message.location.get('url')})")

    def answered(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status}: {response.url}")

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self.heard)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("response", self.answered)
        context.on("dialog", self.asked)

    def asked(self, dialog: Any) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()


class Stage:
    """``with stage.visit(face="alumna") as page``: a fresh context, watched; complaints fail the test."""

    def __init__(self, playwright: Playwright, browser: Browser, base: str, data: Path = Path()) -> None:
        """``data`` is where the demonstration keeps everything."""
        self.playwright, self.browser, self.base, self.data = playwright, browser, base, data
        self._states: dict[str, Any] = {}

    @contextmanager
    def visit(
        self, face: str = "", *, js: bool = True, width: int = 1200, height: int = 800, scheme: str = "light",
        **more: Any,
    ) -> Iterator[Page]:
        witness = Witness()
        context = self.browser.new_context(
            base_url=self.base,
            java_script_enabled=js,
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            locale="en-GB",
            storage_state=self.state(face) if face else None,
            reduced_motion="reduce",
            **more,
        )
        context.set_default_timeout(PATIENCE_MS)
        witness.watch(context)
        try:
            yield context.new_page()
        finally:
            context.close()
        assert not witness.complaints, "\n".join(witness.complaints)

    def state(self, face: str) -> Any:
        """The cookies of a face that signed in once, by clicking."""
        if face not in self._states:
            with self.visit(js=False) as page:
                sign_in(page, face)
                self._states[face] = page.context.storage_state()
        return self._states[face]

    def take(self, face: str, state: Any) -> None:
        """Another face, whose cookies were made elsewhere."""
        self._states[face] = state

    def api(self, page: Page, method: str, path: str, data: Any = None, version: int | None = None) -> Any:
        """The JSON that the API answers to this page's member."""
        headers = {"Origin": self.base, "Sec-Fetch-Site": "same-origin"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        answer = page.request.fetch(self.base + path, method=method, data=data, headers=headers)
        assert answer.ok, f"{method} {path}: {answer.status} {answer.text()[:300]}"
        return answer.json() if answer.body() else None


    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Rows of the demonstration's database, for what would take days, or more people than have faces."""

        async def ask() -> list[Any]:
            raw = await asyncpg.connect(running_url(self.data))
            try:
                return list(await raw.fetch(statement, *values))
            finally:
                await raw.close()

        with ThreadPoolExecutor(1) as elsewhere:  # this thread has Playwright's own event loop
            return elsewhere.submit(asyncio.run, ask()).result()


def sign_in(page: Page, face: str, next_path: str = "/") -> None:
    page.goto(f"/sign-in?next={next_path}")
    page.get_by_role("button", name=f"Sign in {NAMES[face]}").click()
    page.locator("details.menu").wait_for()


@dataclass
class _Theatre:
    """The thread, and the browser in it."""

    hands: ThreadPoolExecutor
    playwright: Playwright
    browser: Browser

    def close(self) -> None:
        self.hands.submit(lambda: (self.browser.close(), self.playwright.stop())).result()
        self.hands.shutdown()


def chromium() -> str:
    """Where Chromium is; without it these tests are skipped, but never in CI."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing, and in CI the browser tests must run")
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    return found


@cache
def _theatre() -> _Theatre:
    hands = ThreadPoolExecutor(max_workers=1, thread_name_prefix="browser")
    return _Theatre(hands, *hands.submit(_launch, chromium()).result())


@cache
def _demo() -> tuple[Stage, Callable[[], None]]:
    """The stage on which the demonstration plays, and how it ends."""
    demo, base, folder = _start_demo()
    try:
        theatre = _theatre()
    except BaseException:
        _end(demo, folder)
        raise
    return Stage(theatre.playwright, theatre.browser, base, Path(folder) / "demo"), lambda: _end(demo, folder)


def _launch(executable: str) -> tuple[Playwright, Browser]:
    playwright = sync_playwright().start()
    return playwright, playwright.chromium.launch(executable_path=executable, headless=True, args=list(ARGUMENTS))


def _start_demo() -> tuple[subprocess.Popen[str], str, str]:
    """``forum demo`` on a free port, in a folder of its own; back when it says that it is there."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    folder = tempfile.mkdtemp(prefix="plenary-browser-")
    Path(folder).chmod(0o711)
    demo = subprocess.Popen(
        [str(Path(sys.executable).with_name("forum")), "demo", "--port", str(port), "--data", f"{folder}/demo"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    lines: list[str] = []
    there = threading.Event()

    def listen() -> None:
        assert demo.stderr is not None
        for line in demo.stderr:
            lines.append(line)
            if "Ctrl-C stops it" in line:
                there.set()
        there.set()

    threading.Thread(target=listen, daemon=True, name="demo's log").start()
    if not there.wait(START_SECONDS) or demo.poll() is not None:
        _end(demo, folder)
        pytest.fail("forum demo did not start:\n" + "".join(lines[-20:]))
    base = f"http://127.0.0.1:{port}"
    for _ in range(100):
        with socket.socket() as knock:
            knock.settimeout(1)
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return demo, base, folder
        there.clear()
        there.wait(0.1)
    _end(demo, folder)
    pytest.fail("forum demo does not listen")


def _end(demo: subprocess.Popen[str], folder: str) -> None:
    if demo.poll() is None:
        demo.send_signal(signal.SIGINT)
        try:
            demo.wait(timeout=20)
        except subprocess.TimeoutExpired:
            demo.kill()
            demo.wait()
    if demo.stderr is not None:
        demo.stderr.close()
    shutil.rmtree(folder, ignore_errors=True)


# What the conftest of each folder of browser tests imports.


@pytest.fixture(scope="session")
def stage() -> Stage:
    chromium()
    return _demo()[0]


@pytest.fixture(scope="session")
def empty_stage() -> Stage:
    """Without the demonstration, for tests that bring sites of their own."""
    return Stage(_theatre().playwright, _theatre().browser, "http://127.0.0.1")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Call a test that asks for a stage in the browser's thread."""
    if not {"stage", "empty_stage"} & set(pyfuncitem.fixturenames):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    _theatre().hands.submit(pyfuncitem.obj, **arguments).result()
    return True


def in_the_stage(deed: Callable[[Stage], None]) -> None:
    """For a script: do it with the stage, in its thread."""
    stage = _demo()[0]
    _theatre().hands.submit(deed, stage).result()


def leave() -> None:
    """End the browser and the demonstration, if they ever began."""
    if _theatre.cache_info().currsize:
        _theatre().close()
        _theatre.cache_clear()
    if _demo.cache_info().currsize:
        _demo()[1]()
        _demo.cache_clear()


def pytest_sessionfinish() -> None:
    leave()
