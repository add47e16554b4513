"""Asked in silence: once in half an hour, only a person's browser, and nobody notices when the answer is no."""

import time

import pytest

from tests.auth.op import LyingProvider, come_back, sign_in
from tests.auth.site import BASE_URL, Site, known, last_refusal, sent_on

pytestmark = pytest.mark.anyio

PERSON = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none"}


@pytest.fixture(autouse=True)
async def discovered(site: Site) -> None:
    provider = site.doors.providers.named("op")
    assert provider
    await provider.client.load_server_metadata()


async def test_who_is_signed_in_there_is_signed_in_here(site: Site, op: LyingProvider) -> None:
    member_id = await known(site, "s-1")
    async with site.browser() as browser:
        answer = await browser.get("/me?x=1", headers=PERSON)
        sent = sent_on(answer)
        assert (answer.status_code, sent["prompt"]) == (303, "none")
        assert answer.headers["cache-control"] == "no-store"
        answer = await come_back(browser, op, sent)
        assert (answer.status_code, answer.headers["location"]) == (303, "/me?x=1")
        assert (await browser.get("/me", headers=PERSON)).json()["member"] == member_id


@pytest.mark.parametrize("error", ["login_required", "interaction_required", "consent_required"])
async def test_a_no_is_quiet_and_is_not_asked_again(site: Site, op: LyingProvider, error: str) -> None:
    async with site.browser() as browser:
        sent = sent_on(await browser.get("/me", headers=PERSON))
        answer = await come_back(browser, op, sent, error=error, code="")
        assert (answer.status_code, answer.headers["location"]) == (303, "/me")
        assert (await browser.get("/me", headers=PERSON)).status_code == 200
    assert await site.raw.fetchval("SELECT count(*) FROM audit_entries") == 0
    assert await site.raw.fetchval("SELECT count(*) FROM sessions") == 0


async def test_any_other_trouble_is_audited_and_quiet(site: Site, op: LyingProvider) -> None:
    op.claims["aud"] = "another"
    async with site.browser() as browser:
        sent = sent_on(await browser.get("/me", headers=PERSON))
        answer = await come_back(browser, op, sent)
        assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert await last_refusal(site.raw) == {"reason": "untrusted", "provider": "op"}
    assert await site.raw.fetchval("SELECT count(*) FROM sessions") == 0


async def test_nobody_gets_an_account_without_asking(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        sent = sent_on(await browser.get("/me", headers=PERSON))
        assert (await come_back(browser, op, sent)).headers["location"] == "/me"
    assert await site.raw.fetchval("SELECT count(*) FROM members") == 0


async def test_the_mark_lasts_half_an_hour(site: Site) -> None:
    async with site.browser() as browser:
        answer = await browser.get("/me", headers=PERSON)
    [mark] = [line for line in answer.headers.get_list("set-cookie") if line.startswith("plenary-asked=")]
    assert "Max-Age=1800" in mark and "HttpOnly" in mark


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/me", {}),
        ("/me", {"Sec-Fetch-Site": "none"}),
        ("/me", {**PERSON, "Sec-Fetch-Dest": "iframe"}),
        ("/me", {**PERSON, "Sec-Fetch-Mode": "cors"}),
        ("/me", {**PERSON, "Sec-Purpose": "prefetch"}),
        ("/signed-out", PERSON),
        ("/sign-in", PERSON),
        ("/auth/callback/op", PERSON),
        ("/api/v1/write", PERSON),
        ("/static/x.css", PERSON),
        ("/livez", PERSON),
    ],
    ids=str,
)
async def test_nobody_else_is_asked(site: Site, path: str, headers: dict[str, str]) -> None:
    async with site.browser(headers={"User-Agent": "Crawler/1"}) as browser:
        answer = await browser.get(path, headers=headers)
    assert answer.status_code != 303 and "set-cookie" not in answer.headers
    assert await site.raw.fetchval("SELECT count(*) FROM login_transactions") == 0


async def test_forms_and_members_are_not_asked(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        assert (await browser.post("/write", headers={**PERSON, "Origin": BASE_URL})).status_code == 200
        assert (await browser.head("/me", headers=PERSON)).status_code == 200
        await sign_in(browser, op)
        assert (await browser.get("/me", headers=PERSON)).status_code == 200


async def test_who_has_just_left_is_not_asked_back_in(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        await sign_in(browser, op)
        await browser.post("/sign-out")
        assert (await browser.get("/me", headers=PERSON)).json()["member"] is None


async def test_a_provider_that_is_away_costs_nobody_the_page(site: Site) -> None:
    client = site.doors.providers.named("op").client  # type: ignore[union-attr]
    client._metadata_due = time.monotonic() - 1
    async with site.browser() as browser:
        answer = await browser.get("/me", headers=PERSON)
    assert answer.status_code == 200 and "set-cookie" not in answer.headers
