"""Another site asks who somebody is, and is told no more than it may know."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from auth.actor import Actor, Status
from auth.dconnect.clients import covers
from auth.dconnect.vouching import PATH, _refusal
from auth.dconnect.wire import pack, sign, unpack
from auth.oidc.target import LONGEST
from auth.sessions.cookies import digest
from config.settings import Secret
from tests.auth.dconnect.conftest import WIKI_SECRET
from tests.auth.op import LyingProvider, sign_in
from tests.auth.site import Site, last_refusal

pytestmark = pytest.mark.anyio

WIKI = "https://wiki.example.test/sso"
CLIENT = "dconnect-client:wiki"


@pytest.fixture
async def browser(site: Site, op: LyingProvider) -> AsyncIterator[httpx2.AsyncClient]:
    """Nia's, signed in."""
    async with site.browser() as browser:
        await sign_in(browser, op)
        yield browser


def request(nonce: str = "n-1", return_to: str = WIKI, secret: Secret = WIKI_SECRET, **said: Any) -> dict[str, str]:
    return pack({"nonce": nonce, "return_sso_url": return_to, **said}, secret)


def told(answer: httpx2.Response, at: str = WIKI) -> dict[str, str]:
    assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store"), answer.text
    address, _, query = answer.headers["location"].partition("?")
    assert address == at
    brought = {name: values[0] for name, values in parse_qs(query).items()}
    return unpack(brought["sso"], brought["sig"], WIKI_SECRET)


async def refused(
    site: Site, answer: httpx2.Response, reason: str, status: int = 400, *, known: bool = False
) -> None:
    assert (answer.status_code, answer.json()["template"]) == (status, "not_vouched.html"), answer.text
    assert answer.json()["reason"] == reason and "location" not in answer.headers
    assert await last_refusal(site.raw) == {"reason": reason, **({"provider": CLIENT} if known else {})}


async def test_a_member_is_vouched_for(site: Site, browser: httpx2.AsyncClient) -> None:
    me = (await browser.get("/me")).json()
    said = told(await browser.get(PATH, params=request()))
    assert said == {
        "nonce": "n-1",
        "external_id": str(me["member"]),
        "username": "nia",
        "name": "Nia Mensah",
        "admin": "false",
        "moderator": "false",
        "groups": "",
    }
    row = await site.raw.fetchrow("SELECT actor_id, after FROM audit_entries WHERE action = 'session.vouched'")
    assert row is not None and (row["actor_id"], json.loads(row["after"])) == (me["member"], {"provider": CLIENT})


@pytest.mark.parametrize(
    ("staff", "said"), [("admin", ("true", "true")), ("moderator", ("false", "true"))], ids=["admin", "moderator"]
)
async def test_staff_is_said(site: Site, browser: httpx2.AsyncClient, staff: str, said: tuple[str, str]) -> None:
    await site.raw.execute("UPDATE members SET staff = $1", staff)
    answer = told(await browser.get(PATH, params=request()))
    assert (answer["admin"], answer["moderator"]) == said


@pytest.mark.parametrize("verified", [True, False])
async def test_only_a_verified_address_is_told(site: Site, browser: httpx2.AsyncClient, verified: bool) -> None:
    await site.raw.execute("UPDATE members SET email = 'nia@example.test', email_verified = $1", verified)
    said = told(await browser.get(PATH, params=request()))
    assert said.get("email") == ("nia@example.test" if verified else None)


async def test_only_the_groups_it_may_know_are_told(site: Site, browser: httpx2.AsyncClient) -> None:
    member = (await browser.get("/me")).json()["member"]
    for slug, role in (("alumni", "member"), ("py-101", "reader"), ("secret", "member")):
        group = await site.raw.fetchval(
            "INSERT INTO groups (slug, title, theme, purpose, visibility, policy)"
            " VALUES ($1, $1, 'x', 'x', 'hidden', 'invitation') RETURNING id",
            slug,
        )
        await site.raw.execute(
            "INSERT INTO memberships (group_id, member_id, role) VALUES ($1, $2, $3)", group, member, role
        )
    assert told(await browser.get(PATH, params=request()))["groups"] == "alumni"
    await site.raw.execute(
        "INSERT INTO bans (group_id, member_id, banned_by_id, reason)"
        " SELECT id, $1, $1, '' FROM groups WHERE slug = 'alumni'",
        member,
    )
    assert told(await browser.get(PATH, params=request("n-2")))["groups"] == ""


async def test_a_visitor_signs_in_first_and_comes_back_here(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        answer = await browser.get(PATH, params=request())
        place = urlsplit(answer.headers["location"])
        assert place.path == "/sign-in"
        shown = (await browser.get(answer.headers["location"])).json()
        back = await sign_in(browser, op, next=shown["next"])
        assert back.headers["location"].startswith(PATH + "?")
        assert told(await browser.get(back.headers["location"]))["username"] == "nia"
    assert "https://wiki.example.test" in site.doors.form_targets()


async def test_a_visitor_is_not_asked_where_that_was_not_wished(site: Site) -> None:
    async with site.browser() as browser:
        said = told(await browser.get(PATH, params=request(prompt="none")))
    assert said == {"nonce": "n-1", "failed": "true", "prompt": "none"}


@pytest.mark.parametrize("address", [WIKI + "/back", WIKI + "?a=b", WIKI + "/x?a=1&b=2"])
async def test_the_answer_goes_to_the_address_and_what_lies_below(browser: httpx2.AsyncClient, address: str) -> None:
    answer = await browser.get(PATH, params=request(return_to=address))
    location = answer.headers["location"]
    assert location.startswith(address + ("&sso=" if "?" in address else "?sso="))


FOREIGN = [
    "https://evil.example.test/sso",
    "http://wiki.example.test/sso",
    "https://wiki.example.test:444/sso",
    "https://wiki.example.test.evil.test/sso",
    "https://wiki.example.test@evil.test/sso",
    "https://wiki.example.test\\@evil.test/sso",
    "https://evil.test\\.wiki.example.test/sso",
    "https://evil.test#@wiki.example.test/sso",
    "https://wiki.example.test/ssoevil",
    "https://wiki.example.test/",
    "https://wiki.example.test/sso/../open?to=evil",
    "https://wiki.example.test/sso/%2e%2e/open",
    "https://wiki.example.test/sso/..%2Fopen",
    "https://wiki.example.test/sso//evil.test",
    "https://wiki.example.test/sso\r\nLocation: https://evil.test",
    "https://wıki.example.test/sso",
    "https://wiki.example.test:x/sso",
    "https://[wiki.example.test/sso",
    "//wiki.example.test/sso",
    "/sso",
    "javascript:alert(1)//wiki.example.test/sso",
    "",
]


@pytest.mark.parametrize("address", FOREIGN)
async def test_nobody_is_sent_to_a_foreign_address(site: Site, browser: httpx2.AsyncClient, address: str) -> None:
    for more in ({}, {"logout": True}, {"prompt": "none"}):
        answer = await browser.get(PATH, params=request(return_to=address, **more))
        await refused(site, answer, "foreign_return")


@given(st.text(max_size=60), st.sampled_from(["https://wiki.example.test", WIKI, "https://wiki.example.test/sso/"]))
def test_an_address_that_is_covered_begins_with_what_covers_it(rest: str, return_to: str) -> None:
    if covers(return_to, return_to + rest):
        assert urlsplit(return_to + rest).netloc == "wiki.example.test"
        assert not rest or rest[0] in "/?" or return_to.endswith("/")
    assert covers(return_to, return_to)
    assert not covers(return_to, rest)


async def test_nobody_is_told_to_whom_the_secret_is_unknown(site: Site, browser: httpx2.AsyncClient) -> None:
    good = request()
    for forged in (
        request(secret=Secret("a secret that nobody gave us")),
        {**good, "sig": ""},
        {**good, "sig": "é" * 64},
        {**good, "sso": good["sso"] + "A"},
        {"sso": good["sso"]},
        {},
    ):
        await refused(site, await browser.get(PATH, params=forged), "bad_signature")


async def test_signed_and_wrong(site: Site, browser: httpx2.AsyncClient) -> None:
    for text, reason in (("YT1i", "no_nonce"), ("***", "bad_base64"), ("bm9uY2U9YSZub25jZT1i", "duplicate_field")):
        answer = await browser.get(PATH, params={"sso": text, "sig": sign(text, WIKI_SECRET)})
        await refused(site, answer, reason)
    await refused(site, await browser.get(f"{PATH}?{urlencode(request())}&sso=x"), "malformed")
    for length in (LONGEST, 20_000):
        await refused(site, await browser.get(PATH, params=request("n" * length)), "oversize", 413)


async def test_a_request_is_answered_to_one_browser(site: Site, browser: httpx2.AsyncClient, op: LyingProvider) -> None:
    told(await browser.get(PATH, params=request()))
    told(await browser.get(PATH, params=request()))
    async with site.browser() as other:
        await sign_in(other, op)
        await refused(site, await other.get(PATH, params=request()), "replayed", known=True)
    await site.raw.execute("UPDATE login_transactions SET expires_at = now() - interval '1 second'")
    await refused(site, await browser.get(PATH, params=request()), "replayed", known=True)


async def test_who_waits_for_approval_is_not_vouched_for(site: Site, browser: httpx2.AsyncClient) -> None:
    await site.raw.execute("UPDATE members SET status = 'pending'")
    await refused(site, await browser.get(PATH, params=request()), "pending", 403, known=True)


@pytest.mark.parametrize("status", ["suspended", "deactivated"])
async def test_who_is_shut_out_is_nobody(site: Site, browser: httpx2.AsyncClient, status: str) -> None:
    await site.raw.execute("UPDATE members SET status = $1", status)
    answer = await browser.get(PATH, params=request())
    assert answer.headers["location"].startswith("/sign-in?next=")


async def test_a_token_is_no_sign_in(site: Site, browser: httpx2.AsyncClient) -> None:
    member = (await browser.get("/me")).json()["member"]
    token = "plenary_pat_" + "a" * 8 + "_" + "b" * 64
    await site.raw.execute(
        "INSERT INTO api_tokens (member_id, name, prefix, token_hash, scopes, expires_at)"
        " VALUES ($1, 'x', 'aaaaaaaa', $2, '{read,post,staff}', now() + interval '1 day')",
        member,
        digest(token),
    )
    async with site.browser(headers={"Authorization": f"Bearer {token}"}) as program:
        assert (await program.get("/me")).json()["member"] == member
        await refused(site, await program.get(PATH, params=request()), "no_session", 403, known=True)


async def test_sign_out_there_is_sign_out_here(site: Site, browser: httpx2.AsyncClient) -> None:
    member = (await browser.get("/me")).json()["member"]
    answer = await browser.get(PATH, params=request(logout=True))
    assert (answer.status_code, answer.headers["location"]) == (303, WIKI)
    assert (await browser.get("/me")).json()["member"] is None
    assert await site.raw.fetchval("SELECT count(*) FROM sessions") == 0
    row = await site.raw.fetchrow("SELECT actor_id, after FROM audit_entries WHERE action = 'session.ended'")
    assert row is not None and row["actor_id"] == member
    assert json.loads(row["after"]) == {"reason": "signed_out", "provider": CLIENT}
    # And whoever is signed out already is sent back just the same.
    assert (await browser.get(PATH, params=request("n-2", logout=True))).headers["location"] == WIKI


async def test_a_link_that_signs_out_is_good_once(site: Site, browser: httpx2.AsyncClient, op: LyingProvider) -> None:
    link = request(logout=True)
    await browser.get(PATH, params=link)
    await sign_in(browser, op)
    await refused(site, await browser.get(PATH, params=link), "replayed", known=True)
    assert (await browser.get("/me")).json()["member"] is not None


def test_nobody_signs_in_elsewhere_with_another_persons_view() -> None:
    actor = Actor(member_id=1, status=Status.ACTIVE, viewer_id=2)
    assert _refusal(Request({"type": "http", "state": {"session": object()}}), actor) == "viewing"
