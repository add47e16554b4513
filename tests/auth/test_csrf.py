"""No writing across sites (S-22)."""

import pytest

from auth.csrf import origin_of
from tests.auth.op import LyingProvider, sign_in
from tests.auth.site import BASE_URL, Site
from tests.auth.test_tokens import bearer, made

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": ""}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": BASE_URL}, False),
        ({"Origin": BASE_URL}, True),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Origin": "http://127.0.0.1:8001"}, False),
        ({"Origin": "https://127.0.0.1:8000"}, False),
        ({"Origin": "http://127.0.0.1:8000.evil.example"}, False),
        ({"Origin": "http://evil.example", "Host": "evil.example"}, False),
        ({}, False),
    ],
    ids=str,
)
async def test_a_signed_in_browser_writes_from_our_own_pages_only(
    site: Site, op: LyingProvider, headers: dict[str, str], allowed: bool
) -> None:
    async with site.browser() as browser:
        await sign_in(browser, op)
        cookie = {"Cookie": f"plenary={browser.cookies['plenary']}"}
    async with site.browser(headers=cookie | headers) as browser:
        answer = await browser.post("/write")
    assert answer.status_code == (200 if allowed else 403)
    if not allowed:
        assert answer.json()["code"] == "cross_site_request"


async def test_without_headers_and_cookie_it_is_no_browser(site: Site) -> None:
    async with site.browser(headers={}) as script:
        assert (await script.post("/write")).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PURGE"])
async def test_every_writing_method_is_asked(site: Site, method: str) -> None:
    async with site.browser(headers={"Sec-Fetch-Site": "cross-site"}) as browser:
        assert (await browser.request(method, "/write")).status_code == 403


async def test_reading_from_elsewhere_is_fine(site: Site) -> None:
    async with site.browser(headers={"Sec-Fetch-Site": "cross-site"}) as browser:
        assert (await browser.get("/me")).status_code == 200


async def test_exempt_paths_are_exact(site: Site) -> None:
    async with site.browser(headers={"Sec-Fetch-Site": "cross-site"}) as browser:
        assert (await browser.post("/hook")).status_code == 200
        for path in ("/hook/", "/hook/x", "/HOOK", "//hook", "/hook;x"):
            assert (await browser.post(path)).status_code == 403


async def test_a_bearer_is_exempt_and_must_be_good(site: Site) -> None:
    _, token = await made(site)
    async with site.browser(headers={"Sec-Fetch-Site": "cross-site"}) as browser:
        assert (await browser.post("/write", headers=bearer(token.token))).status_code == 200
        assert (await browser.post("/write", headers=bearer("x"))).status_code == 401


async def test_signing_in_and_out_cannot_be_forced_from_elsewhere(site: Site) -> None:
    async with site.browser(headers={"Sec-Fetch-Site": "cross-site"}) as browser:
        assert (await browser.post("/sign-in/op")).status_code == 403
        assert (await browser.post("/sign-out")).status_code == 403


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("application/merge-patch+json", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
    ],
)
async def test_the_api_takes_json_only(site: Site, kind: str, status: int) -> None:
    async with site.browser() as browser:
        answer = await browser.post("/api/v1/write", content=b"{}", headers={"Content-Type": kind})
    assert answer.status_code == status


def test_origins_are_written_as_browsers_do() -> None:
    assert origin_of("https://forum.example/") == "https://forum.example"
    assert origin_of("https://Forum.example:443/x") == "https://forum.example"
    assert origin_of("http://[::1]:8000") == "http://[::1]:8000"
