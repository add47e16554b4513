"""Sessions: what is kept, how long they last, who may end them (S-25 to S-27)."""

from datetime import timedelta

import pytest

from auth.sessions import commands, queries
from auth.sessions.cookies import cookies_for, digest
from auth.sessions.sealing import Seal
from config.settings import Secret
from tests.auth.op import LyingProvider, sign_in
from tests.auth.site import Site

pytestmark = pytest.mark.anyio

IDLE = timedelta(days=14)


async def test_only_a_hash_of_the_token_and_a_sealed_id_token_are_kept(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        await sign_in(browser, op)
        token = browser.cookies["plenary"]
    row = await site.raw.fetchrow("SELECT * FROM sessions")
    assert row is not None and row["token_hash"] == digest(token)
    assert token not in repr(dict(row)) and b"eyJ" not in row["id_token"]
    opened = site.doors._seal.open(row["id_token"])
    assert opened is not None and opened.startswith("eyJ")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sessions SET expires_at = now()",
        "UPDATE sessions SET last_seen_at = now() - interval '14 days 1 second'",
        "UPDATE members SET status = 'suspended'",
        "UPDATE members SET status = 'suspended', suspended_until = now() + interval '1 day'",
        "UPDATE members SET status = 'deactivated'",
        "UPDATE members SET staff = 'admin'; UPDATE sessions SET created_at = now() - interval '12 hours'",
        "DELETE FROM sessions",
        "UPDATE sessions SET issuer = 'https://demo.plenary.invalid'",
    ],
)
async def test_a_session_that_is_over_makes_a_visitor(site: Site, op: LyingProvider, change: str) -> None:
    async with site.browser() as browser:
        await sign_in(browser, op)
        await site.raw.execute(change)
        assert (await browser.get("/me")).json()["member"] is None


async def test_how_long_a_session_lasts(site: Site, op: LyingProvider) -> None:
    length = "SELECT round(extract(epoch FROM expires_at - created_at) / 3600) FROM sessions"
    async with site.browser() as browser:
        await sign_in(browser, op)
        assert await site.raw.fetchval(length) == 90 * 24
        await site.raw.execute("UPDATE members SET status = 'active', staff = 'admin'")
        await sign_in(browser, op)
        assert await site.raw.fetchval(length) == 12


async def test_last_seen_is_written_at_most_once_a_minute(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        await sign_in(browser, op)
        for seconds, moved in ((30, False), (61, True)):
            await site.raw.execute("UPDATE sessions SET last_seen_at = now() - make_interval(secs => $1)", seconds)
            await browser.get("/me")
            fresh = await site.raw.fetchval("SELECT last_seen_at = now() FROM sessions")
            assert fresh is moved


async def test_a_member_lists_and_ends_their_own(site: Site, op: LyingProvider) -> None:
    async with site.browser() as one, site.browser() as two, site.browser() as other:
        await sign_in(one, op)
        await sign_in(two, op)
        op.claims["sub"] = "somebody else"
        await sign_in(other, op)
        me, stranger = (await one.get("/me")).json(), (await other.get("/me")).json()
        listed = await queries.of_member(me["member"], idle=IDLE)
        assert len(listed) == 2 and listed[0].user_agent == "Tests/1"
        assert not await commands.end_mine(me["member"], stranger["session"])
        assert len(await commands.end_others(me["member"], me["session"])) == 1
        assert (await two.get("/me")).json()["member"] is None
        assert (await one.get("/me")).json()["session"] == me["session"]
        assert await commands.end_mine(me["member"], me["session"])
        assert (await other.get("/me")).json()["member"] == stranger["member"]


async def test_a_visitor_gets_no_cookie_and_no_row(site: Site) -> None:
    async with site.browser() as browser:
        answer = await browser.get("/me")
    assert "set-cookie" not in answer.headers
    assert await site.raw.fetchval("SELECT count(*) FROM sessions") == 0


@pytest.mark.parametrize("value", ["", "x", "a" * 43, "a" * 44, "\x7f" * 43])
async def test_a_made_up_cookie_is_a_visitor(site: Site, value: str) -> None:
    async with site.browser(headers={"Cookie": f"other=1; plenary={value}; x"}) as browser:
        answer = await browser.get("/me")
    assert (answer.status_code, answer.json()["member"]) == (200, None)


async def test_health_is_asked_of_nobody(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        await sign_in(browser, op)
        assert (await browser.get("/livez")).json()["member"] is None
        assert (await browser.get("/livez", headers={"Authorization": "Bearer metrics"})).status_code == 200


def test_cookies_over_https_are_host_only() -> None:
    from starlette.responses import Response

    response = Response()
    cookies_for("https://forum.example", session_days=90, sign_in_seconds=600).session.set(response, "t")
    said = response.headers["set-cookie"]
    assert said.startswith("__Host-plenary=t;") and "Domain" not in said
    for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert part in said


@pytest.mark.parametrize("base_url", ["http://forum.example", "http://10.0.0.5:8000", "http://localhost.evil.example"])
def test_plain_http_is_for_this_machine_only(base_url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        cookies_for(base_url, session_days=90, sign_in_seconds=600)


def test_a_sealed_text_opens_only_under_the_same_secret() -> None:
    one, two = (Seal(Secret(letter * 32)) for letter in "ab")
    sealed = one.close("text")
    assert one.open(sealed) == "text"
    assert two.open(sealed) is None and one.open(b"junk") is None and one.open(None) is None
