"""Who comes in, as whom, and how they leave."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx2
import pytest

from auth.actor import Status
from auth.directory import Claims
from auth.outbound import open_client
from config.settings import Settings
from forum.directory import MemberDirectory
from forum.members.admission import USERNAME_LENGTH, AlreadyAdmittedError, usernames
from forum.members.admission import admit as _admit
from tests.auth.op import ISSUER, LyingProvider, sign_in
from tests.auth.site import Site, account, known, last_refusal

pytestmark = pytest.mark.anyio


async def test_the_same_subject_comes_back_to_the_same_account(site: Site, op: LyingProvider) -> None:
    member_id = await known(site, "s-1")
    async with site.browser() as browser:
        await sign_in(browser, op)
        assert (await browser.get("/me")).json()["member"] == member_id


@pytest.mark.parametrize("verified", [None, False, "true", 1])
async def test_an_unverified_address_is_dropped_without_a_word(site: Site, op: LyingProvider, verified: object) -> None:
    await account(site, "old", email="nia@example.test")
    op.claims |= {"email": "nia@example.test", "email_verified": verified}
    async with site.browser() as browser:
        assert (await sign_in(browser, op)).headers["location"] == "/"
    assert await site.raw.fetchval("SELECT count(*) FROM members WHERE email IS NOT NULL") == 1


async def test_a_free_verified_address_is_kept(site: Site, op: LyingProvider) -> None:
    op.claims |= {"email": "nia@example.test", "email_verified": True}
    async with site.browser() as browser:
        await sign_in(browser, op)
    row = await site.raw.fetchrow("SELECT email, email_verified FROM members")
    assert row is not None and tuple(row) == ("nia@example.test", True)


async def test_two_sign_ins_at_once_make_one_account(site: Site) -> None:
    claims = Claims(provider="op", issuer=ISSUER, subject="s-9", name="Nia")
    first = await site.directory.admit(claims, Status.PENDING)
    with pytest.raises(AlreadyAdmittedError):
        await _admit(claims, Status.PENDING, anew=False, owned_domains=())
    second = await site.directory.admit(claims, Status.PENDING)
    assert first and second and (second.member_id, second.created) == (first.member_id, False)
    assert await site.raw.fetchval("SELECT count(*) FROM members") == 1


async def test_a_suspended_member_is_told_why_and_until_when(site: Site, op: LyingProvider) -> None:
    until = datetime(2999, 1, 1, tzinfo=UTC)
    await known(site, "s-1", status="suspended", suspended_until=until, suspension_reason="Repeated spam")
    async with site.browser() as browser:
        answer = await sign_in(browser, op)
        said = answer.json()
        assert (answer.status_code, said["reason"], said["note"]) == (403, "suspended", "Repeated spam")
        assert said["until"].startswith("2999-01-01")
        assert (await browser.get("/me")).json()["member"] is None
    assert await last_refusal(site.raw) == {"reason": "suspended", "provider": "op"}
    assert await site.raw.fetchval("SELECT count(*) FROM sessions") == 0


async def test_a_suspension_ends_by_itself(site: Site, op: LyingProvider) -> None:
    await known(site, "s-1", status="suspended", suspended_until=datetime.now(UTC) - timedelta(hours=1))
    async with site.browser() as browser:
        assert (await sign_in(browser, op)).status_code == 303
        assert (await browser.get("/me")).json()["status"] == "active"


async def test_a_deactivated_member_does_not_come_in(site: Site, op: LyingProvider) -> None:
    await known(site, "s-1", status="deactivated")
    async with site.browser() as browser:
        answer = await sign_in(browser, op)
    assert (answer.status_code, answer.json()["reason"]) == (403, "deactivated")
    assert await last_refusal(site.raw) == {"reason": "deactivated", "provider": "op"}


async def test_signing_in_again_takes_a_new_id_and_ends_the_old(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        await sign_in(browser, op)
        before = browser.cookies["plenary"]
        await sign_in(browser, op)
        assert browser.cookies["plenary"] != before
    assert await site.raw.fetchval("SELECT count(*) FROM sessions") == 1


async def test_a_planted_session_cookie_is_not_taken_over(site: Site, op: LyingProvider) -> None:
    planted = "p" * 43
    async with site.browser() as browser:
        browser.cookies.set("plenary", planted, domain="127.0.0.1", path="/")
        answer = await sign_in(browser, op)
    assert planted not in answer.headers["set-cookie"]


async def test_sign_out_ends_the_session_and_asks_the_provider(site: Site, op: LyingProvider) -> None:
    op.metadata["end_session_endpoint"] = ISSUER + "/end"
    async with site.browser() as browser:
        await sign_in(browser, op)
        answer = await browser.post("/sign-out")
        location = answer.headers["location"]
        assert location.startswith(ISSUER + "/end?") and "id_token_hint=ey" in location
        assert "post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Fsigned-out" in location
        assert "plenary" not in browser.cookies
        assert (await browser.get("/signed-out")).json()["template"] == "signed_out.html"
        assert (await browser.get("/me")).json()["member"] is None
    assert await site.raw.fetchval("SELECT count(*) FROM sessions") == 0


async def test_sign_out_works_without_the_provider(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        await sign_in(browser, op)
        assert (await browser.post("/sign-out")).headers["location"] == "/signed-out"
        assert (await browser.post("/sign-out")).headers["location"] == "/signed-out"
        assert (await browser.get("/sign-out")).status_code == 405


async def test_what_happened_is_in_the_audit_log(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        await sign_in(browser, op)
        await browser.post("/sign-out")
    rows = await site.raw.fetch("SELECT action, actor_id FROM audit_entries ORDER BY id")
    assert [row["action"] for row in rows] == ["member.admitted", "session.began", "session.ended"]
    assert all(row["actor_id"] for row in rows)
    said = await site.raw.fetch("SELECT after FROM audit_entries WHERE action LIKE 'session.%' ORDER BY id")
    assert [json.loads(row["after"])["provider"] for row in said] == ["op", "op"]


@pytest.mark.parametrize(
    ("wish", "first"),
    [
        ("nia", "nia"),
        ("Nia.Mensah@example.test", "nia-mensah"),
        ("Zoë Ñandú", "zoe-nandu"),
        ("李小龙", "member-2"),
        ("x", "member-2"),
        ("admin", "admin-2"),
        ("--__--", "member-2"),
        ("a" * 100, "a" * USERNAME_LENGTH),
        ("<script>", "script"),
    ],
)
def test_usernames_are_made_of_what_the_provider_says(wish: str, first: str) -> None:
    assert next(usernames(wish)) == first


async def test_every_username_tried_has_the_shape_of_the_database(site: Site) -> None:
    for wish in ("nia", "a" * 100, "", "9", "_x-"):
        for username in usernames(wish):
            assert await site.raw.fetchval("SELECT $1 ~ '^[a-z0-9][a-z0-9_-]{1,39}$'", username), username


async def test_one_network_begins_only_so_many_sign_ins_a_minute(
    database: asyncpg.Connection, settings: Settings, op: LyingProvider
) -> None:
    few = replace(settings, limits=replace(settings.limits, sign_ins_per_minute=3))
    async with open_client(few.limits, {ISSUER: httpx2.ASGITransport(app=op.app)}) as client:
        site = Site(few, MemberDirectory(few.auth), client, raw=database)
        async with site.browser() as browser, site.browser(client=("192.0.2.9", 1)) as elsewhere:
            answers = [await browser.post("/sign-in/op") for _ in range(4)]
            assert [answer.status_code for answer in answers] == [303, 303, 303, 429]
            assert answers[-1].json()["reason"] == "too_many"
            assert "retry-after" in answers[-1].headers
            assert (await elsewhere.post("/sign-in/op")).status_code == 303
    assert await database.fetchval("SELECT count(*) FROM login_transactions") == 4
