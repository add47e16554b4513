"""Tell readers that there are new facts or jobs, outside the transaction that wrote them.

NOTIFY inside a writing transaction halves the commits under load. So a commit only sets an event in memory;
one ``Relay`` per process turns many of these into one NOTIFY, at most every 20 ms. A ``Listener`` hears it
on a connection of its own and finds its way back after PostgreSQL was away. Neither is needed for
correctness: whoever reads also looks by itself, now and then.
"""
import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Self

import asyncpg

from forum.jobs import queue
from forum.jobs.reach import UNREACHABLE, own_connection

log = logging.getLogger(__name__)

CHANNEL = "plenary_facts"
GAP = 0.02
PULSE = 10.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0


def wake() -> None:
    """To be called after a commit; does nothing in a process without a relay."""
    queue.wake()


class Wakeups:
    """One reader's wake-ups; those that come while it is busy are kept as one."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def wake(self) -> None:
        self._event.set()

    async def wait(self, timeout: float = 1.0) -> bool:
        """Wait for a wake-up, at most ``timeout`` seconds; whether there was one."""
        try:
            async with asyncio.timeout(timeout):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True


class Relay:
    """``async with Relay():`` for the life of a process that writes."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.sent = 0

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep(), name="relay")
        queue.wake_with(self.wake)
        return self

    async def __aexit__(self, *_: object) -> None:
        queue.wake_with(None)
        await _end(self._task)

    def wake(self) -> None:
        self._woken.set()

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                raw = await own_connection()
                try:
                    await self._send(raw)
                finally:
                    raw.terminate()
            except UNREACHABLE as error:
                log.warning("the relay lost PostgreSQL, again in %.1f s: %r", pause, error)
            # What was lost with the connection is said again; each reader would find it by itself, too.
            self.wake()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _send(self, raw: asyncpg.Connection) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            await raw.execute("NOTIFY plenary_facts")
            self.sent += 1
            await asyncio.sleep(GAP)


class Listener:
    """``async with Listener() as listener:`` hears every relay: ``wait`` (one reader) or ``subscribe``."""

    def __init__(self) -> None:
        self._own = Wakeups()
        self._on_wake: list[Callable[[], None]] = [self._own.wake]
        self._hearers: dict[str, list[Callable[[str], None]]] = defaultdict(list)
        self._raw: asyncpg.Connection | None = None
        self._busy = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep(), name="listener")
        return self

    async def __aexit__(self, *_: object) -> None:
        await _end(self._task)

    async def wait(self, timeout: float = 1.0) -> bool:
        return await self._own.wait(timeout)

    def subscribe(self) -> Wakeups:
        """Wake-ups for one more reader of this process."""
        reader = Wakeups()
        self._on_wake.append(reader.wake)
        return reader

    def on_wake(self, callback: Callable[[], None]) -> None:
        self._on_wake.append(callback)

    async def hear(self, channel: str, callback: Callable[[str], None]) -> None:
        """Pass the payloads of another channel on to ``callback``."""
        self._hearers[channel].append(callback)
        raw = self._raw
        if raw is not None:
            try:
                async with self._busy:
                    await raw.add_listener(channel, self._heard)
            except UNREACHABLE:
                log.debug("%s will be heard after the reconnect", channel)

    def forget(self, callback: Callable[..., None]) -> None:
        """Stop calling ``callback``, however it was given."""
        self._on_wake = [each for each in self._on_wake if each != callback]
        for channel, hearers in self._hearers.items():
            self._hearers[channel] = [each for each in hearers if each != callback]

    def _heard(self, _raw: object, _pid: int, channel: str, payload: object) -> None:
        for callback in tuple(self._hearers.get(channel, ())):
            callback(str(payload))
        if channel == CHANNEL:
            self._wake()

    def _wake(self) -> None:
        for callback in tuple(self._on_wake):
            callback()

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                raw = await own_connection()
                try:
                    await self._listen(raw)
                    pause = FIRST_PAUSE
                    await self._feel_pulse(raw)
                finally:
                    self._raw = None
                    self.listening.clear()
                    raw.terminate()
            except UNREACHABLE as error:
                log.warning("the listener lost PostgreSQL, again in %.1f s: %r", pause, error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _listen(self, raw: asyncpg.Connection) -> None:
        for channel in (CHANNEL, *self._hearers):
            await raw.add_listener(channel, self._heard)
        self._raw = raw
        self.listening.set()
        # Whatever was notified while nobody listened is caught up now.
        self._wake()

    async def _feel_pulse(self, raw: asyncpg.Connection) -> None:
        lost = asyncio.Event()
        raw.add_termination_listener(lambda _: lost.set())
        while not raw.is_closed():
            try:
                async with asyncio.timeout(PULSE):
                    await lost.wait()
            except TimeoutError:
                async with self._busy:
                    await raw.execute("SELECT 1", timeout=PULSE / 2)


async def _end(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.wait({task})
