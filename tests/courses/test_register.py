"""A platform registers itself with a ticket, once, and waits for an administrator."""
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.courses.lms import LMS, Lms, broken, one
from tests.support.clients import BASE, client_of

pytestmark = pytest.mark.anyio
REFUSED = """
    SELECT after ->> 'reason' FROM audit_entries WHERE action = 'platform.refused' ORDER BY id DESC LIMIT 1
"""


@pytest.fixture
async def ticket(lms: Lms) -> str:
    """The address that an administrator got."""
    await one("DELETE FROM lti_deployments")
    await one("DELETE FROM lti_platforms")
    answer = await client_of(lms.site, "adi").post("/api/v1/platform-tickets")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["address"])


async def test_a_platform_registers_and_lands_disabled(lms: Lms, ticket: str) -> None:
    assert ticket.startswith(BASE + "/lti/register?ticket=")
    async with lms.browser() as browser:
        answer = await browser.get(with_query(ticket, lms.platform.invite()))
        assert answer.status_code == 200 and "org.imsglobal.lti.close" in answer.text
        assert f"frame-ancestors {LMS};" in answer.headers["content-security-policy"]
        assert "cross-origin-opener-policy" not in answer.headers
        enabled = await one("SELECT enabled FROM lti_platforms WHERE issuer = $1", LMS)
        assert enabled is False
        assert await one("SELECT deployment_id FROM lti_deployments") == "1"
        again = await browser.get(with_query(ticket, lms.platform.invite()))
        assert again.status_code == 400 and "ticket_unknown" in again.text
    assert await one("SELECT actor_id IS NOT NULL FROM audit_entries WHERE action = 'platform.registered'")
    assert await one(REFUSED) == "ticket_unknown"


async def test_a_ticket_that_is_over_or_made_up_asks_nobody(lms: Lms, ticket: str) -> None:
    await one("UPDATE lti_tickets SET expires_at = now() - interval '1 second'")
    async with lms.browser() as browser:
        for address in (ticket, BASE + "/lti/register", BASE + "/lti/register?ticket=made-up"):
            answer = await browser.get(with_query(address, lms.platform.invite()))
            assert answer.status_code == 400 and "ticket_unknown" in answer.text
    assert lms.liar.asked == [] and await one(REFUSED) == "ticket_unknown"


def with_query(address: str, query: dict[str, str]) -> str:
    return address + ("&" if "?" in address else "?") + urlencode(query)


def saying(**changed: Any) -> Any:
    import json

    def change(_request: Request, response: Response) -> Response:
        return JSONResponse(json.loads(bytes(response.body)) | changed)

    return change


@pytest.mark.parametrize(
    ("spoil", "status", "reason"),
    [
        ({"configuration": saying(issuer="https://other.example.test")}, 400, "issuer_mismatch"),
        ({"configuration": saying(issuer=None)}, 400, "issuer_mismatch"),
        ({"configuration": saying(jwks_uri="http://lms.example.test/keys")}, 400, "unsafe_address"),
        ({"configuration": saying(registration_endpoint="file:///etc/passwd")}, 400, "unsafe_address"),
        ({"configuration": saying(token_endpoint="https://user@lms.example.test/")}, 400, "unsafe_address"),
        ({"configuration": broken(404)}, 403, "refused_by_platform"),
        ({"configuration": lambda *_: JSONResponse(["no"])}, 400, "registration_unreadable"),
        ({"configuration": lambda *_: Response("<html>")}, 400, "registration_unreadable"),
        ({"configuration": lambda *_: Response("[" * 500_000)}, 400, "registration_unreadable"),
        ({"configuration": lambda *_: Response("x" * 2_000_000)}, 503, "unreachable"),
        ({"registration": saying(client_id=7)}, 400, "registration_unreadable"),
        ({"registration": broken(500)}, 403, "refused_by_platform"),
    ],
)
async def test_a_configuration_that_does_not_fit_registers_nothing(
    lms: Lms, ticket: str, spoil: dict[str, Any], status: int, reason: str
) -> None:
    lms.liar.spoil = spoil
    async with lms.browser() as browser:
        answer = await browser.get(with_query(ticket, lms.platform.invite()))
    assert answer.status_code == status and reason in answer.text, answer.text
    assert await one(REFUSED) == reason
    assert await one("SELECT count(*) FROM lti_platforms") == 0


@pytest.mark.parametrize("address", ["http://lms.example.test/c", "http://127.0.0.1/c", "ftp://x/", "https://[", ""])
async def test_an_address_without_tls_is_not_asked(lms: Lms, ticket: str, address: str) -> None:
    async with lms.browser() as browser:
        answer = await browser.get(with_query(ticket, {"openid_configuration": address}))
    assert answer.status_code == 400 and "unsafe_address" in answer.text
    assert await one(REFUSED) == "unsafe_address" and lms.liar.asked == []


async def test_a_private_host_is_not_asked(lms: Lms, ticket: str) -> None:
    async with lms.browser() as browser:
        answer = await browser.get(with_query(ticket, {"openid_configuration": "https://127.0.0.1:1/c"}))
    assert answer.status_code == 503 and "unreachable" in answer.text


async def test_the_same_client_twice_is_told(lms: Lms, ticket: str) -> None:
    lms.liar.spoil = {"registration": saying(client_id="forum")}
    await lms.introduce()
    async with lms.browser() as browser:
        answer = await browser.get(with_query(ticket, lms.platform.invite()))
    assert answer.status_code == 400 and "already_registered" in answer.text


async def test_only_the_hash_of_a_ticket_is_kept(lms: Lms, ticket: str) -> None:
    kept = bytes(await one("SELECT token_hash FROM lti_tickets"))
    assert ticket.rpartition("=")[2].encode() not in kept and len(kept) == 32


@pytest.mark.parametrize("token", ["a\nb", "é", "\0", "x" * 4000])
async def test_a_strange_registration_token_is_no_bug(lms: Lms, ticket: str, token: str) -> None:
    async with lms.browser() as browser:
        answer = await browser.get(with_query(ticket, lms.platform.invite() | {"registration_token": token}))
    assert answer.status_code in (400, 403, 503)
