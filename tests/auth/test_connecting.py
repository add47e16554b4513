"""One more way in to one's own account, and proving once more who one is."""

import json
import time

import pytest

from tests.auth.op import ISSUER, SECOND, LyingProvider, come_back, sign_in
from tests.auth.site import Site, account, begin, known, last_refusal

pytestmark = pytest.mark.anyio


@pytest.fixture
async def nia(site: Site, op: LyingProvider, second: LyingProvider) -> int:
    op.claims |= {"sub": "old", "auth_time": int(time.time())}
    second.claims |= {"sub": "new"}
    return await known(site, "old")


async def test_a_second_way_in_leads_to_the_same_account(
    site: Site, nia: int, op: LyingProvider, second: LyingProvider
) -> None:
    async with site.browser() as browser:
        await sign_in(browser, op)
        held = browser.cookies["plenary"]
        answer = await come_back(browser, second, await begin(browser, "second", "/sign-in/connect/"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/me/sign-in?said=connected")
        assert browser.cookies["plenary"] == held
        await browser.post("/sign-out")
        await sign_in(browser, second)
        assert (await browser.get("/me")).json()["member"] == nia
    said = await site.raw.fetchrow("SELECT actor_id, after FROM audit_entries WHERE action = 'identity.linked'")
    assert said is not None and said["actor_id"] == nia
    assert json.loads(said["after"]) == {"provider": "second", "how": "connected"}


async def test_connecting_needs_a_fresh_proof(site: Site, nia: int, op: LyingProvider) -> None:
    op.claims["auth_time"] = int(time.time()) - 3600
    async with site.browser() as browser:
        answer = await browser.post("/sign-in/connect/second")
        assert answer.headers["location"] == "/sign-in?next=/me/sign-in"
        await sign_in(browser, op)
        answer = await browser.post("/sign-in/connect/second")
        assert answer.headers["location"] == "/sign-in/again?next=/me/sign-in"
    assert await site.raw.fetchval("SELECT count(*) FROM login_transactions") == 0


async def test_what_is_anothers_is_not_taken(site: Site, nia: int, op: LyingProvider, second: LyingProvider) -> None:
    another = await account(site, "olu")
    await site.raw.execute(
        "INSERT INTO identities (member_id, issuer, subject) VALUES ($1, $2, 'new')", another, SECOND
    )
    async with site.browser() as browser:
        await sign_in(browser, op)
        answer = await come_back(browser, second, await begin(browser, "second", "/sign-in/connect/"))
        said = answer.json()
        assert (answer.status_code, said["template"], said["reason"]) == (409, "sign_in_refused.html", "identity_taken")
        assert (await browser.get("/me")).json()["member"] == nia
    assert await last_refusal(site.raw) == {"reason": "identity_taken", "provider": "second"}
    assert await site.raw.fetchval("SELECT member_id FROM identities WHERE issuer = $1", SECOND) == another


async def test_who_signed_out_meanwhile_connects_nothing(
    site: Site, nia: int, op: LyingProvider, second: LyingProvider
) -> None:
    async with site.browser() as browser:
        await sign_in(browser, op)
        sent = await begin(browser, "second", "/sign-in/connect/")
        await browser.post("/sign-out")
        answer = await come_back(browser, second, sent)
        assert (answer.status_code, answer.json()["reason"]) == (409, "not_same_member")
        assert (await browser.get("/me")).json()["member"] is None
    assert await last_refusal(site.raw) == {"reason": "not_same_member", "provider": "second"}
    assert await site.raw.fetchval("SELECT count(*) FROM identities") == 1


# --- once more


async def again(site: Site, browser: object, op: LyingProvider, **claims: object) -> object:
    sent = await begin(browser, op.name, "/sign-in/again/", next="/admin")  # type: ignore[arg-type]
    op.claims |= claims
    return await come_back(browser, op, sent)  # type: ignore[arg-type]


async def test_proving_it_again_gives_a_fresh_session(site: Site, nia: int, op: LyingProvider) -> None:
    op.claims["auth_time"] = int(time.time()) - 3600
    async with site.browser() as browser:
        await sign_in(browser, op)
        held = browser.cookies["plenary"]
        assert (await browser.get("/me")).json()["fresh"] is False
        shown = (await browser.get("/sign-in/again", params={"next": "/admin"})).json()
        assert (shown["template"], shown["next"]) == ("sign_in_again.html", "/admin")
        assert shown["ways"] == [{"name": "op", "label": "Course platform"}]
        sent = await begin(browser, "op", "/sign-in/again/", next="/admin")
        assert sent["max_age"] == "0" and "acr_values" not in sent
        op.claims["auth_time"] = int(time.time())
        answer = await come_back(browser, op, sent)
        assert (answer.status_code, answer.headers["location"]) == (303, "/admin")
        assert browser.cookies["plenary"] != held
        assert (await browser.get("/me")).json()["fresh"] is True
    assert await site.raw.fetchval("SELECT count(*) FROM sessions") == 1


@pytest.mark.parametrize(
    "claims",
    # A number's id is its place, not its value: two test processes collect at different moments.
    [{"auth_time": None}, {"auth_time": True}, {"auth_time": int(time.time()) - 600}, {"sub": "x"}],
    ids=("no time", "no number", "long ago", "somebody else"),
)
async def test_an_old_or_foreign_proof_is_refused(
    site: Site, nia: int, op: LyingProvider, claims: dict[str, object]
) -> None:
    async with site.browser() as browser:
        await sign_in(browser, op)
        held = browser.cookies["plenary"]
        answer = await again(site, browser, op, **{"auth_time": int(time.time()), **claims})
        said = answer.json()  # type: ignore[attr-defined]
        assert (said["template"], said["reason"]) == ("sign_in_refused.html", "step_up_not_satisfied")
        assert answer.status_code == 403  # type: ignore[attr-defined]
        assert browser.cookies["plenary"] == held
    assert await last_refusal(site.raw) == {"reason": "step_up_not_satisfied", "provider": "op"}
    assert await site.raw.fetchval("SELECT count(*) FROM sessions") == 1
    assert await site.raw.fetchval("SELECT count(*) FROM members") == 1


@pytest.mark.parametrize(("acr", "status"), [("two-factors", 303), ("password", 403), (None, 403)])
async def test_the_level_that_was_asked_for_must_come_back(
    site: Site, second: LyingProvider, acr: str | None, status: int
) -> None:
    await known(site, "new", SECOND)
    second.claims |= {"sub": "new", "auth_time": int(time.time())}
    async with site.browser() as browser:
        await sign_in(browser, second)
        sent = await begin(browser, "second", "/sign-in/again/")
        assert sent["acr_values"] == "two-factors"
        second.claims["acr"] = acr
        assert (await come_back(browser, second, sent)).status_code == status


@pytest.mark.parametrize(("acr", "fresh"), [("two-factors", True), ("password", False), (None, False)])
async def test_coming_in_below_the_level_is_no_fresh_proof(
    site: Site, second: LyingProvider, acr: str | None, fresh: bool
) -> None:
    """Or signing out and in again would get around the level."""
    await known(site, "new", SECOND)
    second.claims |= {"sub": "new", "auth_time": int(time.time()), "acr": acr}
    async with site.browser() as browser:
        await sign_in(browser, second)
        me = (await browser.get("/me")).json()
    assert (me["member"] is not None, me["fresh"]) == (True, fresh)


@pytest.mark.parametrize("ahead", [3600, 86_400, 10**12])
async def test_a_proof_of_tomorrow_is_none(site: Site, nia: int, op: LyingProvider, ahead: int) -> None:
    """A provider that counts milliseconds, or whose clock is fast, proves nothing by its time."""
    op.claims["auth_time"] = int(time.time()) + ahead
    async with site.browser() as browser:
        await sign_in(browser, op)
    assert await site.raw.fetchval("SELECT auth_time FROM sessions") is None


async def test_a_proof_a_little_ahead_counts_from_now(site: Site, nia: int, op: LyingProvider) -> None:
    op.claims["auth_time"] = int(time.time()) + 30
    async with site.browser() as browser:
        await sign_in(browser, op)
    assert await site.raw.fetchval("SELECT auth_time FROM sessions") <= time.time()


async def test_a_visitor_is_asked_to_sign_in_first(site: Site) -> None:
    async with site.browser() as browser:
        answer = await browser.get("/sign-in/again", params={"next": "/admin"})
        assert answer.headers["location"] == "/sign-in?next=%2Fadmin"
        assert (await browser.post("/sign-in/again/op")).headers["location"] == "/sign-in"
    assert await site.raw.fetchval("SELECT issuer FROM identities WHERE issuer = $1", ISSUER) is None
