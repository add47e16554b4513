"""What administrators see of platforms, and do with them."""
from dataclasses import replace

import pytest

from config.settings import ProviderSettings, Secret, Settings
from tests.cast import Cast
from tests.courses.conftest import site_that_reaches
from tests.courses.lms import CAMPUS, LMS, Lms, one
from tests.courses.test_launch import lead_to
from tests.support.clients import client_of

pytestmark = pytest.mark.anyio


async def test_a_platform_by_hand_lands_disabled(lms: Lms) -> None:
    admin = client_of(lms.site, "adi")
    assert (await admin.post("/api/v1/platforms", json=CAMPUS | {"deployment_id": "7"})).status_code == 201
    again = await admin.post("/api/v1/platforms", json=CAMPUS)
    assert (again.status_code, again.json()["code"]) == (409, "platform_known")
    there = (await admin.get("/api/v1/platforms")).json()["items"][-1]
    assert (there["name"], there["enabled"], there["deployments"]) == ("A campus", False, ["7"])


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"issuer": "http://campus.example.test"}, "issuer"),
        ({"jwks_url": "http://127.0.0.1/keys"}, "jwks_url"),
        ({"token_url": "javascript:alert(1)"}, "token_url"),
        ({"issuer": "https://demo.plenary.invalid"}, "issuer"),
        ({"authorization_url": "https://*/x"}, "authorization_url"),
        ({"authorization_url": "https://x;form-action.example/x"}, "authorization_url"),
    ],
)
async def test_an_address_that_is_not_safe_is_told_at_its_field(lms: Lms, changed: dict[str, str], field: str) -> None:
    answer = await client_of(lms.site, "adi").post("/api/v1/platforms", json=CAMPUS | changed)
    assert answer.status_code == 422 and field in str(answer.json())
    page = await client_of(lms.site, "adi", browser=True).post("/admin/platforms", data=CAMPUS | changed)
    assert page.status_code == 422 and f'id="{field}-fault"' in page.text and "A campus" in page.text


async def test_one_issuer_answers_by_the_same_keys(lms: Lms) -> None:
    """Its people are (issuer, subject): another registration must not speak for them with keys of its own."""
    admin = client_of(lms.site, "adi")
    assert (await admin.post("/api/v1/platforms", json=CAMPUS)).status_code == 201
    other = CAMPUS | {"client_id": "other"}
    assert (await admin.post("/api/v1/platforms", json=other)).status_code == 201
    foreign = CAMPUS | {"client_id": "third", "jwks_url": "https://campus.example.test/other-keys"}
    assert (await admin.post("/api/v1/platforms", json=foreign)).status_code == 409


async def test_no_platform_speaks_for_a_providers_people(
    lms: Lms, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People are (issuer, subject) whatever the door."""
    provider = ProviderSettings(name="op", label="OP", issuer=LMS, client_id="forum", client_secret=Secret("x" * 20))
    both = replace(settings, auth=replace(settings.auth, providers=(provider,)))
    lms.site = site_that_reaches(lms, both, monkeypatch)
    async with lms.browser() as browser:
        answer = await browser.get(lms.address())
    assert answer.status_code == 400
    reason = "SELECT after->>'reason' FROM audit_entries WHERE action = 'session.refused' ORDER BY id DESC LIMIT 1"
    assert await one(reason) == "unknown_platform"


async def test_disabling_ends_the_sessions_that_came_by_it(lms: Lms, cast: Cast) -> None:
    await lead_to(lms, cast.groups["closed"])
    admin = client_of(lms.site, "adi", browser=True)
    async with lms.browser() as browser:
        await lms.launch(browser)
        await admin.post(f"/admin/platforms/{lms.id}/state", data={"do": "disable"})
        assert (await browser.get("/me")).status_code == 303
    assert await one("SELECT count(*) FROM sessions WHERE kind = 'lti'") == 0
    for _ in range(2):
        await admin.post(f"/admin/platforms/{lms.id}/state", data={"do": "enable"})
    assert await one("SELECT count(*) FROM audit_entries WHERE action = 'platform.enabled'") == 1


async def test_the_page_tells_of_launches_errors_and_rosters(lms: Lms, cast: Cast) -> None:
    await lead_to(lms, cast.groups["closed"])
    async with lms.browser() as browser:
        await lms.launch(browser)
        lms.liar.change = {"iss": "https://other.example.test"}
        await lms.launch(browser)
    page = (await client_of(lms.site, "adi", browser=True).get("/admin/platforms")).text
    assert "wrong_issuer" in page and "Exchange points" in page and "/g/closed-group" in page
    assert "Read the roster now" in page and "Roster: never read" in page


async def test_a_ticket_is_shown_once(lms: Lms) -> None:
    admin = client_of(lms.site, "adi", browser=True)
    shown = await admin.post("/admin/platforms/tickets")
    assert shown.status_code == 200 and "/lti/register?ticket=" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert "/lti/register?ticket=" not in (await admin.get("/admin/platforms")).text


async def test_what_is_not_there_is_not_found(lms: Lms, cast: Cast) -> None:
    admin = client_of(lms.site, "adi")
    for path in ("/platforms/999/enabling", "/platforms/9223372036854775807/enabling"):
        assert (await admin.put("/api/v1" + path)).status_code == 404
    course = await lead_to(lms, cast.groups["closed"])  # a course without a roster
    assert (await admin.post(f"/api/v1/courses/{course}/roster-runs", json={})).status_code == 404
