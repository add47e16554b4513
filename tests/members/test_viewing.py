"""An administrator sees the site as a member does: after a fresh proof, for half an hour, to read only, never staff."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.routing import Route

from forum.app import Site
from forum.kit.transaction import connection
from tests.cast import Cast
from tests.support.clients import Client, counting

pytestmark = pytest.mark.anyio

ENTRIES = "SELECT action, actor_id, subject_id, after::text FROM audit_entries WHERE action LIKE 'view.%' ORDER BY id"


async def sql(statement: str, *values: Any) -> Any:
    async with connection() as raw:
        return await raw.fetchval(statement, *values)


async def begin(client: Callable[..., Client], username: str = "ben", who: str = "adi", reason: str = "support") -> Any:
    return await client(who, browser=True).post(f"/m/{username}/view-as", data={"cause": reason})


async def seen(client: Callable[..., Client], who: str = "adi") -> str:
    return (await client(who, browser=True).get("/groups")).text


async def test_from_beginning_to_end(client: Callable[..., Client], cast: Cast) -> None:
    adi = client("adi", browser=True)
    assert 'action="/m/ben/view-as"' in (await adi.get("/m/ben")).text
    assert "hidden-group" not in await seen(client)
    answer = await begin(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    page = await seen(client)
    assert "hidden-group" in page, "what Ben may see"
    assert "You see the site as" in page and 'action="/view-as/end"' in page
    ended = await adi.post("/view-as/end")
    assert (ended.status_code, ended.headers["location"]) == (303, "/m/ben")
    page = await seen(client)
    assert "hidden-group" not in page and "/view-as/end" not in page
    async with connection() as raw:
        entries = [(*row[:3], json.loads(row[3])) for row in await raw.fetch(ENTRIES)]
    adi_id, ben_id = cast.members["adi"], cast.members["ben"]
    assert entries == [
        ("view.began", adi_id, ben_id, {"reason": "support"}),
        ("view.ended", adi_id, ben_id, {}),
    ]
    assert (await client("ben", browser=True).post("/view-as/end")).headers["location"] == "/"


@pytest.mark.parametrize(
    ("username", "status", "code"),
    [
        ("ada", 403, "staff_not_viewed"),
        ("adi", 403, "yourself"),
        ("dot", 403, "sees_nothing"),
        ("nobody-at-all", 404, "not_found"),
    ],
)
async def test_whom_nobody_is_shown_as(
    client: Callable[..., Client], username: str, status: int, code: str
) -> None:
    answer = await begin(client, username)
    assert answer.status_code == status
    assert not await sql("SELECT count(*) FROM sessions WHERE viewing_id IS NOT NULL")
    assert not await sql("SELECT count(*) FROM audit_entries WHERE action LIKE 'view.%'")


async def test_a_stale_proof_is_asked_for_again(client: Callable[..., Client]) -> None:
    await sql("UPDATE sessions SET auth_time = 1")
    answer = await begin(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/again?next=/m/ben")


async def test_a_reason_is_one_of_those_offered(client: Callable[..., Client]) -> None:
    for reason in ("", "curiosity", "x" * 600):
        assert (await begin(client, reason=reason)).status_code == 422
    assert not await sql("SELECT count(*) FROM sessions WHERE viewing_id IS NOT NULL")


async def test_a_token_has_no_view(client: Callable[..., Client]) -> None:
    answer = await client("adi").post("/m/ben/view-as", data={"cause": "support"})
    assert answer.status_code == 403


async def test_every_way_of_writing_is_shut_on_every_route(
    client: Callable[..., Client], site: Site, cast: Cast
) -> None:
    await begin(client)
    adi = client("adi", browser=True)
    tried = 0
    for route in site._routes():
        for method in (route.methods or ()) if isinstance(route, Route) else ():
            if method in ("GET", "HEAD") or route.path in ("/view-as/end", "/sign-out"):
                continue
            path = route.path.replace(":int", "")
            for name in ("id", "number", "request_id"):
                path = path.replace("{%s}" % name, "1")  # noqa: UP031 - braces
            answer = await adi.request(method, path.replace("{slug}", "public-group").replace("{username}", "sol"))
            assert answer.status_code == 403, (method, path)
            if path.startswith("/api/"):
                assert answer.json()["code"] == "viewing_only"
            else:
                assert "nothing can be changed" in answer.text, path
            tried += 1
    assert tried > 60


async def test_what_is_only_theirs_stays_shut(client: Callable[..., Client], cast: Cast) -> None:
    thread = cast.threads["public"]
    word = "a sentence that is not yet ready"
    await sql(
        "INSERT INTO drafts (member_id, thread_id, body) VALUES ($1, $2, $3) RETURNING id",
        cast.members["ben"],
        thread,
        word,
    )
    await sql(
        """UPDATE members SET bio = 'for me alone', audiences = '{"bio": "me"}', email = 'ben@example.test'
        WHERE id = $1 RETURNING id""",
        cast.members["ben"],
    )
    assert word in (await client("ben", browser=True).get(f"/t/{thread}/thread")).text
    await begin(client)
    adi = client("adi", browser=True)
    for path in ("/me", "/me/drafts", "/me/bookmarks", "/me/sessions", "/me/anything/else"):
        answer = await adi.get(path)
        assert (answer.status_code, "private things stay shut" in answer.text) == (403, True), path
    for path in ("/me", "/me/sessions", "/drafts", "/drafts/1", "/bookmarks"):
        answer = await adi.get("/api/v1" + path)
        assert (answer.status_code, answer.json()["code"]) == (403, "viewing_only"), path
    for path in (f"/t/{thread}/thread", "/", "/m/ben", "/notices", "/api/v1/home", f"/api/v1/threads/{thread}"):
        answer = await adi.get(path)
        assert answer.status_code == 200, path
        for private in (word, "for me alone", "ben@example.test"):
            assert private not in answer.text, path


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sessions SET viewing_until = now() - interval '1 second' WHERE viewing_id IS NOT NULL",
        "UPDATE members SET staff = 'moderator' WHERE username = 'ben'",
        "UPDATE members SET status = 'suspended' WHERE username = 'ben'",
        "UPDATE members SET staff = 'moderator' WHERE username = 'adi'",
    ],
)
async def test_it_ends_by_itself(client: Callable[..., Client], change: str) -> None:
    await begin(client)
    assert "/view-as/end" in await seen(client)
    await sql(change)
    page = await seen(client)
    assert "/view-as/end" not in page and "adi" in page.lower()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE members SET status = 'suspended' WHERE username = 'adi'",
        "UPDATE sessions SET created_at = now() - interval '13 hours'",
        "UPDATE sessions SET expires_at = now()",
    ],
)
async def test_the_administrators_own_session_bounds_it(client: Callable[..., Client], change: str) -> None:
    await begin(client)
    await sql(change)
    assert "Sign in" in await seen(client)


async def test_signing_out_works(client: Callable[..., Client]) -> None:
    await begin(client)
    assert (await client("adi", browser=True).post("/sign-out")).status_code == 303
    assert "Sign in" in await seen(client)


async def test_it_lasts_half_an_hour_and_asks_one_statement(client: Callable[..., Client]) -> None:
    await begin(client)
    assert await sql(
        "SELECT viewing_until = now() + interval '30 minutes' FROM sessions WHERE viewing_id IS NOT NULL"
    )
    found: list[str] = []
    with counting(found):
        await seen(client)
    assert len(found) == 2, found


async def test_nobody_begins_from_within(client: Callable[..., Client]) -> None:
    await begin(client)
    assert (await begin(client, "cem")).status_code == 403
    assert 'action="/m/cem/view-as"' not in (await client("adi", browser=True).get("/m/cem")).text
