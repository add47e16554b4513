"""The one database: Tortoise's configuration and the small engine it runs on.

The engine exists for three measured reasons: hand-written SQL and the ORM share one pool and one transaction;
asyncpg's reset query costs a round trip on each acquire (so session state is never left behind: ``SET LOCAL``
only); and a statement that builds JSON hands over its bytes undecoded.
"""
import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import asyncpg
from tortoise import Tortoise
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from config.settings import DatabaseSettings

MODEL_MODULES = (
    "forum.outbox.models",
    "forum.jobs.models",
    "forum.kit.models",
    "auth.sessions.models",
    "auth.tokens.models",
    "auth.oidc.models",
    "auth.lti.models",
    "auth.scim.models",
    "forum.members.models",
    "forum.groups.models",
    "forum.threads.models",
    "forum.reading.models",
    "forum.initiatives.models",
    "forum.polls.models",
    "forum.moderation.models",
    "forum.curation.models",
    "forum.notifications.models",
    "forum.searching.models",
    "forum.site.models",
)


class Connection(asyncpg.Connection):
    """A pooled connection that carries no session state and so needs no reset."""

    def get_reset_query(self) -> str:
        return ""


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec("json", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary")


class Client(AsyncpgDBClient):
    """Tortoise's asyncpg client on a pool that hand-written SQL shares."""

    async def create_pool(self, **options: Any) -> asyncpg.Pool:
        options["connection_class"] = Connection
        return await asyncpg.create_pool(None, init=_prepare, **options)

    async def pool(self) -> asyncpg.Pool:
        if self._pool is None:
            async with self._pool_init_lock:
                if self._pool is None:
                    await self.create_connection(with_db=True)
        assert self._pool is not None
        return self._pool


client_class = Client


def credentials(url: str) -> dict[str, str | int | None]:
    """Split ``postgresql://user:password@host:port/name?host=/socket`` into what asyncpg takes."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "host": query.get("host") or parts.hostname or "localhost",
        "port": parts.port or int(query.get("port", 5432)),
        "user": unquote(parts.username or query.get("user", "forum")),
        "password": unquote(parts.password) if parts.password else None,
        "database": parts.path.lstrip("/") or "forum",
    }


def tortoise_config(url: str, settings: DatabaseSettings, *, worker: bool = False) -> dict[str, Any]:
    """Tortoise's settings; timeouts are the server's, set once a connection (milliseconds)."""
    statement = settings.worker_statement_timeout_ms if worker else settings.statement_timeout_ms
    return {
        "connections": {
            "default": {
                "engine": "config.database",
                "credentials": {
                    **credentials(url),
                    "minsize": 1,
                    "maxsize": settings.pool_size,
                    "max_inactive_connection_lifetime": 0,
                    "timeout": 3,
                    "server_settings": {
                        "application_name": "plenary",
                        "timezone": "UTC",
                        "jit": "off",
                        "statement_timeout": str(statement),
                        "lock_timeout": str(settings.lock_timeout_ms),
                        "idle_in_transaction_session_timeout": str(settings.idle_in_transaction_timeout_ms),
                    },
                },
            }
        },
        "apps": {
            "forum": {
                "models": list(MODEL_MODULES),
                "default_connection": "default",
                "migrations": "forum.migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


async def connect(config: Mapping[str, Any]) -> None:
    """Open the database for the life of this process (a lifespan calls it once)."""
    await Tortoise.init(config=dict(config), _enable_global_fallback=True)


async def disconnect(grace: float = 5.0) -> None:
    """Close the pool; connections still busy after ``grace`` seconds are cut."""
    async with asyncio.timeout(grace + 5):
        await Tortoise.close_connections()
