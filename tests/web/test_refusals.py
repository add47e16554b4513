"""Refusals as pages: the right way on, and nothing told that should not be."""

import re
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from forum.app import Site
from forum.web.messages import explain, explain_field
from forum.web.refusals import TEXTS
from tests.cast import Cast
from tests.support.clients import Client

pytestmark = pytest.mark.anyio
Clients = Callable[..., Client]


async def test_a_visitor_is_shown_the_door_and_comes_back(client: Clients) -> None:
    answer = await client("stranger", browser=True).get("/me/drafts?x=1&y=2")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/me/drafts%3Fx%3D1%26y%3D2"


async def test_nothing_here_offers_visitors_to_sign_in(client: Clients, cast: Cast) -> None:
    for path in (f"/t/{cast.threads['hidden']}", f"/g/{cast.group('hidden')}", "/t/999999999999999999999", "/x"):
        answer = await client("stranger", browser=True).get(path)
        assert answer.status_code == 404
        assert 'href="/sign-in?next=' in answer.text
        assert "hidden group" not in answer.text


async def test_a_refusal_says_why_and_where_to_go(client: Clients, cast: Cast) -> None:
    answer = await client("cem", browser=True).get(f"/t/{cast.threads['closed']}")
    assert answer.status_code == 403
    assert "Only members of this group can read it" in answer.text
    assert "Thread in the closed" not in answer.text


async def test_queries_are_checked(client: Clients) -> None:
    reader = client("stranger", browser=True)
    for path in (
        "/latest?before=x",
        "/latest?before=1&before=2",
        "/latest?before=99999999999999999999",
        "/search?q=%00",
    ):
        assert (await reader.get(path)).status_code == 422, path


async def test_what_members_write_is_never_markup(client: Clients, cast: Cast) -> None:
    ben = client("ben", browser=True)
    nasty = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    sent = await ben.post(f"/g/{cast.group('public')}/new", data={"title": nasty, "body": nasty})
    assert sent.status_code == 303
    for path in (sent.headers["location"], "/latest", f"/g/{cast.group('public')}"):
        shown = await ben.get(path, follow_redirects=True)
        assert "<img src=x" not in shown.text and "<script>alert" not in shown.text


def test_unknown_codes_have_words_too() -> None:
    assert explain("no_such_code") == explain("refused")
    assert explain_field("no_such_code") == explain_field("not_valid")


@pytest.mark.parametrize(
    ("error", "status"), [(asyncpg.ConnectionDoesNotExistError("gone"), 503), (RuntimeError("a bug"), 500)], ids=repr
)
async def test_trouble_behind_a_door_of_sign_in_is_a_page(
    site: Site, client: Clients, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    async def note(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(site.directory, "note", note)
    answer = await client("stranger", browser=True).get("/auth/callback/nobody?code=c&state=s")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html") and "<h1" in answer.text
    assert "a bug" not in answer.text and answer.headers["cache-control"] == "no-store"


def test_every_field_for_long_texts_is_shown_again() -> None:
    """A form with a new name for one would lose it where it is refused."""
    templates = [path.read_text() for path in Path("forum").glob("*/templates/**/*.html")]
    named = {name for text in templates for name in re.findall(r'(?:area\("|<textarea [^>]*name=")(\w+)"', text)}
    assert {"body", "reason"} <= named <= set(TEXTS)
