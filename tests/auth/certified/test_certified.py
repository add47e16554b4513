"""Sign-in and sign-out against panva's certified oidc-provider, every step over real sockets."""

import json
from time import monotonic

import httpx2
import pytest

from tests.auth.certified.conftest import Forum
from tests.auth.certified.provider import Certified
from tests.live.reader import Reader

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

MINE = "SELECT s.* FROM sessions s JOIN members m ON m.id = s.member_id WHERE m.username = $1"
ENDED = "SELECT after::text FROM audit_entries WHERE action = 'session.ended' ORDER BY id"


async def sign_in(browser: httpx2.AsyncClient, who: str, next_: str = "/groups") -> httpx2.Response:
    return await browser.post("/sign-in/op", data={"login_hint": who, "next": next_})


def asked_somebody(answer: httpx2.Response) -> bool:
    """Whether the provider asked who it is, rather than knowing already."""
    return any("/interaction/" in str(each.url) for each in answer.history)


async def username(browser: httpx2.AsyncClient) -> str | None:
    answer = await browser.get("/api/v1/me")
    return answer.json().get("username")


async def test_sign_in(forum: Forum, op: Certified) -> None:
    browser = forum.browser()
    answer = await sign_in(browser, "nia")
    assert (answer.status_code, str(answer.url)) == (200, forum.base + "/groups")
    assert asked_somebody(answer)
    assert await username(browser) == "nia"
    (session,) = await forum.raw.fetch(MINE, "nia")
    assert (session["issuer"], session["subject"]) == (op.issuer, "nia")
    assert session["sid"] and session["id_token"]
    name = "SELECT display_name FROM members WHERE username = 'nia'"
    assert await forum.raw.fetchval(name) == "nia of the course", "which only the userinfo endpoint says"


async def test_two_tabs(forum: Forum, op: Certified) -> None:
    browser = forum.browser()
    tabs = {}
    for path in ("/groups", "/latest"):
        tab = await browser.post("/sign-in/op", data={"next": path}, follow_redirects=False)
        tabs[path] = tab.headers["location"]
    for path in ("/latest", "/groups"):
        answer = await browser.get(tabs[path])
        assert (answer.status_code, str(answer.url)) == (200, forum.base + path)
    assert await username(browser) == "nia"
    assert len(await forum.raw.fetch(MINE, "nia")) == 1


async def test_signing_out_here_signs_out_there_and_signs_nobody_in_again(forum: Forum, op: Certified) -> None:
    browser = forum.browser()
    await sign_in(browser, "nia")
    page = await browser.post("/sign-out")
    assert str(page.url).startswith(op.issuer + "/session/end?")
    assert await username(browser) is None, "here first, whatever is answered there"
    answer = await op.confirm_leaving(browser, page)
    assert (answer.status_code, str(answer.url).partition("?")[0]) == (200, forum.base + "/signed-out")
    assert await username(browser) is None
    assert asked_somebody(await sign_in(browser, "cora"))
    assert await username(browser) == "cora"


async def test_leaving_there_ends_the_session_here_and_its_stream(
    forum: Forum, op: Certified, ports: tuple[int, int]
) -> None:
    leaves, stays, another = (forum.browser() for _ in range(3))
    for browser, who in ((leaves, "nia"), (stays, "nia"), (another, "cora")):
        await sign_in(browser, who)
    assert len(await forum.raw.fetch(MINE, "nia")) == 2
    async with (
        Reader(ports[0], session=leaves.cookies["plenary"]) as ending,
        Reader(ports[0], session=stays.cookies["plenary"]) as going_on,
    ):
        await ending.until_begun()
        await going_on.until_begun()
        page = await leaves.get(op.issuer + "/session/end")
        began = monotonic()
        await op.confirm_leaving(leaves, page)
        assert await username(leaves) is None
        await ending.until(lambda reader: reader.ended, 6)
        assert monotonic() - began <= 5.0
        assert [event.data for event in ending.of("gone")] == [{"reason": "signed_out"}]
        assert not going_on.ended
    assert [await username(browser) for browser in (stays, another)] == ["nia", "cora"]
    reasons = [json.loads(row[0]) for row in await forum.raw.fetch(ENDED)]
    assert reasons == [{"reason": "provider_logout", "provider": "op"}]


async def test_changed_keys_hold_nobody_up(forum: Forum, op: Certified) -> None:
    await sign_in(forum.browser(), "nia")
    await op.change_keys()
    began = monotonic()
    browser = forum.browser()
    await sign_in(browser, "nia")
    assert monotonic() - began <= 2.0
    assert await username(browser) == "nia"
    # A logout token under yet another key.
    forum.ten_seconds_later()
    await op.change_keys()
    await op.confirm_leaving(browser, await browser.get(op.issuer + "/session/end"))
    assert await username(browser) is None


async def test_a_provider_that_began_anew_holds_nobody_up(forum: Forum, op: Certified) -> None:
    browser = forum.browser()
    await sign_in(browser, "nia")
    op.__exit__()
    op.__enter__()
    assert await username(browser) == "nia"
    began = monotonic()
    answer = await sign_in(browser, "cora")
    assert monotonic() - began <= 2.0
    assert asked_somebody(answer)
    assert await username(browser) == "cora"


async def test_proving_it_once_more(forum: Forum, op: Certified) -> None:
    browser = forum.browser()
    await sign_in(browser, "nia")
    await forum.raw.execute("UPDATE members SET staff = 'admin' WHERE username = 'nia'")
    await forum.raw.execute("UPDATE sessions SET auth_time = 1")
    answer = await browser.get("/admin")
    assert "/sign-in/again" in str(answer.url)
    again = await browser.post("/sign-in/again/op", data={"next": "/admin"})
    assert (again.status_code, str(again.url)) == (200, forum.base + "/admin")
    assert asked_somebody(again), "though it knew them"
    (session,) = await forum.raw.fetch(MINE, "nia")
    assert session["acr"] == "urn:mfa"


@pytest.mark.parametrize("silent", [True])
async def test_whoever_is_known_there_is_let_in_without_a_page(forum: Forum, op: Certified) -> None:
    browser, stranger = forum.browser(), forum.browser()
    await sign_in(browser, "nia")
    for cookie in ("plenary", "plenary-asked"):
        browser.cookies.pop(cookie, None)
    answer = await browser.get("/groups")
    assert (answer.status_code, str(answer.url)) == (200, forum.base + "/groups")
    assert answer.history and not asked_somebody(answer)
    assert await username(browser) == "nia"
    for asked in (True, False):
        answer = await stranger.get("/groups")
        assert (answer.status_code, str(answer.url)) == (200, forum.base + "/groups")
        assert bool(answer.history) is asked, "once in a while"
    assert await username(stranger) is None
