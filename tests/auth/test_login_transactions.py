"""A sign-in under way belongs to one browser, lasts ten minutes and is used once."""

import pytest

from auth.entrance import NOTED
from auth.oidc.target import safe_target
from tests.auth.op import ISSUER, LyingProvider
from tests.auth.site import Site, begin, last_refusal

pytestmark = pytest.mark.anyio


def back(sent: dict[str, str]) -> dict[str, str]:
    return {"code": "c", "state": sent["state"], "iss": ISSUER}


async def test_two_tabs_both_work(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        one, two = await begin(browser, next="/one"), await begin(browser, next="/two")
        for sent, target in ((one, "/one"), (two, "/two")):
            op.nonce = sent["nonce"]
            answer = await browser.get("/auth/callback/op", params=back(sent))
            assert (answer.status_code, answer.headers["location"]) == (303, target)
    assert await site.raw.fetchval("SELECT count(*) FROM members") == 1


async def test_another_browser_cannot_finish_it_and_does_not_use_it_up(site: Site, op: LyingProvider) -> None:
    async with site.browser() as mine, site.browser() as theirs:
        sent = await begin(mine)
        await begin(theirs)
        op.nonce = sent["nonce"]
        assert (await theirs.get("/auth/callback/op", params=back(sent))).json()["reason"] == "expired"
        assert await last_refusal(site.raw) == {"reason": "expired", "provider": "op"}
        assert (await mine.get("/auth/callback/op", params=back(sent))).status_code == 303


async def test_it_is_used_once(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        sent = await begin(browser)
        op.nonce = sent["nonce"]
        assert (await browser.get("/auth/callback/op", params=back(sent))).status_code == 303
        again = await browser.get("/auth/callback/op", params=back(sent))
    assert (again.status_code, again.json()["reason"]) == (400, "expired")
    assert await last_refusal(site.raw) == {"reason": "expired", "provider": "op"}


async def test_it_expires(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        sent = await begin(browser)
        left = await site.raw.fetchval("SELECT extract(epoch FROM expires_at - now())::int FROM login_transactions")
        assert left == 600
        await site.raw.execute("UPDATE login_transactions SET expires_at = now() - interval '1 second'")
        assert (await browser.get("/auth/callback/op", params=back(sent))).json()["reason"] == "expired"
        await begin(browser)
    assert await site.raw.fetchval("SELECT count(*) FROM login_transactions") == 1


async def test_neither_state_nor_browser_is_kept_in_the_clear(site: Site) -> None:
    async with site.browser() as browser:
        sent = await begin(browser)
        row = await site.raw.fetchrow("SELECT * FROM login_transactions")
        assert row is not None
        kept = repr(dict(row))
        assert sent["state"] not in kept and browser.cookies["plenary-sign-in"] not in kept


@pytest.mark.parametrize("query", [{}, {"state": "x"}, {"code": "c"}, {"state": "\x00"}, {"error": "x"}])
async def test_a_callback_out_of_nowhere_is_refused(site: Site, query: dict[str, str]) -> None:
    async with site.browser() as browser:
        answer = await browser.get("/auth/callback/op", params=query)
    assert (answer.status_code, answer.json()["reason"]) == (400, "expired")


async def test_an_unknown_provider_is_404(site: Site) -> None:
    async with site.browser() as browser:
        assert (await browser.post("/sign-in/nobody")).status_code == 404
        assert (await browser.get("/auth/callback/nobody")).status_code == 404
    assert await last_refusal(site.raw) == {"reason": "unknown_provider", "provider": None}


async def test_a_get_begins_nothing(site: Site) -> None:
    async with site.browser() as browser:
        assert (await browser.get("/sign-in/op")).status_code == 405
        shown = (await browser.get("/sign-in", params={"next": "/t/7"})).json()
    assert shown["providers"][0] == {"name": "op", "label": "Course platform"} and shown["next"] == "/t/7"
    assert await site.raw.fetchval("SELECT count(*) FROM login_transactions") == 0


@pytest.mark.parametrize(
    "wish",
    [
        "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "evil", "", None,
        "/\t/evil.example", "/a\r\nSet-Cookie: x=1", "/a\x00", "/a\x7f", "/a\x85", "\\\\evil", "/a\\b",
        "/" + "a" * 3000, " /a",
    ],
)  # fmt: skip
def test_next_never_leaves_the_site(wish: str | None) -> None:
    assert safe_target(wish) == "/"


@pytest.mark.parametrize("wish", ["/", "/g/security", "/t/7/title?page=2#p9", "/m/żółw", "/search?q=a/b"])
def test_next_may_be_any_page_of_ours(wish: str) -> None:
    assert safe_target(wish) == wish


async def test_next_is_kept_in_the_row_and_not_in_the_address(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        sent = await begin(browser, next="//evil.example")
        assert "next" not in sent
        op.nonce = sent["nonce"]
        answer = await browser.get("/auth/callback/op", params={**back(sent), "next": "//evil.example"})
    assert answer.headers["location"] == "/"


async def test_a_flood_of_refusals_writes_few_rows(site: Site) -> None:
    async with site.browser() as browser:
        for _ in range(NOTED + 20):
            answer = await browser.get("/auth/callback/op", params={"state": "x"})
            assert (answer.status_code, answer.json()["reason"]) == (400, "expired")
    written = await site.raw.fetchval("SELECT count(*) FROM audit_entries WHERE action = 'session.refused'")
    assert NOTED <= written < NOTED + 20
