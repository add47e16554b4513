"""The only opener of transactions: ``@command`` around a deed, ``connection()`` for reading.

A command runs in one transaction; a command called by a command runs in a savepoint of it. The pool is not fair
and BEGIN can be cancelled, so a connection is waited for at most as long as its lane allows and always given back.
"""
import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

import asyncpg
from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.connection import get_connection, get_connections
from tortoise.exceptions import DBConnectionError

from config.database import Client
from forum.kit.errors import Overloaded

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 3
# The database is away, or busy beyond its time: load or an outage, not a bug.
UNAVAILABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    DBConnectionError,
    ConnectionError,
    FileNotFoundError,
    TimeoutError,
)
# The connection is lost, and what was asked of it may be asked again. An idle one that PostgreSQL has just told of
# its end answers InternalClientError until the socket closes.
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InternalClientError,
)
RETRIED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)

# Seconds to wait for a connection; the middleware narrows it for visitors (promise 6: they are shed first).
patience: ContextVar[float] = ContextVar("patience", default=2.0)
# The connection that a task reads with, so that a block inside a block does not wait for a second one: enough such
# requests at once would hold the whole pool, each waiting for another.
_held: ContextVar[tuple[asyncio.Task[Any] | None, Any] | None] = ContextVar("held", default=None)
_after_commit: ContextVar[list[Callable[[], None]] | None] = ContextVar("after_commit", default=None)


def command(deed: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Run the deed in one transaction, again after a deadlock; inside another command, in a savepoint."""

    @wraps(deed)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outer = get_connection("default")
        if isinstance(outer, TransactionWrapper):
            async with outer._connection.transaction():
                return await deed(*args, **kwargs)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await _in_transaction(lambda: deed(*args, **kwargs))
            except RETRIED:
                if attempt == ATTEMPTS:
                    raise
                await asyncio.sleep(0.01 * attempt)
        raise AssertionError("unreachable")

    return run


async def _in_transaction(deed: Callable[[], Awaitable[R]]) -> R:
    hooks: list[Callable[[], None]] = []
    async with outermost():
        token = _after_commit.set(hooks)
        try:
            result = await deed()
        finally:
            _after_commit.reset(token)
    for hook in hooks:
        hook()
    return result


@asynccontextmanager
async def outermost() -> AsyncIterator[asyncpg.Connection]:
    """One real transaction, seen by the ORM and by ``connection()``; for ``@command`` and the test fixture."""
    client = cast(Client, get_connection("default"))
    async with _pooled(client) as raw:
        wrapper = TransactionWrapper(client)
        wrapper._connection = raw
        async with raw.transaction():
            token = get_connections().set("default", wrapper)
            try:
                yield raw
            finally:
                get_connections().reset(token)


@asynccontextmanager
async def connection() -> AsyncIterator[asyncpg.Connection]:
    """The running transaction's connection, or this task's, else one from the pool for as long as the block lasts."""
    client = get_connection("default")
    if isinstance(client, TransactionWrapper):
        yield client._connection
        return
    task, held = asyncio.current_task(), _held.get()
    if held is not None and held[0] is task:
        yield held[1]
        return
    async with _pooled(cast(Client, client)) as raw:
        token = _held.set((task, raw))
        try:
            yield raw
        finally:
            _held.reset(token)


@asynccontextmanager
async def _pooled(client: Client) -> AsyncIterator[asyncpg.Connection]:
    """A connection from the pool; when it is lost meanwhile, Overloaded: this is an outage, not a bug."""
    pool = await client.pool()
    raw = await _acquire(pool)
    try:
        yield cast(asyncpg.Connection, raw)
    except (*LOST, asyncpg.InterfaceError) as error:
        if not isinstance(error, LOST) and not _is_closed(raw):
            raise
        with suppress(asyncpg.InterfaceError):
            raw.terminate()
        log.warning("a connection was lost: %r", error)
        raise Overloaded() from error
    finally:
        # asyncpg shields this itself: a request cancelled here gives its connection back all the same.
        await pool.release(raw)


def _is_closed(raw: Any) -> bool:
    try:
        return bool(raw.is_closed())
    except asyncpg.InterfaceError:  # so far gone that the pool has taken it back
        return True


async def _acquire(pool: asyncpg.Pool) -> Any:
    try:
        # A timer costs more than the connection: none where one lies idle.
        return await pool.acquire(timeout=None if pool.get_idle_size() else patience.get())
    except (*LOST, OSError, TimeoutError, asyncpg.TooManyConnectionsError) as error:
        raise Overloaded() from error


def after_commit(hook: Callable[[], None]) -> None:
    """Call ``hook`` once the outermost transaction has committed; never when it rolls back."""
    hooks = _after_commit.get()
    if hooks is not None:
        hooks.append(hook)


def in_transaction() -> bool:
    """Whether this task holds a transaction; without an open database nobody does."""
    try:
        return isinstance(get_connection("default"), TransactionWrapper)
    except RuntimeError:
        return False
