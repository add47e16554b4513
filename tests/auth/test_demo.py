"""The demo identity, and the rails around it."""

import ast
import dataclasses
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

import config.settings
from auth.actor import Status
from auth.demo.provider import DemoProvider
from auth.directory import Claims
from auth.oidc.providers import Providers
from auth.oidc.reserved import DEMO_ISSUER
from auth.outbound import open_client
from config.settings import ProviderSettings, Secret, Settings
from forum.directory import MemberDirectory
from tests.auth.faces import FACES
from tests.auth.site import BASE_URL, Site, begin, page

pytestmark = pytest.mark.anyio

HERE = Path(__file__).resolve().parents[2]


async def click(browser: httpx2.AsyncClient, face: str) -> httpx2.Response:
    """One form button on the page of faces, then wherever it leads."""
    shown = (await browser.get("/_demo/")).json()
    assert (shown["template"], shown["choice"]) == ("demo_faces.html", "login_hint")
    return await browser.post(shown["action"], data={shown["choice"]: face}, follow_redirects=True)


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.role)
async def test_each_face_is_one_click(demo_site: Site, face: object) -> None:
    async with demo_site.browser() as browser:
        await click(browser, face.subject)  # type: ignore[attr-defined]
        assert (await browser.get("/me")).json()["username"] == face.username  # type: ignore[attr-defined]


async def test_one_face_after_another(demo_site: Site) -> None:
    async with demo_site.browser() as browser:
        for face in (*FACES, FACES[0]):
            await click(browser, face.subject)
            assert (await browser.get("/me")).json()["username"] == face.username
    assert await demo_site.raw.fetchval("SELECT count(*) FROM members") == len(FACES)
    assert await demo_site.raw.fetchval("SELECT count(*) FROM sessions") == 1


async def test_the_provider_shows_the_faces_when_none_is_hinted_at(demo_site: Site) -> None:
    async with demo_site.browser() as browser:
        shown = await browser.post("/sign-in/demo", data={"next": "/groups"}, follow_redirects=True)
        said = shown.json()
        assert (said["template"], said["choice"]) == ("demo_faces.html", "face")
        answer = await browser.post(said["action"], data={"face": "moderator"})
        assert answer.status_code == 303 and answer.headers["location"].startswith(f"{BASE_URL}/auth/callback/demo?")
        answer = await browser.get(answer.headers["location"])
        assert answer.headers["location"] == "/groups"
        assert (await browser.get("/me")).json()["username"] == "ada"


async def test_proving_it_again_is_one_more_click(demo_site: Site) -> None:
    async with demo_site.browser() as browser:
        await click(browser, "admin")
        await demo_site.raw.execute("UPDATE sessions SET auth_time = 1")
        assert (await browser.get("/me")).json()["fresh"] is False
        shown = (await browser.get("/sign-in/again?next=/me")).json()
        assert [way["name"] for way in shown["ways"]] == ["demo"]
        answer = await browser.post("/sign-in/again/demo", data={"next": "/me"}, follow_redirects=True)
        assert answer.url.path == "/me" and answer.json()["fresh"] is True


async def test_the_demo_proves_what_it_is_asked_for(demo_site: Site) -> None:
    async with demo_site.browser() as browser:
        sent = await begin(browser, "demo", login_hint="admin")
        asked = sent | {"acr_values": "two-factors one-factor"}
        answer = await browser.get("/_demo/op/authorize", params=asked)
        await browser.get(answer.headers["location"])
    assert await demo_site.raw.fetchval("SELECT acr FROM sessions") == "two-factors"


async def test_a_face_that_is_suspended_is_told(demo_site: Site) -> None:
    async with demo_site.browser() as browser:
        await click(browser, "suspended")
        await demo_site.raw.execute("UPDATE members SET status = 'suspended'")
        answer = await click(browser, "suspended")
    assert (answer.status_code, answer.json()["reason"]) == (403, "suspended")


async def test_sign_out_goes_through_the_provider_and_stays_out(demo_site: Site) -> None:
    async with demo_site.browser() as browser:
        await click(browser, "alumna")
        answer = await browser.post("/sign-out", follow_redirects=True)
        assert [step.url.path for step in answer.history] == ["/sign-out", "/_demo/op/end"]
        assert answer.url.path == "/signed-out" and answer.json()["template"] == "signed_out.html"
        assert (await browser.get("/me")).json()["member"] is None


async def test_the_provider_sends_nobody_to_foreign_addresses(demo_site: Site) -> None:
    async with demo_site.browser() as browser:
        sent = await begin(browser, "demo")
        answer = await browser.get(
            "/_demo/op/authorize",
            params=sent | {"redirect_uri": "https://evil.example/", "login_hint": "admin"},
        )
        assert "location" not in answer.headers and answer.status_code == 400
        answer = await browser.get("/_demo/op/end", params={"post_logout_redirect_uri": "https://evil.example/"})
        assert answer.headers["location"] == "/signed-out"


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": ""},
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
    ],
    ids=str,
)
async def test_the_provider_wants_nonce_and_s256(demo_site: Site, change: dict[str, str]) -> None:
    async with demo_site.browser() as browser:
        sent = await begin(browser, "demo", login_hint="alumna") | change
        answer = await browser.get("/_demo/op/authorize", params={k: v for k, v in sent.items() if v})
    assert "code=" not in answer.headers.get("location", "")


async def test_silent_sign_in_is_answered_login_required(demo_site: Site) -> None:
    async with demo_site.browser() as browser:
        sent = await begin(browser, "demo")
        answer = await browser.get("/_demo/op/authorize", params=sent | {"prompt": "none"})
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (query["error"], query["iss"], query["state"]) == (
        ["login_required"],
        [DEMO_ISSUER],
        [sent["state"]],
    )


async def test_a_code_is_used_once(demo_site: Site) -> None:
    async with demo_site.browser() as browser:
        sent = await begin(browser, "demo", login_hint="alumna")
        answer = await browser.get("/_demo/op/authorize", params=sent)
        code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
        await browser.get(answer.headers["location"])
        again = await begin(browser, "demo", login_hint="alumna")
        answer = await browser.get(
            "/auth/callback/demo", params={"code": code, "state": again["state"], "iss": DEMO_ISSUER}
        )
    assert answer.json()["reason"] == "untrusted"


# --- the rails


@pytest.mark.parametrize("path", ["/_demo/", "/_demo/op/authorize", "/_demo/op/end"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "demo.evil.example"},
        {"Host": "demo.evil.example:8000"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "192.168.1.5:8000"},
        {"Host": "0.0.0.0:8000"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-Host": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"X-Real-IP": "127.0.0.1"},
    ],
    ids=str,
)
async def test_the_demo_answers_this_machine_only(demo_site: Site, path: str, headers: dict[str, str]) -> None:
    async with demo_site.browser(headers=headers) as browser:
        assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize("address", ["10.0.0.7", "192.168.1.5", "2001:db8::1", "", "unknown"])
async def test_the_demo_answers_loopback_clients_only(demo_site: Site, address: str) -> None:
    async with demo_site.browser(client=(address, 5000)) as browser:
        assert (await browser.get("/_demo/")).status_code == 404


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "127.0.0.2"])
async def test_every_name_of_this_machine_will_do(demo_site: Site, host: str) -> None:
    async with demo_site.browser(headers={"Host": host}, client=("::1", 5000)) as browser:
        assert (await browser.get("/_demo/")).status_code == 200


@pytest.mark.parametrize("base_url", ["https://forum.example", "http://10.0.0.5:8000", "http://0.0.0.0:8000"])
def test_the_demo_is_not_made_for_any_other_address(base_url: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        DemoProvider(FACES, base_url=base_url, render=page)


async def test_production_has_no_demo_route(site: Site) -> None:
    async with site.browser() as browser:
        for path in ("/_demo", "/_demo/", "/_demo/op/authorize", "/sign-in/demo", "/auth/callback/demo"):
            assert (await browser.get(path)).status_code in (404, 405)
        assert (await browser.post("/sign-in/demo")).status_code == 404
        assert (await browser.get("/sign-in")).json()["faces"] == []


def test_production_never_imports_the_demo() -> None:
    modules = "auth.routes, auth.middleware, auth.csrf, auth.oidc.providers, forum.directory, forum.app"
    check = f"import sys, {modules}; sys.exit('auth.demo' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], cwd=HERE).returncode == 0


def test_nothing_in_auth_imports_the_demo_but_the_demo() -> None:
    for path in (HERE / "auth").rglob("*.py"):
        if path.is_relative_to(HERE / "auth" / "demo"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not any(name == "auth.demo" or name.startswith("auth.demo.") for name in names), path


def test_no_setting_can_turn_the_demo_on() -> None:
    for section in vars(config.settings).values():
        if dataclasses.is_dataclass(section):
            assert not any("demo" in field.name for field in dataclasses.fields(section))


async def test_the_reserved_issuer_is_ignored_elsewhere(site: Site, settings: Settings) -> None:
    forged = ProviderSettings(name="demo", label="Demo", issuer=DEMO_ISSUER, client_id="x", client_secret=Secret("x"))
    async with open_client(settings.limits) as client:
        slash = dataclasses.replace(forged, name="demo2", issuer=DEMO_ISSUER + "/")
        providers = Providers((forged, slash), client=client, limits=settings.limits, new_members="active")
        assert list(providers) == [] and providers.issuing(DEMO_ISSUER) is None
    claims = Claims(provider="demo", issuer=DEMO_ISSUER, subject="admin", name="Olu")
    with pytest.raises(ValueError, match="reserved"):
        await site.directory.admit(claims, Status.ACTIVE)
    demo = MemberDirectory(settings.auth, demo=True)
    await demo.admit(claims, Status.ACTIVE)
    assert await demo.find(DEMO_ISSUER, "admin") is not None
    assert await site.directory.find(DEMO_ISSUER, "admin") is None


async def test_a_session_of_the_demo_counts_only_in_the_demo(demo_site: Site, settings: Settings) -> None:
    async with demo_site.browser() as browser, open_client(settings.limits) as client:
        await click(browser, "admin")
        assert (await browser.get("/me")).json()["member"] is not None
        production = Site(settings, MemberDirectory(settings.auth), client, raw=demo_site.raw)
        async with production.browser(cookies={"plenary": browser.cookies["plenary"]}) as elsewhere:
            assert (await elsewhere.get("/me")).json()["member"] is None
