"""What goes over a stream: server-sent events (WHATWG HTML, 9.2), their data as JSON."""

from typing import Annotated

import msgspec
from msgspec import Meta

from forum.outbox.stream import Cursor


class LiveWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``thread`` is the one that is open in front of the reader."""

    thread: Annotated[int, Meta(ge=1, le=2**63 - 1)] | None = None


class Reply(msgspec.Struct, frozen=True):
    """``author`` is a display name: text, not HTML."""

    thread_id: int
    post_id: int
    number: int
    author: str


class PostChanged(msgspec.Struct, frozen=True):
    """Of ``edited`` and ``withdrawn``."""

    post_id: int
    number: int


class Moved(msgspec.Struct, frozen=True):
    """All posts of the thread went to another one; its address leads there."""

    thread_id: int


class Unread(msgspec.Struct, frozen=True):
    """Unread threads by the group's slug (a group without any is left out), and unread notices."""

    groups: dict[str, int]
    notices: int


class Gone(msgspec.Struct, frozen=True, omit_defaults=True):
    """``signed_out``: the stream ends; ``not_readable``: nothing more comes of this thread."""

    reason: str
    thread_id: int | None = None


class Resync(msgspec.Struct, frozen=True):
    """Something was left out: ask for the page or the posts again."""


SIGNED_OUT, NOT_READABLE = "signed_out", "not_readable"
RETRY_MS = 3000
HELLO = b"retry: %d\n" % RETRY_MS


def frame(kind: str, data: msgspec.Struct, cursor: Cursor | None = None) -> bytes:
    """One event; without a cursor the reader's last id stays as it is."""
    place = b"id: %d-%d\n" % cursor if cursor is not None else b""
    return b"%sevent: %s\ndata: %s\n\n" % (place, kind.encode(), msgspec.json.encode(data))


def place(cursor: Cursor) -> bytes:
    """Sets the reader's last id and is no event: it has no data."""
    return b"id: %d-%d\n\n" % cursor


def heartbeat(cursor: Cursor | None) -> bytes:
    """A comment, which also moves the last id on, so that a replay is short."""
    return b":\n\n" if cursor is None else b":\n" + place(cursor)
