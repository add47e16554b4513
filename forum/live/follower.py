"""One open stream, and the person behind it."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from starlette.types import Send

from auth.actor import Actor
from forum.live.schemas import Resync, frame, heartbeat
from forum.live.telling import Telling
from forum.outbox.stream import Cursor

LONGEST_QUEUE = 64

# The event loop keeps only weak references to its tasks.
_flushes: set[asyncio.Task[None]] = set()


class Credential(NamedTuple):
    """SHA-256 of what was presented; both None is a visitor."""

    session: bytes | None = None
    token: bytes | None = None


NOBODY = Credential()


class Person:
    """Everybody who came with one credential: asked for once, however many streams they have open.

    ``asked``, ``counted`` and ``due`` are seconds of the monotonic clock; ``notices`` is what was last told.
    ``doubted``: something was held back because nobody could say whether they may still read it.
    """

    __slots__ = (
        "actor", "asked", "counted", "credential", "doubted", "due", "followers", "notices", "unread",
    )  # fmt: skip

    def __init__(self, credential: Credential, actor: Actor, asked: float) -> None:
        self.credential, self.actor, self.asked = credential, actor, asked
        self.followers: set[Follower] = set()
        self.counted, self.due = 0.0, float("inf")
        self.unread, self.notices, self.doubted = b"", -1, False


class Follower:
    """A stream with its queue. It costs a task only while there is something to send.

    It begins after the fact ``joined``; ``after`` is the last one that needs no more telling. ``held`` while what
    was missed is replayed.
    """

    __slots__ = (
        "_flushing", "_queue", "_send", "after", "group_id", "held", "joined", "over", "person", "thread_id",
    )  # fmt: skip

    def __init__(self, person: Person, send: Send, after: Cursor, thread_id: int | None, group_id: int | None) -> None:
        self.person, self.joined, self.after = person, after, after
        self.thread_id, self.group_id = thread_id, group_id
        self.held, self.over = True, False
        self._send, self._queue, self._flushing = send, list[bytes](), False

    def may_read(self, group_id: int) -> bool:
        """The same door as the pages'."""
        return group_id in self.person.actor.readable

    def tell(self, news: Sequence[Telling]) -> None:
        """Queue what this stream may hear and has not heard."""
        for each in news:
            if each.cursor <= self.after or self.over or self.thread_id is None:
                continue
            self.group_id, self.after = each.group_id, each.cursor
            if not self.may_read(each.group_id):
                continue
            if len(self._queue) >= LONGEST_QUEUE:
                self._queue.clear()
                self._queue.append(frame("resync", Resync(), each.cursor))
            else:
                self._queue.append(each.frame)
        self._kick()

    def say(self, text: bytes) -> None:
        """Queue something without a place of its own."""
        if self.over:
            return
        if len(self._queue) >= LONGEST_QUEUE:
            self.resync()
        else:
            self._queue.append(text)
            self._kick()

    def resync(self, cursor: Cursor | None = None) -> None:
        """Give up what waits: the reader asks for the page again. One such word is enough."""
        if not self.over:
            self.after = max(self.after, cursor or self.after)
            self._queue[:] = [frame("resync", Resync(), self.after)]
            self._kick()

    def beat(self, told: Cursor) -> None:
        """A sign of life when nothing else is under way."""
        if not (self._queue or self._flushing or self.held or self.over or self.person.doubted):
            self._queue.append(heartbeat(told if told >= self.after else None))
            self._kick()

    def leave_thread(self, word: bytes) -> None:
        """Nothing more about the thread, not even what waits."""
        if self.over:
            return
        self.thread_id = self.group_id = None
        self._queue[:] = [word]
        self._kick()

    def end(self, word: bytes = b"") -> None:
        """End the stream; of what waits nothing is sent."""
        if not self.over:
            self.over = True
            self._queue[:] = [word] if word else []
            self._kick()

    def release(self) -> None:
        """What was missed has been replayed: go on live."""
        self.held = False
        self._kick()

    def _kick(self) -> None:
        if self.held or self._flushing or not (self._queue or self.over):
            return
        self._flushing = True
        task = asyncio.create_task(self._flush(), name="live")
        _flushes.add(task)
        task.add_done_callback(_flushes.discard)

    async def _flush(self) -> None:
        try:
            while self._queue:
                body = b"".join(self._queue)
                self._queue.clear()
                await self._send({"type": "http.response.body", "body": body, "more_body": True})
            if self.over:
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        except OSError:
            self.over = True  # the reader has gone; the endpoint hears of it, too
        finally:
            self._flushing = False


async def flushed(seconds: float) -> None:
    """Wait until what is being sent has been sent, for a while."""
    if _flushes:
        await asyncio.wait(_flushes, timeout=seconds)
