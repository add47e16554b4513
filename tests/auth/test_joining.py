"""Linking by e-mail is a question, never an answer: who meets a taken address proves the other account first."""

import json
from datetime import timedelta

import pytest

from forum.schedule import prune_sign_ins
from tests.auth.op import ISSUER, SECOND, LyingProvider, sign_in
from tests.auth.site import Site, account, known, last_refusal

pytestmark = pytest.mark.anyio

ADDRESS = {"email": "nia@example.test", "email_verified": True}


@pytest.fixture
async def nia(site: Site, op: LyingProvider, second: LyingProvider) -> int:
    """An account with that address, reached by `op`; `second` speaks of somebody unknown with the same address."""
    op.claims |= {"sub": "old"}
    second.claims |= {"sub": "new", **ADDRESS}
    return await known(site, "old", email="Nia@example.test", email_verified=True)


async def linked(site: Site) -> list[tuple[int, str, str]]:
    rows = await site.raw.fetch("SELECT member_id, issuer, subject FROM identities ORDER BY id")
    return [tuple(row) for row in rows]


async def how(site: Site) -> list[str]:
    rows = await site.raw.fetch("SELECT after FROM audit_entries WHERE action = 'identity.linked' ORDER BY id")
    return [json.loads(row["after"])["how"] for row in rows]


async def test_a_taken_address_makes_no_account_and_asks(site: Site, nia: int, second: LyingProvider) -> None:
    async with site.browser() as browser:
        answer = await sign_in(browser, second, next="/groups")
        assert answer.headers["location"] == "/sign-in/join"
        shown = (await browser.get("/sign-in/join")).json()
        assert (await browser.get("/me")).json()["member"] is None
    assert (shown["template"], shown["label"], shown["signed_in"]) == ("join.html", "Ministry", False)
    assert await site.raw.fetchval("SELECT count(*) FROM members") == 1
    assert await site.raw.fetchval("SELECT count(*) FROM sessions") == 0


async def test_who_signs_in_to_the_old_account_joins_the_two(
    site: Site, nia: int, op: LyingProvider, second: LyingProvider
) -> None:
    async with site.browser() as browser:
        await sign_in(browser, second, next="/groups")
        await sign_in(browser, op, next="/sign-in/join")
        assert (await browser.get("/sign-in/join")).json()["theirs"] is True
        answer = await browser.post("/sign-in/join/confirm")
        assert (answer.status_code, answer.headers["location"]) == (303, "/groups")
        assert "plenary-join" not in browser.cookies
        await browser.post("/sign-out")
        await sign_in(browser, second)
        assert (await browser.get("/me")).json()["member"] == nia
    assert await linked(site) == [(nia, ISSUER, "old"), (nia, SECOND, "new")]
    assert await how(site) == ["joined"]


async def test_nothing_is_joined_without_the_old_account(site: Site, nia: int, second: LyingProvider) -> None:
    async with site.browser() as browser:
        await sign_in(browser, second)
        answer = await browser.post("/sign-in/join/confirm")
        assert answer.headers["location"] == "/sign-in?next=/sign-in/join"
    assert await linked(site) == [(nia, ISSUER, "old")]


async def test_another_account_is_not_the_one_with_the_address(
    site: Site, nia: int, op: LyingProvider, second: LyingProvider
) -> None:
    op.claims |= {"sub": "somebody else", "email": None}
    async with site.browser() as browser:
        await sign_in(browser, second)
        await sign_in(browser, op, next="/sign-in/join")
        shown = (await browser.get("/sign-in/join")).json()
        assert (shown["signed_in"], shown["theirs"]) == (True, False)
        assert (await browser.post("/sign-in/join/confirm")).headers["location"] == "/sign-in/join"
    assert (nia, SECOND, "new") not in await linked(site)


async def test_an_open_browser_proves_nothing(site: Site, nia: int, op: LyingProvider, second: LyingProvider) -> None:
    async with site.browser() as browser:
        await sign_in(browser, op)
        await site.raw.execute("UPDATE sessions SET created_at = now() - interval '1 hour'")
        await sign_in(browser, second)
        answer = await browser.post("/sign-in/join/confirm")
        assert answer.headers["location"] == "/sign-in/again?next=/sign-in/join"
    assert await linked(site) == [(nia, ISSUER, "old")]


async def test_a_new_account_goes_without_the_address(site: Site, nia: int, second: LyingProvider) -> None:
    async with site.browser() as browser:
        await sign_in(browser, second, next="/groups")
        answer = await browser.post("/sign-in/join/new")
        assert (answer.status_code, answer.headers["location"]) == (303, "/groups")
        me = (await browser.get("/me")).json()
    assert me["member"] not in (None, nia)
    row = await site.raw.fetchrow("SELECT email, email_verified FROM members WHERE id = $1", me["member"])
    assert row is not None and tuple(row) == (None, False)


@pytest.mark.parametrize("path", ["/sign-in/join/new", "/sign-in/join/confirm"])
async def test_it_is_used_once_and_only_by_its_browser(
    site: Site, nia: int, op: LyingProvider, second: LyingProvider, path: str
) -> None:
    async with site.browser() as browser, site.browser() as another:
        await sign_in(browser, second)
        token = browser.cookies["plenary-join"]
        await sign_in(another, op)
        assert (await another.post(path)).json()["reason"] == "expired"
        assert (await another.get("/sign-in/join")).json()["reason"] == "expired"
        await sign_in(browser, op)
        assert (await browser.post(path)).status_code == 303
        browser.cookies.set("plenary-join", token, domain="127.0.0.1", path="/")
        again = await browser.post(path)
    assert (again.status_code, again.json()["template"]) == (400, "sign_in_refused.html")
    assert await last_refusal(site.raw) == {"reason": "expired", "provider": None}


async def test_it_waits_ten_minutes_and_keeps_nothing_in_the_clear(
    site: Site, nia: int, second: LyingProvider
) -> None:
    async with site.browser() as browser:
        await sign_in(browser, second)
        row = await site.raw.fetchrow("SELECT *, expires_at - now() AS lasting FROM waiting_identities")
        assert row is not None and row["lasting"] == timedelta(minutes=10)
        assert browser.cookies["plenary-join"] not in repr(dict(row)) and "nia@" not in row["data"]
        await site.raw.execute("UPDATE waiting_identities SET expires_at = now() - interval '1 second'")
        assert (await browser.post("/sign-in/join/new")).json()["reason"] == "expired"
    assert await site.raw.fetchval("SELECT count(*) FROM members") == 1
    await prune_sign_ins()
    assert await site.raw.fetchval("SELECT count(*) FROM waiting_identities") == 0


# --- an administrator said that the provider owns the domain


async def test_the_provider_of_a_domain_links_by_itself(site: Site, op: LyingProvider) -> None:
    theirs = await account(site, "nia", email="nia@OWNED.test", email_verified=True)
    op.claims |= {"sub": "x", "email": "Nia@owned.test", "email_verified": True}
    async with site.browser() as browser:
        await sign_in(browser, op)
        assert (await browser.get("/me")).json()["member"] == theirs
    assert await how(site) == ["owned_domain"]


@pytest.mark.parametrize(
    ("columns", "claims"),
    [
        ({"email_verified": False}, {}),
        ({"staff": "moderator"}, {}),
        ({"staff": "admin"}, {}),
        ({"email": "nia@not-owned.test"}, {"email": "nia@not-owned.test"}),
        ({"email": "nia@sub.owned.test"}, {"email": "nia@sub.owned.test"}),
        ({"email": "x@owned.test@evil.test"}, {"email": "x@owned.test@evil.test"}),
    ],
    ids=str,
)
async def test_a_domain_is_not_enough(
    site: Site, op: LyingProvider, columns: dict[str, object], claims: dict[str, str]
) -> None:
    await account(site, "nia", **{"email": "nia@owned.test", "email_verified": True, **columns})
    op.claims |= {"sub": "x", "email": "nia@owned.test", "email_verified": True, **claims}
    async with site.browser() as browser:
        assert (await sign_in(browser, op)).headers["location"] == "/sign-in/join"
    assert await linked(site) == []


async def test_an_unverified_address_of_that_domain_links_nothing(site: Site, op: LyingProvider) -> None:
    theirs = await account(site, "nia", email="nia@owned.test", email_verified=True)
    op.claims |= {"sub": "x", "email": "nia@owned.test"}
    async with site.browser() as browser:
        assert (await sign_in(browser, op)).headers["location"] == "/"
        assert (await browser.get("/me")).json()["member"] not in (None, theirs)


async def test_another_provider_does_not_own_it(site: Site, second: LyingProvider) -> None:
    await account(site, "nia", email="nia@owned.test", email_verified=True)
    second.claims |= {"sub": "x", "email": "nia@owned.test", "email_verified": True}
    async with site.browser() as browser:
        assert (await sign_in(browser, second)).headers["location"] == "/sign-in/join"
