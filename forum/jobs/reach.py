"""PostgreSQL out of the pool: a connection of one's own, and the errors that mean it cannot be reached."""
from typing import cast

import asyncpg
from tortoise.connection import get_connection

from config.database import Client
from forum.kit.errors import Overloaded

UNREACHABLE = (
    OSError,
    TimeoutError,
    Overloaded,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
)


async def own_connection() -> asyncpg.Connection:
    """A new connection outside the pool, for LISTEN and NOTIFY; the caller closes it."""
    client = cast(Client, get_connection("default"))
    return await asyncpg.connect(
        host=client.host,
        port=client.port,
        user=client.user,
        password=cast(str | None, client.password),
        database=client.database,
        server_settings=client.server_settings,
        timeout=5,
    )
