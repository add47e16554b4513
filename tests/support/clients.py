"""Clients that speak to the application in process, each as one of the cast."""
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from forum.app import Site
from tests.cast import STRANGER, api_token, session_token

BASE = "https://forum.example.test"
COOKIE = "__Host-plenary"
BROWSER = {"Sec-Fetch-Site": "same-origin", "Origin": BASE}


class Client(httpx2.AsyncClient):
    """``await client.get(...)``; ``browser`` ones carry a session cookie, others a bearer token."""


def client_of(site: Site, name: str, *, browser: bool = False) -> Client:
    headers: dict[str, str] = dict(BROWSER) if browser else {}
    if name != STRANGER:
        if browser:
            headers["Cookie"] = f"{COOKIE}={session_token(name)}"
        else:
            headers["Authorization"] = f"Bearer {api_token(name)}"
    transport = httpx2.ASGITransport(app=site.app, client=("127.0.0.1", 4000))
    return Client(transport=transport, base_url=BASE, headers=headers)


@contextmanager
def counting(statements: list[str]) -> Iterator[None]:
    """Collect the SQL that asyncpg runs inside the block, BEGIN and COMMIT left out."""
    import asyncpg

    originals: dict[str, Any] = {}
    for method in ("fetch", "fetchrow", "fetchval", "execute", "executemany"):
        originals[method] = getattr(asyncpg.Connection, method)

        def spy(self: Any, query: str, *args: Any, _original: Any = originals[method], **kwargs: Any) -> Any:
            statements.append(query)
            return _original(self, query, *args, **kwargs)

        setattr(asyncpg.Connection, method, spy)
    try:
        yield
    finally:
        for method, original in originals.items():
            setattr(asyncpg.Connection, method, original)
