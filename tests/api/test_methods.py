"""Every route and every method: reading changes nothing (S-6), what is not offered is 405 and says what is."""
import re
from collections.abc import Callable

import asyncpg
import pytest

from tests.api.checks import Faults
from tests.api.routes import operations, pages
from tests.cast import Cast
from tests.support.clients import Client

pytestmark = [pytest.mark.anyio, pytest.mark.committed]
As = Callable[..., Client]
MACHINERY = [
    "/livez", "/readyz", "/metrics", "/api/v1/openapi.json", "/static/none.css", "/sign-in", "/signed-out",
    "/no-such-page", "/api/v1/no-such-thing", "/api", "/api/v1", "/api/v2/x", "//", "/g/",
]  # fmt: skip
# Browsers come to these by GET, as the standards have it; each refusal is written down, and nothing else is.
DOORS = ["/auth/callback/nobody", "/auth/dconnect/nobody", "/lti/login", "/lti/register", "/session/sso_provider"]
TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY 1
"""
# When somebody was last seen is written by reading, at most once a minute: that is its purpose.
SEEN = {"sessions": "last_seen_at", "api_tokens": "last_used_at"}


async def fingerprint(raw: asyncpg.Connection) -> dict[str, str]:
    """A hash of each table's rows."""
    found: dict[str, str] = {}
    for (table,) in await raw.fetch(TABLES):
        found[table] = await raw.fetchval(
            f"SELECT count(*) || ' ' || coalesce(md5(string_agg(row::text, '' ORDER BY row::text)), '') "
            f"FROM (SELECT to_jsonb(t) - $1::text AS row FROM {table} t) rows",
            SEEN.get(table, ""),
        )
    return found


@pytest.mark.parametrize("name", ["ben", "fay", "adi", "pia", "stranger"])
async def test_get_changes_nothing(as_: As, own_url: str, cast: Cast, name: str) -> None:
    faults = Faults()
    raw = await asyncpg.connect(own_url)
    async with as_(name) as client, as_(name, browser=True) as browser:
        before = await fingerprint(raw)
        assert len(before) > 20
        for target in operations(cast):
            if target.method == "GET":
                faults.check(target.path, await client.get(target.path))
                faults.check("HEAD " + target.path, await client.head(target.path))
        for path in [one.path for one in pages(cast) if one.method == "GET"] + MACHINERY:
            faults.check(path, await browser.get(path))
            faults.check("HEAD " + path, await browser.head(path))
        assert await fingerprint(raw) == before
    await raw.close()
    faults.none()


@pytest.mark.parametrize("path", DOORS)
async def test_a_door_writes_down_whom_it_refused_and_no_more(as_: As, own_url: str, path: str) -> None:
    raw = await asyncpg.connect(own_url)
    async with as_("stranger", browser=True) as browser:
        before = await fingerprint(raw)
        assert (await browser.get(path)).status_code in (400, 404)
        after = await fingerprint(raw)
    await raw.close()
    assert {table for table in after if after[table] != before[table]} == {"audit_entries"}


async def test_head_is_get_without_its_body(as_: As, cast: Cast) -> None:
    async with as_("ben") as ben:
        for path in [one.path for one in (*operations(cast), *pages(cast)) if one.method == "GET"] + MACHINERY:
            got, head = await ben.get(path), await ben.head(path)
            assert (head.status_code, head.headers.get("content-type")) == (
                got.status_code, got.headers.get("content-type"),
            ), path  # fmt: skip


async def test_other_methods_are_refused_with_what_there_is(as_: As, cast: Cast) -> None:
    faults = Faults()
    offered: dict[str, set[str]] = {}
    for target in (*operations(cast), *pages(cast)):
        # /t/1/reply is a thread's address, too: its last part is not looked at; so are those of two parts of an
        # initiative and of a collection.
        also = {"GET"} if re.match(r"/[tic]/{id:int}/[^/]+$", target.template) else set()
        offered.setdefault(target.path, also).add(target.method)
    async with as_("ben") as ben:
        for path, methods in offered.items():
            for method in ("OPTIONS", "TRACE", "PROPFIND", "FOO", "GET", "POST", "PUT", "PATCH", "DELETE"):
                if method in methods:
                    continue
                answer = await ben.request(method, path)
                faults.check(f"{method} {path}", answer, 405)
                allowed = {one.strip() for one in answer.headers.get("allow", "").split(",")}
                if answer.status_code == 405 and allowed - {"HEAD"} != methods:
                    faults.found.append(f"{method} {path}: allows {allowed}, has {methods}")
    faults.none()


@pytest.mark.parametrize("path", ["*", "", "x", "http://evil.example/"])
async def test_targets_that_are_no_paths(as_: As, path: str) -> None:
    """As a server passes on `OPTIONS *` and worse (RFC 9112, 3.2)."""
    async with as_("ben") as ben:
        answers = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, object]) -> None:
            answers.append(message)

        scope = {
            "type": "http", "method": "OPTIONS", "path": path, "raw_path": path.encode(), "query_string": b"",
            "headers": [], "scheme": "https", "server": ("x", 443), "client": ("127.0.0.1", 1), "http_version": "1.1",
            "root_path": "", "asgi": {"version": "3.0"},
        }  # fmt: skip
        await ben._transport.app(scope, receive, send)
    assert answers[0]["status"] == 404
