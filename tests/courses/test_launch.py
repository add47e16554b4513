"""Who comes in from a course, as whom, into which group; and who does not."""
import base64
import hmac
import json
import re
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from auth.demo.courses import Link
from auth.demo.lti import LTI
from tests.auth.campus import PLATFORM_KEY, new_key
from tests.cast import Cast
from tests.courses.lms import FRAMED, Lms, broken, now, one, query_of, signed_by
from tests.support.clients import BASE, COOKIE

pytestmark = pytest.mark.anyio

STRANGE_KEY = new_key()
SESSION = "SELECT kind FROM sessions s JOIN identities i ON i.member_id = s.member_id WHERE i.subject = $1"
PLACE = """
    SELECT g.role || ' ' || g.source FROM grants g JOIN memberships m ON m.id = g.membership_id
    JOIN identities i ON i.member_id = m.member_id WHERE i.subject = $1 AND m.group_id = $2
"""
REFUSED = """
    SELECT after ->> 'reason' FROM audit_entries WHERE action = 'session.refused' ORDER BY id DESC LIMIT 1
"""


async def lead_to(lms: Lms, group_id: int) -> int:
    """The course's context, led to this group."""
    return int(
        await one(
            "INSERT INTO lti_contexts (deployment_id, context_id, group_id)"
            " SELECT id, 'ixp', $2 FROM lti_deployments WHERE platform_id = $1 RETURNING id",
            lms.id,
            group_id,
        )
    )


async def test_the_login_is_answered_by_get_with_what_the_standard_fixes(lms: Lms) -> None:
    async with lms.browser() as browser:
        for answer in (
            await browser.get(lms.address()),
            await browser.post("/lti/login", data=query_of(lms.address())),
        ):
            assert answer.status_code == 302
            asked = query_of(answer.headers["location"])
            assert asked["redirect_uri"] == BASE + "/lti/launch" and asked["client_id"] == "forum"
            assert (asked["scope"], asked["response_type"], asked["response_mode"], asked["prompt"]) == (
                "openid",
                "id_token",
                "form_post",
                "none",
            )
            cookie = answer.headers["set-cookie"]
            assert cookie.startswith("__Host-plenary-launch=") and "Path=/;" in cookie
            assert "SameSite=None; Partitioned" in cookie and "Secure" in cookie and "HttpOnly" in cookie


async def test_a_launch_makes_an_account_a_place_and_a_session(lms: Lms, cast: Cast) -> None:
    group = cast.groups["closed"]
    context = await lead_to(lms, group)
    async with lms.browser() as browser:
        answer = await lms.launch(browser)
        assert (answer.status_code, answer.headers["location"]) == (303, "/g/closed-group")
        assert "SameSite=lax" in answer.headers["set-cookie"] and COOKIE in answer.headers["set-cookie"]
        shown = await browser.get("/g/closed-group")
    assert shown.status_code == 200 and "Student 0" in shown.text
    assert await one(SESSION, "s-0") == "lti"
    assert await one(PLACE, "s-0", group) == f"member lti:{lms.id}:{context}"
    member = await one("SELECT email IS NULL AND status = 'active' FROM members WHERE display_name = 'Student 0'")
    assert member is True
    lasting = await one("SELECT max(expires_at) - now() <= interval '24 hours' FROM sessions WHERE kind = 'lti'")
    assert lasting is True
    assert await one("SELECT last_launch_at IS NOT NULL FROM lti_platforms WHERE id = $1", lms.id)


async def test_the_same_person_comes_back_to_the_same_account(lms: Lms, cast: Cast) -> None:
    await lead_to(lms, cast.groups["closed"])
    for _ in range(2):
        async with lms.browser() as browser:
            await lms.launch(browser)
    assert await one("SELECT count(*) FROM identities WHERE subject = 's-0'") == 1


async def test_the_higher_role_of_a_day_wins(lms: Lms, cast: Cast) -> None:
    group = cast.groups["closed"]
    context = await lead_to(lms, group)
    async with lms.browser() as browser:
        await lms.launch(browser, "assistant")
        lms.liar.change = {LTI + "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"]}
        await lms.launch(browser, "assistant")
        assert await one(PLACE, "assistant", group) == f"facilitator lti:{lms.id}:{context}"
        await one("UPDATE lti_seen_roles SET seen_at = now() - interval '25 hours'")
        await lms.launch(browser, "assistant")
    assert await one(PLACE, "assistant", group) == f"member lti:{lms.id}:{context}"


@pytest.mark.parametrize(
    "roles",
    [
        ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"],
        ["http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"],
        ["urn:lti:role:ims/lis/Instructor"],
        [],
        [7, None],
    ],
)
async def test_only_roles_in_the_course_count(lms: Lms, cast: Cast, roles: list[Any]) -> None:
    await lead_to(lms, cast.groups["closed"])
    lms.liar.change = {LTI + "roles": roles}
    async with lms.browser() as browser:
        assert (await lms.launch(browser, "teacher")).status_code == 303
    assert str(await one(PLACE, "teacher", cast.groups["closed"])).startswith("member ")


async def test_a_link_leads_where_it_says_and_opens_nothing(lms: Lms, cast: Cast) -> None:
    await lead_to(lms, cast.groups["closed"])
    link = Link(id="l2", title="Elsewhere", url=BASE + "/lti/launch", custom={"group": "hidden-group"})
    async with lms.browser() as browser:
        answer = await lms.launch(browser, link=link)
        assert answer.headers["location"] == "/g/hidden-group"
        assert (await browser.get("/g/hidden-group")).status_code == 404


async def test_a_frame_gets_a_limited_session_that_counts_below_embed_only(lms: Lms, cast: Cast) -> None:
    await lead_to(lms, cast.groups["closed"])
    async with lms.browser(**FRAMED) as browser:
        answer = await lms.launch(browser)
        assert answer.headers["location"] == "/embed/g/closed-group"
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Secure-plenary-embedded=") and "Path=/embed/" in cookie
        assert "SameSite=None; Partitioned; Secure" in cookie
        assert await one(SESSION, "s-0") == "embedded"
        shown = await browser.get("/embed/g/closed-group")
        assert shown.status_code == 200 and f"/t/{cast.threads['closed']}/" in shown.text
        assert f"frame-ancestors {LMS_ORIGIN};" in shown.headers["content-security-policy"]
        assert "x-frame-options" not in shown.headers
        token = browser.cookies["__Secure-plenary-embedded"]
        assert (await browser.get("/me")).status_code == 303  # a visitor there: to the door
    async with lms.browser(Cookie=f"{COOKIE}={token}; __Secure-plenary-embedded={token}") as thief:
        for path in ("/me", "/api/v1/me"):
            assert (await thief.get(path)).status_code in (303, 401)


LMS_ORIGIN = "https://lms.example.test"


async def test_other_pages_are_framed_by_nobody(lms: Lms) -> None:
    async with lms.browser() as browser:
        for path in ("/", "/about", "/g/public-group"):
            headers = (await browser.get(path)).headers
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["x-frame-options"] == "DENY"


async def test_a_session_from_a_platform_idles_for_eight_hours(lms: Lms, cast: Cast) -> None:
    await lead_to(lms, cast.groups["closed"])
    async with lms.browser() as browser:
        await lms.launch(browser)
        assert (await browser.get("/me")).status_code == 200
        await one("UPDATE sessions SET last_seen_at = now() - interval '9 hours' WHERE kind = 'lti'")
        assert (await browser.get("/me")).status_code == 303


# --- refusals: a status, a page, a reason in the audit log, no session


async def refused(lms: Lms, answer: httpx2.Response, status: int, reason: str) -> None:
    assert answer.status_code == status, answer.text
    assert "<h1>" in answer.text and reason in answer.text and answer.headers["cache-control"] == "no-store"
    assert await one(REFUSED) == reason
    assert await one("SELECT count(*) FROM sessions WHERE kind IN ('lti', 'embedded')") == 0


CLAIMS: dict[str, dict[str, Any]] = {
    "wrong_issuer": {"iss": "https://other.example.test"},
    "wrong_audience": {"aud": "another-tool"},
    "wrong_party": {"aud": ["forum", "another-tool"], "azp": "another-tool"},
    "wrong_nonce": {"nonce": "another"},
    "expired_token": {"exp": now() - 3600},
    "token_of_the_future": {"iat": now() + 3600},
    "wrong_version": {LTI + "version": "1.1"},
    "unknown_deployment": {LTI + "deployment_id": "99"},
    "unknown_message": {LTI + "message_type": "LtiSubmissionReviewRequest"},
    "anonymous": {"sub": None},
    "no_roles": {LTI + "roles": None},
}


@pytest.mark.parametrize("reason", CLAIMS)
async def test_a_claim_that_is_wrong_lets_nobody_in(lms: Lms, reason: str) -> None:
    lms.liar.change = CLAIMS[reason]
    async with lms.browser() as browser:
        await refused(lms, await lms.launch(browser), 400, reason)
    assert await one("SELECT last_error FROM lti_platforms WHERE id = $1", lms.id) == reason


@pytest.mark.parametrize(
    ("claim", "value"),
    [("aud", ["forum", "other"]), ("azp", "other"), ("exp", None), ("iat", None), ("nonce", None), ("exp", "soon")],
)
async def test_claims_that_are_missing_or_strange_let_nobody_in(lms: Lms, claim: str, value: Any) -> None:
    lms.liar.change = {claim: value, **({"azp": None} if claim == "aud" else {})}
    async with lms.browser() as browser:
        answer = await lms.launch(browser)
        assert answer.status_code == 400
    assert await one("SELECT count(*) FROM sessions WHERE kind = 'lti'") == 0


def _by_hand(header: dict[str, Any], claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """What a library would refuse to make."""
    parts = [_encoded(json.dumps(part).encode()) for part in (header, claims)]
    return ".".join([*parts, _encoded(sign(".".join(parts).encode()))])


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def _none(claims: dict[str, Any], key: RSAKey) -> str:
    return _by_hand({"alg": "none", "kid": key.kid}, claims, lambda _: b"")


def _hs256(claims: dict[str, Any], key: RSAKey) -> str:
    """The classic confusion: the public key's text as a shared secret."""
    secret = key.as_pem(private=False)
    return _by_hand({"alg": "HS256", "kid": key.kid}, claims, lambda said: hmac.digest(secret, said, "sha256"))


def _embedded_key(claims: dict[str, Any], key: RSAKey) -> str:
    header = {"alg": "RS256", "kid": key.kid, "jwk": STRANGE_KEY.as_dict(private=False)}
    return jwt.encode(header, claims, STRANGE_KEY)


def _tampered(claims: dict[str, Any], key: RSAKey) -> str:
    head, _, signature = jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key).split(".")
    other = jwt.encode({"alg": "RS256", "kid": key.kid}, claims | {"sub": "teacher"}, key).split(".")[1]
    return ".".join((head, other, signature))


SIGNATURES: dict[str, tuple[Callable[[dict[str, Any], RSAKey], str], str]] = {
    "none": (_none, "wrong_algorithm"),
    "hs256": (_hs256, "wrong_algorithm"),
    "embedded jwk": (_embedded_key, "unreadable_token"),
    "jku": (signed_by(STRANGE_KEY, kid=PLATFORM_KEY.kid, jku="https://evil.example.test/keys"), "wrong_signature"),
    "tampered": (_tampered, "wrong_signature"),
    "forged": (signed_by(STRANGE_KEY), "unknown_key"),
    "nonsense": (lambda claims, key: "not.a.token", "unreadable_token"),
    "empty": (lambda claims, key: "", "unreadable_token"),
    "long": (lambda claims, key: "e" * 70_000, "unreadable_token"),
}


@pytest.mark.parametrize("name", SIGNATURES)
async def test_a_token_that_the_platform_did_not_sign_lets_nobody_in(lms: Lms, name: str) -> None:
    lms.liar.signer, reason = SIGNATURES[name]
    async with lms.browser() as browser:
        await refused(lms, await lms.launch(browser), 400, reason)


async def test_a_flood_of_unknown_keys_asks_the_platform_once(lms: Lms) -> None:
    lms.liar.signer = signed_by(STRANGE_KEY)
    async with lms.browser() as browser:
        for _ in range(5):
            await lms.launch(browser)
    assert lms.liar.asked.count("keys") == 1


async def test_a_platform_that_fails_is_not_asked_again_at_once(lms: Lms) -> None:
    lms.liar.spoil = {"keys": broken(503)}
    async with lms.browser() as browser:
        for _ in range(3):
            await refused(lms, await lms.launch(browser), 503, "unreachable")
    assert lms.liar.asked.count("keys") == 1


async def test_a_launch_is_used_once(lms: Lms, cast: Cast) -> None:
    await lead_to(lms, cast.groups["closed"])
    async with lms.browser() as browser:
        fields = await lms.posted(browser)
        assert (await browser.post("/lti/launch", data=fields)).status_code == 303
        await one("DELETE FROM sessions WHERE kind = 'lti'")
        await refused(lms, await browser.post("/lti/launch", data=fields), 400, "expired")


async def test_a_flood_of_refusals_writes_no_more_than_so_many_rows(lms: Lms) -> None:
    async with lms.browser() as browser:
        for _ in range(120):
            answer = await browser.post("/lti/launch", data={"state": "made-up", "id_token": "x"})
            assert answer.status_code == 400
    noted = await one("SELECT count(*) FROM audit_entries WHERE action = 'session.refused'")
    assert 60 <= noted < 100  # one more comes back each second


async def test_two_tabs_both_work(lms: Lms, cast: Cast) -> None:
    await lead_to(lms, cast.groups["closed"])
    async with lms.browser() as browser:
        first, second = await lms.posted(browser), await lms.posted(browser)
        for fields in (first, second):
            assert (await browser.post("/lti/launch", data=fields)).status_code == 303


async def test_another_browser_is_offered_a_tab_of_its_own(lms: Lms, cast: Cast) -> None:
    await lead_to(lms, cast.groups["closed"])
    async with lms.browser() as browser, lms.browser(**FRAMED) as without:
        fields = await lms.posted(browser)
        answer = await without.post("/lti/launch", data=fields)
        await refused(lms, answer, 400, "no_cookie")
        assert re.search('href="/lti/login[?]iss=https%3A%2F%2Flms.example.test[^"]+" target="_blank"', answer.text)
        assert "frame-ancestors https://lms.example.test;" in answer.headers["content-security-policy"]
        assert (await browser.post("/lti/launch", data=fields)).status_code == 303  # not used up by the stranger


async def test_an_old_launch_is_over(lms: Lms) -> None:
    async with lms.browser() as browser:
        fields = await lms.posted(browser)
        await one("UPDATE login_transactions SET expires_at = now() - interval '1 second'")
        await refused(lms, await browser.post("/lti/launch", data=fields), 400, "expired")


async def test_a_launch_larger_than_any_is_not_read(lms: Lms) -> None:
    async with lms.browser() as browser:
        answer = await browser.post("/lti/launch", data={"id_token": "e" * 120_000, "state": "s"})
        await refused(lms, answer, 413, "oversize")


async def test_the_platform_may_say_no(lms: Lms) -> None:
    async with lms.browser() as browser:
        state = (await lms.posted(browser))["state"]
        answer = await browser.post("/lti/launch", data={"error": "login_required", "state": state})
        await refused(lms, answer, 403, "refused_by_platform")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"iss": "https://other.example.test"}, "unknown_platform"),
        ({"client_id": "other"}, "unknown_platform"),
        ({"target_link_uri": "https://evil.example.test/"}, "foreign_target"),
        ({"target_link_uri": BASE + ".evil.example.test/"}, "foreign_target"),
        ({"login_hint": ""}, "incomplete_login"),
        ({"login_hint": "a\0b"}, "malformed"),
        ({"iss": "https://lms.example.test\0"}, "malformed"),
        ({"lti_message_hint": "m" * 20_000}, "oversize"),
    ],
)
async def test_a_login_that_is_not_for_us_goes_nowhere(lms: Lms, changed: dict[str, str], reason: str) -> None:
    async with lms.browser() as browser:
        answer = await browser.get("/lti/login", params=query_of(lms.address()) | changed)
        await refused(lms, answer, 413 if reason == "oversize" else 400, reason)


async def test_a_disabled_platform_lets_nobody_in(lms: Lms) -> None:
    async with lms.browser() as browser:
        fields = await lms.posted(browser)
        await one("UPDATE lti_platforms SET enabled = false")
        await refused(lms, await browser.get(lms.address()), 400, "unknown_platform")
        await refused(lms, await browser.post("/lti/launch", data=fields), 400, "unknown_platform")


async def test_a_suspended_member_is_told_and_gets_no_place(lms: Lms, cast: Cast) -> None:
    group = cast.groups["closed"]
    await lead_to(lms, group)
    async with lms.browser() as browser:
        await lms.launch(browser)
        await one("DELETE FROM sessions WHERE kind = 'lti'")
        await one(
            "UPDATE members SET status = 'suspended', suspension_reason = 'Spam'"
            " WHERE id = (SELECT member_id FROM identities WHERE subject = 's-0')"
        )
        answer = await lms.launch(browser)
    assert answer.status_code == 403 and "Spam" in answer.text
    assert await one(REFUSED) == "suspended"
    assert await one("SELECT count(*) FROM sessions WHERE kind = 'lti'") == 0


async def test_an_address_from_a_course_never_links(lms: Lms, cast: Cast) -> None:
    await lead_to(lms, cast.groups["closed"])
    await one("UPDATE members SET email = 's-0@example.test', email_verified = true WHERE id = $1", cast.members["ben"])
    async with lms.browser() as browser:
        lms.liar.change = {"email_verified": True}
        await lms.launch(browser)
    assert await one("SELECT member_id FROM identities WHERE subject = 's-0'") != cast.members["ben"]
    assert await one("SELECT count(*) FROM members WHERE email = 's-0@example.test'") == 1


async def test_keys_are_published_and_kept(lms: Lms) -> None:
    async with lms.browser() as browser:
        first, second = (await browser.get("/lti/jwks")).json(), (await browser.get("/lti/jwks")).json()
    (key,) = first["keys"]
    assert first == second and key["alg"] == "RS256" and "d" not in key
    assert await one("SELECT count(*) FROM lti_keys") == 1
    assert b"PRIVATE" not in bytes(await one("SELECT sealed FROM lti_keys"))
