"""Two forums on real sockets, one of which lets people in by the other's word."""

import asyncio
import html
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import uvicorn

from auth.demo.provider import DemoProvider
from config.settings import DConnectClientSettings, DConnectSettings, SearchSettings, Secret, Settings, SiteSettings
from forum.app import Site, render_for_auth
from forum.kit.transaction import connection
from tests.auth.faces import FACES

pytestmark = pytest.mark.anyio

SECRET = Secret("the secret of the two of them")
KEY = Secret("a secret of the tests, 32 letters long")


class Server(uvicorn.Server):
    """Signals are the test run's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(site: Site, listening: socket.socket) -> AsyncIterator[None]:
    server = Server(uvicorn.Config(site.app, log_level="warning", access_log=False, lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


def listening() -> tuple[socket.socket, int]:
    """It can be connected to from now on; whoever comes waits for the server."""
    opened = socket.create_server(("127.0.0.1", 0))
    return opened, opened.getsockname()[1]


@pytest.fixture
async def forums(committed_url: str, tmp_path: Path) -> AsyncIterator[tuple[str, str]]:
    """The addresses of the one that vouches (with the demo's faces) and of the one that asks."""
    settings = Settings(search=SearchSettings(folder=str(tmp_path)))
    (theirs, port), (ours, other) = listening(), listening()
    hub, club = f"http://127.0.0.1:{port}", f"http://localhost:{other}"
    client = DConnectClientSettings(name="club", return_to=club + "/auth/dconnect", secret=SECRET)
    asked = DConnectSettings(
        name="hub", label="The hub", url=hub + "/session/sso_provider", secret=SECRET, new_members="active"
    )
    # Nobody listens there: only whoever presses its button will notice.
    away = replace(asked, name="away", url="http://127.0.0.1:9/sso")
    vouching = replace(
        settings,
        site=SiteSettings(base_url=hub, secret_key=KEY),
        auth=replace(settings.auth, dconnect_clients=(client,)),
    )
    asking = replace(
        settings,
        site=SiteSettings(base_url=club, secret_key=KEY),
        auth=replace(settings.auth, dconnect=(asked, away)),
    )
    demo = DemoProvider(FACES, base_url=hub, render=render_for_auth)
    one, two = Site(vouching, demo=demo), Site(asking)
    async with one.running(committed_url), two.client, serving(one, theirs), serving(two, ours):
        yield hub, club


def button(page: httpx2.Response, action: str, choice: str = "") -> dict[str, str]:
    """The hidden fields of the form with this action (and this choice)."""
    for form in re.findall(r"<form[^>]*>.*?</form>", page.text, re.S):
        fields = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}
        if f'action="{action}"' in form and choice in ("", fields.get("login_hint")):
            return fields
    raise AssertionError(f"no button for {action} on {page.url}")


async def press(browser: httpx2.AsyncClient, page: httpx2.Response, action: str, choice: str = "") -> httpx2.Response:
    origin = f"{page.url.scheme}://{page.url.netloc.decode()}"
    return await browser.post(
        origin + action, data=button(page, action, choice), headers={"Origin": origin}, follow_redirects=True
    )


async def test_signing_in_across_two_forums(forums: tuple[str, str]) -> None:
    hub, club = forums
    async with httpx2.AsyncClient(follow_redirects=True) as browser:
        await press(browser, await browser.get(hub + "/sign-in"), "/sign-in/demo", "alumna")
        await browser.post(hub + "/sign-out", headers={"Origin": hub})
        async with connection() as raw:
            # The two share a database here, and no address may be in it twice.
            await raw.execute("UPDATE members SET email = NULL, email_verified = false WHERE username = 'amina'")
        page = await browser.get(club + "/sign-in?next=/groups")
        assert hub in page.headers["content-security-policy"]
        at_hub = await press(browser, page, "/sign-in/dconnect/hub")
        assert str(at_hub.url).startswith(hub + "/sign-in?next=")
        assert club in at_hub.headers["content-security-policy"]
        landed = await press(browser, at_hub, "/sign-in/demo", "alumna")
        assert (landed.status_code, str(landed.url)) == (200, club + "/groups"), landed.text
        paths = [step.url.path for step in landed.history]
        assert paths[-2:] == ["/session/sso_provider", "/auth/dconnect/hub"]
        assert "Amina Diallo" in (await browser.get(club + "/me")).text
        async with connection() as raw:
            row = await raw.fetchrow(
                "SELECT there.id::text AS external, i.subject, here.id <> there.id AS apart, here.display_name"
                " FROM identities i JOIN members here ON here.id = i.member_id"
                " JOIN members there ON there.id = i.subject::bigint WHERE i.issuer = 'dconnect:hub'"
            )
            kinds = await raw.fetch("SELECT kind FROM sessions WHERE issuer = 'dconnect:hub'")
        assert row is not None and (row["external"], row["apart"]) == (row["subject"], True)
        assert [one["kind"] for one in kinds] == ["dconnect"]
        # Leaving here leaves the other one alone; coming back then is one click.
        await browser.post(club + "/sign-out", headers={"Origin": club})
        assert "Amina Diallo" not in (await browser.get(club + "/")).text
        again = await press(browser, await browser.get(club + "/sign-in"), "/sign-in/dconnect/hub")
        assert str(again.url) == club + "/"
        assert "Amina Diallo" in (await browser.get(club + "/me")).text


async def test_a_site_that_is_away_affects_its_button_only(forums: tuple[str, str]) -> None:
    _hub, club = forums
    async with httpx2.AsyncClient() as browser:
        page = await browser.get(club + "/sign-in")
        assert page.status_code == 200 and "/sign-in/dconnect/hub" in page.text
        answer = await browser.post(club + "/sign-in/dconnect/away", headers={"Origin": club})
        assert answer.status_code == 303 and set(parse_qs(urlsplit(answer.headers["location"]).query)) == {"sso", "sig"}
        with pytest.raises(httpx2.ConnectError):
            await browser.get(answer.headers["location"])
        assert (await browser.get(club + "/")).status_code == 200
