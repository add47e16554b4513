"""The pages of the doors as people see them: every reason has its sentence and a way on."""

import dataclasses

import pytest
from starlette.requests import Request

from auth.actor import VISITOR, Actor, Status
from auth.directory import Claims
from auth.entrance import STATUS
from auth.proof import Proof, Wish
from config.settings import ProviderSettings, Secret, Settings
from forum.app import Site
from forum.kit.transaction import connection
from tests.cast import Cast
from tests.support.clients import client_of

pytestmark = pytest.mark.anyio

ADDRESS = "ben@example.test"


@pytest.fixture(scope="module")
def provided(settings: Settings) -> Settings:
    provider = ProviderSettings(
        name="academy",
        label="Academy account",
        issuer="https://id.example.test",
        client_id="plenary",
        client_secret=Secret("a secret"),
    )
    return dataclasses.replace(settings, auth=dataclasses.replace(settings.auth, providers=(provider,)))


@pytest.fixture
async def site(transaction: None, provided: Settings) -> Site:
    return Site(provided)


async def waits(site: Site) -> str:
    known = {"provider": "academy", "issuer": "https://id.example.test", "subject": "x"}
    claims = Claims(**known, email=ADDRESS, email_verified=True)
    proof = Proof(target="/groups", label="Academy account", new_status=Status.ACTIVE)
    return "__Host-plenary-join=" + await site.doors.joining._room.keep(claims, proof)


@pytest.mark.parametrize(
    ("who", "shown", "hidden"),
    [
        ("stranger", ("I have an account already", "Begin a new account", ADDRESS), ("Join these two",)),
        ("ben", ("Join these two", 'action="/sign-in/join/confirm"'), ("Begin a new account",)),
        ("cem", ("Begin a new account", ADDRESS), ("Join these two",)),
    ],
)
async def test_a_taken_address_is_asked_about(
    site: Site, cast: Cast, who: str, shown: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    async with connection() as raw:
        await raw.execute("UPDATE members SET email = $2 WHERE id = $1", cast.members["ben"], ADDRESS)
    browser = client_of(site, who, browser=True)
    browser.headers["Cookie"] = "; ".join(filter(None, [browser.headers.get("Cookie"), await waits(site)]))
    page = await browser.get("/sign-in/join")
    assert page.status_code == 200 and page.headers["cache-control"] == "no-store"
    assert all(text in page.text for text in shown) and not any(text in page.text for text in hidden)


async def test_nobody_waits_without_the_cookie(site: Site) -> None:
    page = await client_of(site, "stranger", browser=True).get("/sign-in/join")
    assert page.status_code == 400 and "start once more" in page.text


async def test_a_button_for_each_way_one_has(site: Site, cast: Cast) -> None:
    page = await client_of(site, "ben", browser=True).get("/sign-in/again?next=/me")
    assert "cannot prove once more" in page.text
    async with connection() as raw:
        await raw.execute(
            "INSERT INTO identities (member_id, issuer, subject) VALUES ($1, 'https://id.example.test', 'b')",
            cast.members["ben"],
        )
    page = await client_of(site, "ben", browser=True).get("/sign-in/again?next=/me")
    assert 'action="/sign-in/again/academy"' in page.text and "Go on with Academy account" in page.text
    page = await client_of(site, "ben", browser=True).get("/me/sign-in")
    assert "Academy account" in page.text and "/sign-in/connect/" not in page.text


async def test_a_way_that_one_has_not_is_offered(site: Site) -> None:
    page = await client_of(site, "ben", browser=True).get("/me/sign-in")
    assert 'action="/sign-in/connect/academy"' in page.text and "Connect Academy account" in page.text


@pytest.mark.parametrize("wish", [Wish.SIGN_IN, Wish.CONNECT, Wish.AGAIN])
@pytest.mark.parametrize("actor", [VISITOR, Actor(member_id=1, status=Status.ACTIVE)], ids=["out", "in"])
async def test_every_reason_has_a_page(site: Site, actor: Actor, wish: Wish) -> None:
    reasons = {"expired", "untrusted", "refused_by_provider", "issuer_mismatch", "malformed", *STATUS}
    for reason in sorted(reasons):
        scope = {
            "type": "http", "method": "GET", "path": "/auth/callback/academy", "query_string": b"", "headers": [],
            "app": site.app, "path_params": {}, "state": {"actor": actor},
        }
        page = await site.doors.entrance.refuse(Request(scope), reason, provider=None, wish=wish, target="/t/7")
        text = bytes(page.body).decode()
        assert page.status_code == STATUS.get(reason, 400) and "<h1>" in text
        assert ("/me/sign-in" in text) == (wish is Wish.CONNECT) and ("/sign-in/again?" in text) == (wish is Wish.AGAIN)
