"""Every page: it answers, its structure is sound, its words are marked, its weight is small."""

from collections.abc import Callable
from itertools import pairwise

import brotli
import httpx2
import pytest

from forum.app import Site
from forum.web.static import FOLDER
from tests.cast import Cast
from tests.support.clients import BASE, Client, client_of, counting
from tests.web.pages import Page, Speaking, addresses, unmarked

pytestmark = pytest.mark.anyio
Clients = Callable[..., Client]


async def test_every_page_answers_and_is_well_built(client: Clients, cast: Cast) -> None:
    for name, paths in addresses(cast).items():
        for path in paths:
            response = await client(name, browser=True).get(path)
            assert response.status_code == 200, (name, path, response.text[-800:])
            page = Page(response.text)
            levels = page.headings()
            assert levels[0] == 1, path
            assert levels.count(1) == 1, path
            assert all(b <= a + 1 for a, b in pairwise(levels)), (path, levels)
            assert len(page.ids()) == len(set(page.ids())), (path, page.ids())
            assert not [attrs for _, attrs in page.tags if any(n == "style" or n[:2] == "on" for n in attrs)]
            _fields_are_named(page, path)


def _fields_are_named(page: Page, path: str) -> None:
    labels = {attrs.get("for") for tag, attrs in page.tags if tag == "label"}
    for tag, attrs in page.tags:
        if tag in ("input", "select", "textarea") and attrs.get("type") not in ("hidden", "checkbox", "radio"):
            assert attrs.get("id") in labels or "aria-label" in attrs, (path, attrs)


async def test_no_text_of_the_interface_is_left_unmarked(site: Site, cast: Cast) -> None:
    for name, paths in addresses(cast).items():
        speaking = client_of(site, name, browser=True)
        transport = httpx2.ASGITransport(app=Speaking(site.app, "en-XA"), client=("127.0.0.1", 4000))
        async with Client(transport=transport, base_url=BASE, headers=speaking.headers) as reader:
            for path in [*paths, "/nothing/at/all"]:
                shown = await reader.get(path)
                assert unmarked(Page(shown.text)) == [], path


async def test_the_mirrored_interface_runs_from_right_to_left(site: Site) -> None:
    transport = httpx2.ASGITransport(app=Speaking(site.app, "ar-XB"), client=("127.0.0.1", 4000))
    async with Client(transport=transport, base_url=BASE) as reader:
        shown = (await reader.get("/groups")).text
    assert '<html lang="ar-XB" dir="rtl"' in shown


async def test_a_page_asks_once_for_the_actor_and_once_for_itself(client: Clients, cast: Cast) -> None:
    paths = (f"/t/{cast.threads['public']}/thread", "/", "/latest", "/groups")
    for name in ("stranger", "ben"):
        for path in paths:
            statements: list[str] = []
            reader = client(name, browser=True)
            with counting(statements):
                assert (await reader.get(path)).status_code == 200
            assert len(statements) == 2, (name, path, statements)


async def test_visitors_get_no_script(client: Clients) -> None:
    assert "<script" not in (await client("stranger", browser=True).get("/")).text
    assert "<script" in (await client("ben", browser=True).get("/")).text


def test_the_two_files_are_small() -> None:
    assert len(brotli.compress((FOLDER / "forum.css").read_bytes(), quality=11)) <= 7_000
    assert len(brotli.compress((FOLDER / "forum.js").read_bytes(), quality=11)) <= 10_000


def test_the_style_sheet_knows_no_left_and_right() -> None:
    style = (FOLDER / "forum.css").read_text()
    for physical in ("margin-left", "margin-right", "padding-left", "padding-right", "text-align:left", "float:"):
        assert physical not in style


async def test_answers_are_compressed_as_the_reader_likes_it(client: Clients) -> None:
    reader = client("stranger", browser=True)
    for asked, coding in (("br, gzip", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", None)):
        response = await reader.get("/about", headers={"Accept-Encoding": asked})
        assert response.headers.get("content-encoding") == coding
        assert "accept-encoding" in response.headers["vary"].lower()
        assert "community of practice" in response.text
    assert (await reader.get("/groups")).headers["x-request-id"]


async def test_every_answer_forbids_what_it_does_not_need(client: Clients) -> None:
    for path in ("/", "/nothing", "/api/v1/groups", "/livez"):
        headers = (await client("stranger", browser=True).get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert "max-age" in headers["strict-transport-security"]
        assert headers["referrer-policy"]


async def test_static_files_live_for_ever_under_names_that_change(client: Clients) -> None:
    reader = client("stranger", browser=True)
    page = Page((await reader.get("/")).text)
    sheet = next(attrs["href"] for tag, attrs in page.tags if attrs.get("rel") == "stylesheet")
    response = await reader.get(sheet, headers={"Accept-Encoding": "br"})
    assert response.status_code == 200
    assert "immutable" in response.headers["cache-control"]
    assert response.headers["content-encoding"] == "br"
    assert (await reader.get("/static/forum.000000000000.css")).status_code == 404
