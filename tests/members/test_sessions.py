"""Where one is signed in: listed in words, ended one by one or all others at once, on both surfaces."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from auth.sessions.cookies import digest, new_token
from forum.kit.transaction import connection
from forum.members.browsers import browser_of
from tests.cast import Cast
from tests.support.clients import COOKIE, Client

pytestmark = pytest.mark.anyio

SESSION = """
INSERT INTO sessions (token_hash, member_id, kind, issuer, subject, user_agent, expires_at)
VALUES ($1, $2, $3, $4, 's', $5, now() + interval '1 day') RETURNING id
"""
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
ENDED = "SELECT actor_id, subject_id, after::text FROM audit_entries WHERE action = 'session.ended' ORDER BY id"


async def more(cast: Cast, name: str = "ben", kind: str = "oidc", issuer: str = "https://moodle.example.test") -> int:
    async with connection() as raw:
        return int(await raw.fetchval(SESSION, digest(new_token()), cast.members[name], kind, issuer, WINDOWS))


async def ended() -> list[Any]:
    async with connection() as raw:
        return [(row[0], row[1], json.loads(row[2])["reason"]) for row in await raw.fetch(ENDED)]


async def test_the_list_tells_browser_door_and_which_is_this_one(client: Callable[..., Client], cast: Cast) -> None:
    other = await more(cast, kind="lti")
    await more(cast, "cem")
    listed = (await client("ben", browser=True).get("/api/v1/me/sessions")).json()["items"]
    assert [each["current"] for each in listed] == [True, False]
    assert {name: listed[1][name] for name in ("id", "browser", "system", "door")} == {
        "id": other,
        "browser": "Firefox",
        "system": "Windows",
        "door": "moodle.example.test",
    }
    page = (await client("ben", browser=True).get("/me/sessions")).text
    assert "Firefox on Windows" in page and "moodle.example.test" in page and "This browser" in page
    assert page.count("/me/sessions/") == 2 and f"/me/sessions/{other}/end" in page


@pytest.mark.parametrize("surface", ["page", "api"])
async def test_one_is_ended(client: Callable[..., Client], cast: Cast, surface: str) -> None:
    mine, foreign = await more(cast), await more(cast, "cem")
    ben = client("ben", browser=True)

    async def end(session: int) -> int:
        path = f"/me/sessions/{session}/end" if surface == "page" else f"/api/v1/me/sessions/{session}"
        return (await (ben.post(path) if surface == "page" else ben.delete(path))).status_code

    assert await end(mine) in (204, 303)
    assert [await end(mine), await end(foreign), await end(2**62)] == [404, 404, 404]
    assert await ended() == [(cast.members["ben"], mine, "ended_by_owner")]


@pytest.mark.parametrize("surface", ["page", "api"])
async def test_all_others_are_ended(client: Callable[..., Client], cast: Cast, surface: str) -> None:
    mine, foreign = {await more(cast), await more(cast)}, await more(cast, "cem")
    ben = client("ben", browser=True)
    await (ben.post("/me/sessions/others/end") if surface == "page" else ben.delete("/api/v1/me/sessions"))
    assert [each["current"] for each in (await ben.get("/api/v1/me/sessions")).json()["items"]] == [True]
    assert {row[1] for row in await ended()} == mine
    async with connection() as raw:
        assert await raw.fetchval("SELECT true FROM sessions WHERE id = $1", foreign)


async def test_ones_own_session_may_be_ended_too(client: Callable[..., Client]) -> None:
    ben = client("ben", browser=True)
    (only,) = (await ben.get("/api/v1/me/sessions")).json()["items"]
    assert (await ben.delete(f"/api/v1/me/sessions/{only['id']}")).status_code == 204
    assert (await ben.get("/api/v1/me/sessions")).status_code == 401
    assert COOKIE in ben.headers["Cookie"]


@pytest.mark.parametrize(
    ("user_agent", "browser", "system"),
    [
        (WINDOWS, "Firefox", "Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36", "Chrome", "Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130 Safari/537.36 Edg/130", "Edge", "Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604", "Safari", "iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14) AppleWebKit Version/18.0 Safari/605", "Safari", "macOS"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130 SamsungBrowser/27", "Samsung Internet", "Android"),
        ("curl/8.5", "curl", None),
        ("Mozilla/5.0", None, None),
        ("", None, None),
        ("<script>alert(1)</script>", None, None),
    ],
)
def test_a_browser_in_words(user_agent: str, browser: str | None, system: str | None) -> None:
    assert browser_of(user_agent) == (browser, system)
