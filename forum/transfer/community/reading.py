"""Reads the file: one message a line, checked, its HTML put aside on disk until it is wanted.

What stays in memory are the names and about 200 bytes a message, whatever the messages hold.
"""
import gzip
import tempfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta

from forum.transfer.community.naming import LONGEST_NAME, line_of
from forum.transfer.community.report import Report

LONGEST_LINE: Final = 8_000_000
_GZIP: Final = b"\x1f\x8b"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
# A clock may be a little wrong; a message of next year is.
_AHEAD: Final = 86_400

Name = Annotated[str, Meta(max_length=LONGEST_NAME)]


class Message(msgspec.Struct, frozen=True):
    """One line; ``ts`` in seconds since 1970."""

    group: Name
    topic: Name
    id: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    author: Name
    ts: Annotated[int, Meta(ge=0, le=2**40)]
    html: str


class Entry(NamedTuple):
    """A message without its names and HTML; entries sort by time, then id. ``at``, ``length`` in bytes."""

    ts: int
    id: int
    line: int
    topic: int
    author: int
    at: int
    length: int


@dataclass(slots=True)
class Source:
    """All that the file holds; ``topics`` are (group's index, topic), ``*_since`` the first time of each."""

    html: IO[bytes]
    groups: dict[str, int] = field(default_factory=dict)
    topics: dict[tuple[int, str], int] = field(default_factory=dict)
    authors: dict[str, int] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    seen: set[tuple[int, int]] = field(default_factory=set)
    group_since: list[int] = field(default_factory=list)
    author_since: list[int] = field(default_factory=list)

    def html_of(self, entry: Entry) -> str:
        self.html.seek(entry.at)
        return self.html.read(entry.length).decode()


class BrokenLineError(Exception):
    """A line that cannot be taken, and why."""


def read(path: Path, report: Report) -> Source:
    """Read the whole file, plain or gzip; broken lines and doubles go into the report.

    Raises ``OSError`` if the file cannot be opened. A file that breaks off gives what came before. The caller
    closes ``Source.html``, a temporary file as long as the messages' HTML.
    """
    source = Source(tempfile.TemporaryFile())  # noqa: SIM115 - the caller closes it
    try:
        decoder = msgspec.json.Decoder(Message)
        latest = int(time.time()) + _AHEAD
        for number, line in _lines(path, report):
            try:
                _take(source, _parsed(decoder, line, latest), number, report)
            except BrokenLineError as error:
                report.refuse(number, str(error))
    except BaseException:
        source.html.close()
        raise
    source.entries.sort()
    source.seen.clear()
    return source


def _lines(path: Path, report: Report) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank, with their numbers."""
    with path.open("rb") as raw:
        packed = raw.read(2) == _GZIP
        raw.seek(0)
        stream = gzip.GzipFile(fileobj=raw) if packed else raw
        number = 0
        while True:
            number += 1
            try:
                line = stream.readline(LONGEST_LINE)
                while len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                    report.refuse(number, f"longer than {LONGEST_LINE:,} bytes")
                    line = _after_long_line(stream)
                    number += 1
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                report.refuse(number, f"the compressed file is broken from here on: {error}")
                return
            if not line:
                return
            if number == 1:
                line = line.removeprefix(_BYTE_ORDER_MARK)
            if line.strip():
                yield number, line


def _after_long_line(stream: IO[bytes] | gzip.GzipFile) -> bytes:
    """Skip the rest of a line in pieces, and return the next one."""
    while (piece := stream.readline(LONGEST_LINE)) and not piece.endswith(b"\n"):
        pass
    return stream.readline(LONGEST_LINE)


def _parsed(decoder: msgspec.json.Decoder[Message], line: bytes, latest: int) -> Message:
    try:
        message = decoder.decode(line)
    except RecursionError:
        raise BrokenLineError("nested too deep") from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise BrokenLineError(str(error)) from None
    for name in ("group", "topic", "author", "html"):
        if "\0" in getattr(message, name):
            raise BrokenLineError(f"a NUL character - at `$.{name}`")
    if message.ts > latest:
        raise BrokenLineError("the time lies in the future - at `$.ts`")
    return message


def _take(source: Source, message: Message, line: int, report: Report) -> None:
    """Put a message aside; one that was there before is skipped."""
    _refuse_unnamed(source.groups, message.group, "group")
    _refuse_unnamed(source.authors, message.author, "author")
    html = message.html.encode()
    group = _index(source.groups, source.group_since, message.group, message.ts)
    author = _index(source.authors, source.author_since, message.author, message.ts)
    topic = source.topics.setdefault((group, message.topic), len(source.topics))
    if (topic, message.id) in source.seen:
        report.skipped += 1
        return
    source.seen.add((topic, message.id))
    at = source.html.tell()
    source.html.write(html)
    source.entries.append(Entry(message.ts, message.id, line, topic, author, at, len(html)))


def _refuse_unnamed(known: dict[str, int], name: str, field_name: str) -> None:
    if name not in known and not line_of(name):
        raise BrokenLineError(f"nothing to read - at `$.{field_name}`")


def _index(known: dict[str, int], since: list[int], name: str, ts: int) -> int:
    index = known.setdefault(name, len(known))
    if index == len(since):
        since.append(ts)
    since[index] = min(since[index], ts)
    return index
