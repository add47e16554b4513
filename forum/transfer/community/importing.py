"""The steps of an import, in order."""
import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from forum.transfer.community.converting import Converted, Converters
from forum.transfer.community.finishing import finish
from forum.transfer.community.naming import post_key_start, thread_key
from forum.transfer.community.places import Places, moment, settle
from forum.transfer.community.reading import Entry, Source, read
from forum.transfer.community.report import Report
from forum.transfer.community.storing import Incoming, present, store

# A batch is a transaction: so many messages, or so many bytes of their HTML, whichever comes first.
MESSAGES: Final = 2_000
BYTES: Final = 4_000_000
# Batches that are converted while another is stored.
AHEAD: Final = 2

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Batch:
    """``through`` counts the file's messages up to the end of this batch, those skipped included."""

    through: int
    entries: list[Entry]
    texts: "asyncio.Future[list[list[Converted | str]]]"


async def import_community(path: Path, progress: Progress) -> Report:
    """Take in a community's messages, each once, however often and however far it was run before.

    ``path`` is a file of JSON lines (group, topic, id, author, ts in seconds, html), plain or gzip;
    ``progress`` is called with (messages done, messages in the file). Makes no facts, jobs or notices; search
    is rebuilt by the caller. Raises ``OSError`` if the file cannot be read. Needs as much disk for temporary
    files as the messages' HTML, and about 300 bytes of memory a message.
    """
    started = time.monotonic()
    report = Report()
    source = await asyncio.to_thread(read, path, report)
    with source.html:
        progress(0, len(source.entries))
        places = await settle(source, report)
        with Converters(places.hrefs) as converters:
            await _import_messages(_Run(source, places, report, converters), progress)
    await finish(places.groups)
    report.broken.sort()
    report.seconds = time.monotonic() - started
    return report


class _Run:
    """What the steps share; topics are numbered as in the source."""

    def __init__(self, source: Source, places: Places, report: Report, converters: Converters) -> None:
        self.source, self.places, self.report, self.converters = source, places, report, converters
        names = list(source.groups)
        self.topics = list(source.topics)
        self.thread_keys = [thread_key(names[group], topic) for group, topic in self.topics]
        self.post_keys = [post_key_start(names[group], topic) for group, topic in self.topics]

    def key(self, entry: Entry) -> str:
        return self.post_keys[entry.topic] + str(entry.id)

    def incoming(self, entry: Entry, text: Converted) -> Incoming:
        group, topic = self.topics[entry.topic]
        named = (self.places.member_ids.get(name) for name in text.mentions)
        return Incoming(
            key=self.key(entry),
            thread_key=self.thread_keys[entry.topic],
            topic=topic,
            group_id=self.places.groups[group],
            author_id=self.places.members[entry.author],
            at=moment(entry.ts),
            text=text,
            mentioned=tuple(sorted({member_id for member_id in named if member_id is not None})),
        )


async def _import_messages(run: _Run, progress: Progress) -> None:
    """Convert ahead of storing, so that both processors and the database have work all the time."""
    waiting: deque[_Batch] = deque()
    total = len(run.source.entries)
    async for batch in _batches(run):
        waiting.append(batch)
        if len(waiting) > AHEAD:
            progress(await _finish_batch(run, waiting.popleft()), total)
    while waiting:
        progress(await _finish_batch(run, waiting.popleft()), total)
    progress(total, total)


async def _batches(run: _Run) -> AsyncIterator[_Batch]:
    """Yield what is not stored yet, in the order of time, its conversion begun."""
    entries, batch, size = run.source.entries, list[Entry](), 0
    for at in range(0, len(entries), MESSAGES):
        window = entries[at : at + MESSAGES]
        there = await present([run.key(entry) for entry in window])
        run.report.skipped += len(there)
        for through, entry in enumerate(window, at + 1):
            if run.key(entry) not in there:
                batch.append(entry)
                size += entry.length
            if len(batch) >= MESSAGES or size >= BYTES:
                yield _started(run, through, batch)
                batch, size = [], 0
    if batch:
        yield _started(run, len(entries), batch)


def _started(run: _Run, through: int, entries: list[Entry]) -> _Batch:
    return _Batch(through, entries, run.converters.convert([run.source.html_of(entry) for entry in entries]))


async def _finish_batch(run: _Run, batch: _Batch) -> int:
    texts = [text for chunk in await batch.texts for text in chunk]
    incoming = []
    for entry, text in zip(batch.entries, texts, strict=True):
        if isinstance(text, Converted):
            incoming.append(run.incoming(entry, text))
        else:
            run.report.refuse(entry.line, text)
    if incoming:
        stored = await store(incoming)
        run.report.posts += stored.posts
        run.report.threads += stored.threads
        run.report.empty += stored.empty
        run.report.oversize += stored.oversize
        run.report.skipped += len(incoming) - stored.posts
    return batch.through
