"""Each rule of the OpenID door, broken by a provider or a browser, and refused (S-21)."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from auth.outbound import FAILURES
from tests.auth.op import ISSUER, KEYS, LyingProvider, sign_in
from tests.auth.site import Site, begin, last_refusal

pytestmark = pytest.mark.anyio


class FromNow(int):
    """Seconds from the moment of the test."""


async def refused(site: Site, op: LyingProvider, reason: str = "untrusted", status: int = 400, **more: Any) -> None:
    async with site.browser() as browser:
        answer = await sign_in(browser, op, **more)
        assert answer.status_code == status
        assert answer.json()["template"] == "sign_in_refused.html", answer.text
        assert answer.json()["reason"] == reason
        assert "plenary" not in browser.cookies
    assert await last_refusal(site.raw) == {"reason": reason, "provider": "op"}
    assert await site.raw.fetchval("SELECT count(*) FROM sessions") == 0
    assert await site.raw.fetchval("SELECT count(*) FROM members") == 0


async def test_an_honest_provider_is_believed(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        answer = await sign_in(browser, op, next="/groups")
        assert (answer.status_code, answer.headers["location"]) == (303, "/groups")
        me = (await browser.get("/me")).json()
    assert (me["username"], me["status"]) == ("nia", "pending")
    form = op.token_forms[0]
    assert len(form["code_verifier"][0]) >= 43 and form["redirect_uri"] == [f"{site.doors._base}/auth/callback/op"]


async def test_the_request_carries_state_nonce_and_s256(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        sent = await begin(browser)
    assert sent["response_type"] == "code" and sent["code_challenge_method"] == "S256"
    assert len(sent["state"]) == len(sent["nonce"]) == 43 and sent["code_challenge"]


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another", "azp": "forum"},
        {"aud": ["another"], "azp": "forum"},
        {"aud": None},
        {"aud": ["forum", "another"]},
        {"aud": ["forum", "another"], "azp": "another"},
        {"iss": "https://evil.example.test"},
        {"iss": None},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": FromNow(-121)},
        {"exp": None},
        {"iat": FromNow(300)},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "nul\x00byte"},
    ],
    ids=str,
)
async def test_claims_that_are_not_for_us_are_refused(site: Site, op: LyingProvider, claims: dict[str, Any]) -> None:
    now = int(time.time())
    op.claims |= {name: now + said if isinstance(said, FromNow) else said for name, said in claims.items()}
    await refused(site, op)


async def test_a_clock_that_is_a_minute_off_is_forgiven(site: Site, op: LyingProvider) -> None:
    op.claims |= {"exp": int(time.time()) - 30, "iat": int(time.time()) + 30}
    async with site.browser() as browser:
        assert (await sign_in(browser, op)).status_code == 303


async def test_several_audiences_with_us_as_the_party_are_fine(site: Site, op: LyingProvider) -> None:
    op.claims |= {"aud": ["another", "forum"], "azp": "forum"}
    async with site.browser() as browser:
        assert (await sign_in(browser, op)).status_code == 303


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_weak_algorithms_are_refused_whatever_the_provider_lists(
    site: Site, op: LyingProvider, algorithm: str
) -> None:
    op.metadata["id_token_signing_alg_values_supported"] = ["none", "HS256", "RS256"]
    op.algorithm = algorithm
    await refused(site, op)
    provider = site.doors.providers.named("op")
    assert provider and provider.client.server_metadata["id_token_signing_alg_values_supported"] == ["RS256"]


def changed_a_little(token: str) -> str:
    head, body, signature = token.split(".")
    return ".".join([head, body[:-2] + ("A" if body[-2] != "A" else "B") + body[-1], signature])


@pytest.mark.parametrize(
    "spoil", [changed_a_little, lambda token: token.rpartition(".")[0] + ".", lambda token: "x.y.z", lambda token: ""]
)
async def test_a_forged_token_is_refused(site: Site, op: LyingProvider, spoil: Callable[[str], str]) -> None:
    op.spoil = spoil
    await refused(site, op)


@pytest.mark.parametrize("kid", [True, False], ids=["with kid", "without kid"])
async def test_a_key_that_the_token_brings_along_is_not_used(site: Site, op: LyingProvider, kid: bool) -> None:
    op.key, op.kid = KEYS[1], kid
    op.header = {"jwk": KEYS[1].as_dict(private=False), "jku": "https://evil.example.test/keys"}
    await refused(site, op)


async def test_a_token_that_is_too_long_is_refused(site: Site, op: LyingProvider) -> None:
    op.claims["filler"] = "x" * 20_000
    await refused(site, op)


async def test_an_endless_answer_is_no_answer(site: Site, op: LyingProvider) -> None:
    op.claims["filler"] = "x" * 1_100_000
    await refused(site, op, "unreachable", 503)


async def test_a_token_of_an_earlier_sign_in_is_refused(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        earlier = await begin(browser)
        sent = await begin(browser)
        op.nonce = earlier["nonce"]
        back = {"code": "c", "state": sent["state"], "iss": ISSUER}
        answer = await browser.get("/auth/callback/op", params=back)
    assert (answer.status_code, answer.json()["reason"]) == (400, "untrusted")
    assert await last_refusal(site.raw) == {"reason": "untrusted", "provider": "op"}
    assert await site.raw.fetchval("SELECT count(*) FROM sessions") == 0


async def test_what_began_at_one_provider_does_not_end_at_another(
    site: Site, op: LyingProvider, second: LyingProvider
) -> None:
    async with site.browser() as browser:
        sent = await begin(browser, "second")
        second.nonce = op.nonce = sent["nonce"]
        for issuer in (ISSUER, second.issuer):
            back = {"code": "c", "state": sent["state"], "iss": issuer}
            answer = await browser.get("/auth/callback/op", params=back)
            assert (answer.status_code, answer.json()["reason"]) == (400, "expired")
            assert await last_refusal(site.raw) == {"reason": "expired", "provider": "op"}
        back = {"code": "c", "state": sent["state"], "iss": ISSUER}
        answer = await browser.get("/auth/callback/second", params=back)
        assert (answer.status_code, answer.json()["reason"]) == (400, "issuer_mismatch")
        assert await last_refusal(site.raw) == {"reason": "issuer_mismatch", "provider": "second"}
    assert await site.raw.fetchval("SELECT count(*) FROM sessions") == 0
    assert op.token_forms == second.token_forms == []


async def test_a_foreign_signature_is_refused(site: Site, op: LyingProvider) -> None:
    op.key, op.kid = KEYS[1], False
    await refused(site, op)


async def test_a_foreign_issuer_in_discovery_is_refused(site: Site, op: LyingProvider) -> None:
    op.metadata["issuer"] = "https://evil.example.test"
    async with site.browser() as browser:
        answer = await browser.post("/sign-in/op")
    assert answer.json()["reason"] == "untrusted"


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
async def test_an_address_without_tls_in_discovery_is_refused(site: Site, op: LyingProvider, name: str) -> None:
    for address in ("http://op.example.test/x", "http://127.0.0.1/x", "javascript:alert(1)", None):
        op.metadata[name] = address
        site.doors.providers.named("op").client._metadata_due = 0.0  # type: ignore[union-attr]
        async with site.browser() as browser:
            answer = await browser.post("/sign-in/op")
        assert answer.json()["reason"] == "untrusted"


async def test_discovery_cannot_set_options_of_our_http_client(site: Site, op: LyingProvider) -> None:
    op.metadata |= {
        "verify": False,
        "proxy": "http://evil.example.test",
        "timeout": 1e9,
        "headers": {"X": "y"},
    }
    async with site.browser() as browser:
        assert (await sign_in(browser, op)).status_code == 303


@pytest.mark.parametrize("kid", [True, False], ids=["with kid", "without kid"])
async def test_changed_keys_are_fetched_again_at_once(site: Site, op: LyingProvider, kid: bool) -> None:
    op.kid = kid
    async with site.browser() as browser:
        assert (await sign_in(browser, op)).status_code == 303
        op.key, op.published = KEYS[1], [KEYS[1]]
        assert (await sign_in(browser, op)).status_code == 303


async def test_two_keys_without_kid_are_both_tried(site: Site, op: LyingProvider) -> None:
    op.kid, op.published, op.key = False, KEYS, KEYS[1]
    async with site.browser() as browser:
        assert (await sign_in(browser, op)).status_code == 303


async def test_unknown_keys_do_not_make_us_hammer_the_provider(site: Site, op: LyingProvider) -> None:
    op.key = KEYS[1]
    for _ in range(6):
        await refused(site, op)
    assert op.asked.count("keys") == 2


async def test_the_metadata_is_kept_while_the_provider_is_down(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        assert (await sign_in(browser, op)).status_code == 303
        op.down = True
        site.doors.providers.named("op").client._metadata_due = 0.0  # type: ignore[union-attr]
        assert (await sign_in(browser, op)).status_code == 303
    assert op.asked.count("discovery") == 2


async def test_who_comes_while_discovery_is_under_way_waits_for_it(site: Site, op: LyingProvider) -> None:
    provider = site.doors.providers.named("op")
    assert provider
    everybody = await asyncio.gather(*(provider.client.load_server_metadata() for _ in range(5)))
    assert {known["issuer"] for known in everybody} == {ISSUER}
    assert op.asked.count("discovery") == 1


async def test_a_provider_that_is_down_is_said_to_be(site: Site, op: LyingProvider) -> None:
    op.down = True
    async with site.browser() as browser:
        answer = await browser.post("/sign-in/op")
    assert (answer.status_code, answer.json()["reason"]) == (503, "unreachable")


@pytest.mark.parametrize("said", ["https://evil.example.test", ""], ids=["another", "missing"])
async def test_the_answer_must_name_its_issuer(site: Site, op: LyingProvider, said: str) -> None:
    await refused(site, op, "issuer_mismatch", query={"iss": said})


async def test_a_wrong_issuer_is_refused_even_where_none_was_promised(site: Site, op: LyingProvider) -> None:
    op.metadata["authorization_response_iss_parameter_supported"] = False
    await refused(site, op, "issuer_mismatch", query={"iss": "https://evil.example.test"})


async def test_userinfo_about_somebody_else_is_refused(site: Site, op: LyingProvider) -> None:
    op.metadata["userinfo_endpoint"] = ISSUER + "/userinfo"
    op.claims = {"sub": "s-1"}
    op.userinfo = {"sub": "s-2", "name": "Mallory"}
    await refused(site, op)


async def test_userinfo_of_the_same_person_fills_the_name(site: Site, op: LyingProvider) -> None:
    op.metadata["userinfo_endpoint"] = ISSUER + "/userinfo"
    op.claims = {"sub": "s-1"}
    op.userinfo = {"sub": "s-1", "name": "Nia Mensah"}
    async with site.browser() as browser:
        assert (await sign_in(browser, op)).status_code == 303
        assert (await browser.get("/me")).json()["username"] == "nia-mensah"


async def test_a_refusal_at_the_provider_signs_nobody_in(site: Site, op: LyingProvider) -> None:
    await refused(site, op, "cancelled", 200, query={"error": "access_denied", "code": ""})


async def test_an_error_of_the_provider_is_told_apart(site: Site, op: LyingProvider) -> None:
    await refused(site, op, "refused_by_provider", query={"error": "server_error", "code": ""})


async def test_an_answer_that_is_too_long_is_not_read(site: Site, op: LyingProvider) -> None:
    await refused(site, op, "oversize", 413, query={"code": "c" * 9000})


async def test_a_parameter_given_twice_could_mean_either(site: Site, op: LyingProvider) -> None:
    async with site.browser() as browser:
        answer = await browser.get("/auth/callback/op?state=a&state=b")
    assert (answer.status_code, answer.json()["reason"]) == (400, "malformed")
    assert await last_refusal(site.raw) == {"reason": "malformed", "provider": "op"}


async def test_a_provider_that_keeps_failing_is_left_alone(site: Site, op: LyingProvider) -> None:
    op.down = True
    async with site.browser() as browser:
        for _ in range(6):
            answer = await browser.post("/sign-in/op")
            assert (answer.status_code, answer.json()["reason"]) == (503, "unreachable")
        assert op.asked.count("discovery") == FAILURES
        assert (await browser.post("/sign-in/second")).status_code == 303
    assert await last_refusal(site.raw) == {"reason": "unreachable", "provider": "op"}


async def test_a_provider_that_hangs_is_given_up_on(site: Site, op: LyingProvider) -> None:
    provider = site.doors.providers.named("op")
    assert provider
    provider.seconds = 0  # type: ignore[assignment]
    op.hangs = True
    async with site.browser() as browser:
        answer = await browser.post("/sign-in/op")
        assert (answer.status_code, answer.json()["reason"]) == (503, "unreachable")
        assert (await browser.get("/me")).status_code == 200
