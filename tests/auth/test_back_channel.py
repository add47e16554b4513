"""The provider says that somebody has left (OpenID Connect Back-Channel Logout 1.0), or somebody says so falsely."""

import json
import time
import uuid
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from joserfc import jwt

from auth.limiter import Limiter, network_of
from auth.oidc import client as oidc_client
from auth.oidc.logout import EVENT, REFUSALS
from forum.schedule import prune_sign_ins
from tests.auth.op import ISSUER, KEYS, LyingProvider, forged, sign_in
from tests.auth.site import Site

pytestmark = pytest.mark.anyio

PATH = "/auth/backchannel-logout/op"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SIGNED_IN = "SELECT count(*) FROM sessions"
LAST = "SELECT after::text FROM audit_entries WHERE action = $1 ORDER BY id DESC LIMIT 1"


def claims(**changed: Any) -> dict[str, Any]:
    """A good token's; None leaves one out, a number is seconds from now."""
    now = int(time.time())
    whole = {"iss": ISSUER, "aud": "forum", "iat": 0, "exp": 120, "jti": uuid.uuid4().hex, "sub": "s-1", "sid": "at-1"}
    whole |= {"events": {EVENT: {}}, **changed}
    clocks = {name: now + whole[name] for name in ("iat", "exp") if type(whole[name]) is int}
    return {name: said for name, said in {**whole, **clocks}.items() if said is not None}


def signed(said: dict[str, Any], typ: str | None = "logout+jwt", key: Any = KEYS[0], **header: Any) -> str:
    header = {"alg": "RS256", "kid": key.kid, **header} | ({"typ": typ} if typ else {})
    return jwt.encode({k: v for k, v in header.items() if v is not None}, said, key, algorithms=[header["alg"]])


async def told(site: Site, token: str, path: str = PATH) -> httpx2.Response:
    """As a provider posts it: no cookie, no origin."""
    async with site.browser(headers={}) as provider:
        return await provider.post(path, data={"logout_token": token})


async def refused(site: Site, answer: httpx2.Response, reason: str, sessions: int = 1) -> None:
    assert (answer.status_code, answer.headers["cache-control"]) == (400, "no-store")
    assert answer.json() == {"error": "invalid_request", "error_description": reason}
    assert json.loads(await site.raw.fetchval(LAST, "logout.refused"))["reason"] == reason
    assert await site.raw.fetchval(SIGNED_IN) == sessions


@pytest.fixture
async def signed_in(site: Site, op: LyingProvider) -> httpx2.AsyncClient:
    """Nia, whose session at the provider is `at-1`."""
    op.claims["sid"] = "at-1"
    async with site.browser() as browser:
        await sign_in(browser, op)
        return browser


@pytest.mark.parametrize("typ", ["logout+jwt", "LOGOUT+JWT", "application/logout+jwt", "JWT", None])
@pytest.mark.parametrize("aud", ["forum", ["another", "forum"]], ids=str)
async def test_the_session_ends(site: Site, signed_in: object, typ: str | None, aud: object) -> None:
    answer = await told(site, signed(claims(aud=aud), typ))
    assert (answer.status_code, answer.content, answer.headers["cache-control"]) == (200, b"", "no-store")
    assert await site.raw.fetchval(SIGNED_IN) == 0
    row = await site.raw.fetchrow("SELECT * FROM audit_entries WHERE action = 'session.ended'")
    assert row is not None and row["actor_id"] is not None and row["subject_id"] is not None
    assert json.loads(row["after"]) == {"reason": "provider_logout", "provider": "op"}


async def test_it_names_a_session_or_all_of_a_person(site: Site, op: LyingProvider) -> None:
    for sub, sid in (("s-1", "at-1"), ("s-1", "at-2"), ("s-1", "at-3"), ("s-2", "at-4"), ("s-3", "at-5")):
        op.claims |= {"sub": sub, "sid": sid}
        async with site.browser() as browser:
            await sign_in(browser, op)
    await site.raw.execute("UPDATE sessions SET issuer = 'https://another.example.test' WHERE sid = 'at-5'")
    for said, left in (
        ({"sub": None, "sid": "at-1"}, 4),
        ({"sub": "s-2", "sid": "at-2"}, 4),
        ({"sub": "s-3", "sid": None}, 4),
        ({"sub": "s-1", "sid": None}, 2),
        ({"sub": "s-1", "sid": None}, 2),
    ):
        assert (await told(site, signed(claims(**said)))).status_code == 200
        assert await site.raw.fetchval(SIGNED_IN) == left, said


@pytest.mark.parametrize(
    ("reason", "changed"),
    [
        ("iss", {"iss": "https://evil.example.test"}),
        ("iss", {"iss": None}),
        ("aud", {"aud": "another"}),
        ("aud", {"aud": ["another"], "azp": "forum"}),
        ("aud", {"aud": None}),
        ("aud", {"aud": {"forum": True}}),
        ("iat", {"iat": -601}),
        ("iat", {"iat": 120}),
        ("iat", {"iat": None}),
        ("iat", {"iat": "now"}),
        ("iat", {"iat": True}),
        ("exp", {"exp": -120}),
        ("exp", {"exp": None}),
        ("exp", {"exp": 1e300}),
        ("events", {"events": None}),
        ("events", {"events": [EVENT]}),
        ("events", {"events": {EVENT: True}}),
        ("events", {"events": {"another": {}}}),
        ("nonce", {"nonce": "n"}),
        ("nonce", {"nonce": ""}),
        ("subject", {"sub": None, "sid": None}),
        ("subject", {"sub": 7, "sid": None}),
        ("subject", {"sub": "s-1", "sid": ["at-1"]}),
        ("subject", {"sub": "nul\x00", "sid": "at-1"}),
        ("jti", {"jti": None}),
        ("jti", {"jti": "x" * 256}),
        # An ID token has no events; one that fits everything else is none either.
        ("events", {"events": None, "nonce": "n"}),
        # The first step that fails is the one that is told.
        ("iss", {"iss": None, "aud": None, "iat": None, "exp": None, "events": None, "nonce": "n", "jti": None}),
    ],
    ids=str,
)
async def test_claims_that_are_not_a_logout_are_refused(
    site: Site, signed_in: object, reason: str, changed: dict[str, Any]
) -> None:
    await refused(site, await told(site, signed(claims(**changed))), reason)


@pytest.mark.parametrize("typ", ["at+jwt", "id+jwt", "x"])
async def test_another_type_of_token_is_refused(site: Site, signed_in: object, typ: str) -> None:
    await refused(site, await told(site, signed(claims(), typ)), "typ")


async def test_signatures(site: Site, op: LyingProvider, signed_in: object) -> None:
    embedded = KEYS[1].as_dict(private=False)
    tampered = signed(claims())
    for token, reason in (
        (forged({"alg": "none"}, claims(), KEYS[0]), "algorithm"),
        (forged({"alg": "HS256", "kid": KEYS[0].kid}, claims(), KEYS[0]), "algorithm"),
        (signed(claims(), key=KEYS[1]), "signature"),
        (signed(claims(), key=KEYS[1], kid=KEYS[0].kid), "signature"),
        (signed(claims(), key=KEYS[1], kid=None, jwk=embedded), "signature"),
        (tampered[:-4] + ("AAAA" if tampered[-4:] != "AAAA" else "BBBB"), "signature"),
        ("x.y.z", "unreadable"),
        ("nonsense", "unreadable"),
        ("é", "unreadable"),
        ("e30.e30.", "algorithm"),
        (".".join(["x"] * 5), "unreadable"),
        # Headers that are JSON and no header: a text, a list, an odd `crit`.
        ("ImFsZyI.e30.e30", "unreadable"),
        ("WyJhbGciXQ.e30.e30", "unreadable"),
        ("WyJhbGciLCJraWQiXQ.e30.e30", "unreadable"),
        ("eyJhbGciOiJSUzI1NiIsImNyaXQiOjV9.e30.e30", "unreadable"),
    ):
        await refused(site, await told(site, token), reason)
    assert op.asked.count("keys") == 2


async def test_a_token_counts_once(site: Site, op: LyingProvider, signed_in: object) -> None:
    token = signed(claims())
    assert (await told(site, token)).status_code == 200
    async with site.browser() as browser:
        await sign_in(browser, op)
    await refused(site, await told(site, token), "replay")


async def test_used_tokens_are_forgotten_when_nobody_would_believe_them(site: Site, signed_in: object) -> None:
    assert (await told(site, signed(claims()))).status_code == 200
    assert (await told(site, signed(claims()))).status_code == 200
    await site.raw.execute(
        "UPDATE used_logout_tokens SET expires_at = now() - interval '1 second'"
        " WHERE id = (SELECT min(id) FROM used_logout_tokens)"
    )
    await prune_sign_ins()
    assert await site.raw.fetchval("SELECT count(*) FROM used_logout_tokens") == 1


async def test_what_is_sent_in_another_form(site: Site, signed_in: object) -> None:
    token = signed(claims())
    async with site.browser(headers={}) as provider:
        for body, headers, reason in (
            (urlencode({"logout_token": token + "x" * 8192}), FORM, "oversize"),
            (b"x" * 100_000, {"Content-Type": "image/png"}, "oversize"),
            (json.dumps({"logout_token": token}), {"Content-Type": "application/json"}, "form"),
            ("", FORM, "form"),
            ("logout_token=", FORM, "form"),
            (urlencode([("logout_token", token)] * 2), FORM, "form"),
            ("&".join(["a=b"] * 11), FORM, "form"),
            ("logout_token=%FF", FORM, "unreadable"),
            (b"logout_token=\xff", FORM, "form"),
        ):
            await refused(site, await provider.post(PATH, content=body, headers=headers), reason)
        assert (await provider.get(PATH)).status_code == 405
    await refused(site, await told(site, token, "/auth/backchannel-logout/unknown"), "unknown_provider")


async def test_a_provider_that_is_away_cannot_be_checked(site: Site, op: LyingProvider) -> None:
    op.down = True
    await refused(site, await told(site, signed(claims())), "unreachable", sessions=0)


async def test_changed_keys_are_fetched_again_at_most_every_ten_seconds(
    site: Site, op: LyingProvider, signed_in: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    await refused(site, await told(site, signed(claims(), key=KEYS[1])), "signature")
    op.key, op.published = KEYS[1], [KEYS[1]]
    await refused(site, await told(site, signed(claims(), key=KEYS[1])), "signature")
    monkeypatch.setattr(oidc_client, "RETRY_SECONDS", 0)
    assert (await told(site, signed(claims(), key=KEYS[1]))).status_code == 200
    assert await site.raw.fetchval(SIGNED_IN) == 0


async def test_who_is_refused_too_often_waits_and_an_honest_provider_never_does(
    site: Site, signed_in: object
) -> None:
    for _ in range(REFUSALS):
        assert (await told(site, signed(claims(sub="nobody", sid="s")))).status_code == 200
    for _ in range(REFUSALS):
        assert (await told(site, "nonsense")).status_code == 400
    answer = await told(site, signed(claims()))
    assert (answer.status_code, answer.headers["cache-control"]) == (429, "no-store")
    assert int(answer.headers["retry-after"]) in (1, 2, 3)
    assert await site.raw.fetchval(SIGNED_IN) == 1
    assert await site.raw.fetchval("SELECT count(*) FROM audit_entries WHERE action = 'logout.refused'") == REFUSALS
    async with site.browser(headers={}, client=("10.0.0.9", 5000)) as elsewhere:
        assert (await elsewhere.post(PATH, data={"logout_token": signed(claims())})).status_code == 200


async def test_a_browser_of_another_site_may_post_there_and_gains_nothing(site: Site, signed_in: object) -> None:
    async with site.browser(headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example.test"}) as browser:
        await refused(site, await browser.post(PATH, data={"logout_token": "x"}), "unreadable")
        assert (await browser.post(PATH + "/", data={"logout_token": "x"})).status_code in (307, 403)


def test_the_limiter_forgets_evenly_and_keeps_few() -> None:
    now = 100.0
    limiter = Limiter(2, 10, lambda: now)
    assert limiter.wait("a") == 0
    limiter.spend("a")
    assert limiter.wait("a") == 0
    limiter.spend("a")
    assert limiter.wait("a") == 5
    now += 5
    assert limiter.wait("a") == 0
    for number in range(10_001):
        limiter.spend(str(number))
    assert len(limiter._empty_at) == 10_000


def test_an_ipv6_customer_is_one_network() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff") != network_of("2001:db8:0:1::1")
    assert (network_of("10.0.0.1"), network_of("testclient"), network_of(None)) == ("10.0.0.1", "testclient", "")
