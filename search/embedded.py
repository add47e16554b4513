"""The embedded engine: tantivy in this process, its index in a folder that can be rebuilt at any time.

Any number of processes may open the folder. Readers notice commits and swaps by looking at two file stamps
before each search; writers open tantivy's writer for one batch, under a file lock.
"""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeAlias

import tantivy

from search import text
from search.clauses import Plan, Planner, Reading, Word, said, unfinished
from search.documents import Document
from search.engine import Answer, Correction, Hit, Query, SearchUnavailable, Status
from search.fields import WEIGHT, schema, to_tantivy
from search.generations import Generations, file_stamp
from search.snapshots import Scope, Snapshot

BATCH_HEAP = 24_000_000  # bytes; tantivy wants at least 15 MB a thread
REBUILD_HEAP = 64_000_000
WRITE_WAIT = 10.0  # seconds for another process's batch to end
SWAPS_IN_A_ROW = 5
MAX_RANKED = 10_000  # posts looked at, at most, to gather the threads of one page

_Stamp: TypeAlias = tuple[int, int]


class _Latest(NamedTuple):
    """What was read last, and how the pointer and the index's own file looked then."""

    stamps: tuple[_Stamp, _Stamp]
    meta: Path
    snapshot: Snapshot


class EmbeddedEngine:
    """A SearchEngine on a folder; cheap to make, opens nothing until it is asked."""

    def __init__(self, folder: Path) -> None:
        self._generations = Generations(folder)
        self._schema = schema()
        self._planner = Planner(self._schema)
        self._opening = threading.Lock()
        self._opened: tuple[_Stamp, Path, tantivy.Index] | None = None
        self._read: Snapshot | None = None
        self._committed: _Stamp = (0, 0)
        self._latest: _Latest | None = None
        # So that waiting writers hold one thread of the pool, not all of them.
        self._writing = asyncio.Lock()

    async def index(self, documents: Iterable[Document]) -> None:
        """Add documents, replacing those with the same post ids; searchable on return."""
        batch = {document.post_id: document for document in documents}
        if not batch:
            return

        def write(writer: tantivy.IndexWriter) -> None:
            _forget(writer, batch)
            for document in batch.values():
                writer.add_document(to_tantivy(document))

        await self._write(write)

    async def delete(self, post_ids: Iterable[int]) -> None:
        """Forget posts; unknown ids are no error."""
        if doomed := list(post_ids):
            await self._write(lambda writer: _forget(writer, doomed))

    async def search(self, query: Query) -> Answer:
        """What answers a query best; nothing outside `query.group_ids`."""
        if not query.group_ids:
            return Answer()
        return await asyncio.to_thread(self._search, query)

    async def count(self) -> int:
        """How many documents are indexed."""
        return await asyncio.to_thread(lambda: self._searcher().num_docs)

    async def stamps(self, first: int, last: int) -> dict[int, int]:
        """The stamps of the documents with ids from `first` to `last`, both included."""
        return await asyncio.to_thread(self._stamps, first, last)

    @asynccontextmanager
    async def rebuild(self) -> AsyncIterator["EmbeddedBuilder"]:
        """Fill a new folder and swap it in; only one process rebuilds at a time."""
        with ExitStack() as held:
            held.enter_context(self._generations.locked("rebuild", 0.0))
            builder = EmbeddedBuilder(self._generations.create(), self._schema)
            held.callback(builder.close)
            yield builder
            async with self._writing:
                await asyncio.to_thread(self._swap, builder)

    async def status(self) -> Status:
        """Whether the engine is ready, without raising."""
        try:
            return Status(ready=True, documents=await self.count())
        except SearchUnavailable as error:
            return Status(ready=False, documents=0, reason=str(error), rebuild=True)

    async def aclose(self) -> None:
        """Nothing is held open that the process would not let go by itself."""

    async def _write(self, write: Callable[[tantivy.IndexWriter], None]) -> None:
        async with self._writing:
            await asyncio.to_thread(self._write_batch, write)

    def _write_batch(self, write: Callable[[tantivy.IndexWriter], None]) -> None:
        with self._generations.locked("write", WRITE_WAIT):
            # Read inside the lock: a swap takes it too, so no batch goes to a folder being retired.
            folder = self._generations.active()
            with _broken_is_unavailable():
                writer = tantivy.Index.open(str(folder)).writer(BATCH_HEAP, 1)
                try:
                    write(writer)
                    writer.commit()
                finally:
                    # Also ends the writer, and merges segments that would pile up otherwise.
                    writer.wait_merging_threads()

    def _swap(self, builder: "EmbeddedBuilder") -> None:
        builder.commit()
        with self._generations.locked("write", WRITE_WAIT):
            self._generations.activate(builder.folder)
            builder.kept = True
            self._generations.sweep(keep=builder.folder)

    def _searcher(self) -> tantivy.Searcher:
        return self._snapshot().searcher

    def _snapshot(self) -> Snapshot:
        # Most often nothing has changed, and searches need not wait for each other to find that out.
        if (latest := self._latest) and latest.stamps == (self._generations.stamp(), file_stamp(latest.meta)):
            return latest.snapshot
        with self._opening:
            for _ in range(SWAPS_IN_A_ROW):
                stamp = self._generations.stamp()
                try:
                    return self._current(stamp)
                except SearchUnavailable:
                    self._opened = self._read = None
                    # Swapped and swept while we looked: look at the pointer once more.
                    if self._generations.stamp() == stamp:
                        raise
            raise SearchUnavailable("the search index is being replaced all the time")

    def _current(self, stamp: _Stamp) -> Snapshot:
        with _broken_is_unavailable():
            if self._opened is None or self._opened[0] != stamp:
                folder = self._generations.active()
                self._committed = file_stamp(folder / "meta.json")
                index = tantivy.Index.open(str(folder))
                # Without the watching thread: the stamps tell, and sooner.
                index.config_reader("manual")
                index.reload()
                self._opened, self._read = (stamp, folder, index), None
            _, folder, index = self._opened
            committed = file_stamp(folder / "meta.json")
            if committed == (0, 0):
                raise SearchUnavailable("the search index has lost its folder: rebuild it")
            if committed != self._committed:
                index.reload()
                self._committed, self._read = committed, None
            if self._read is None:
                self._read = Snapshot(index.searcher(), self._schema)
            self._latest = _Latest((stamp, committed), folder / "meta.json", self._read)
            return self._read

    def _search(self, query: Query) -> Answer:
        words = said(query.parsed)
        snapshot = self._snapshot()
        with _broken_is_unavailable():
            scope = snapshot.scope(query.group_ids)
            if scope is None:
                return Answer()
            corrections, also = _read_otherwise(scope, query, words)
            reading = Reading(scope.clauses, words, also, scope.rarity)
            plan = self._planner.plan(query, reading)
            if plan is None:
                return Answer()
            # Within one thread, and by date, a reader wants the posts themselves.
            gather = _posts if plan.newest_first or query.thread_id is not None else _threads
            hits = gather(snapshot.searcher, plan.strict, plan, query.limit)
            if not hits and plan.looser is not None and not self._lies_elsewhere(snapshot, query, reading):
                hits = gather(snapshot.searcher, plan.looser, plan, query.limit)
            return Answer(tuple(hits), tuple(corrections.values()))

    def _lies_elsewhere(self, snapshot: Snapshot, query: Query, reading: Reading) -> bool:
        """Whether it is only in this part of a longer list that nothing has all the words: then the list has ended."""
        if query.older is None and query.newer is None:
            return False
        plan = self._planner.plan(replace(query, older=None, newer=None), reading)
        return plan is not None and bool(snapshot.searcher.search(plan.strict, 1, count=False).hits)

    def _stamps(self, first: int, last: int) -> dict[int, int]:
        searcher = self._searcher()
        wanted = tantivy.Query.range_query(self._schema, "post_id", tantivy.FieldType.Integer, first, last)
        with _broken_is_unavailable():
            # Room is made for as many as are asked for, so not for more than there are.
            most = max(1, min(last - first + 1, searcher.num_docs))
            found = searcher.search(wanted, most, count=False, order_by_field="post_id").hits
            addresses = [address for _, address in found]
            ids, stamps = (searcher.fast_field_values(name, addresses) for name in ("post_id", "stamp"))
            return {int(post_id or 0): int(stamp or 0) for post_id, stamp in zip(ids, stamps, strict=True)}


def _forget(writer: tantivy.IndexWriter, post_ids: Iterable[int]) -> None:
    for post_id in post_ids:
        writer.delete_documents_by_term("post_id", post_id)


def _read_otherwise(
    scope: Scope, query: Query, words: Sequence[Word]
) -> tuple[dict[Word, Correction], dict[Word, list[str]]]:
    """What words were probably meant to be, and the terms that are searched beside their own."""
    languages = text.analysed_languages(query.parsed.languages)
    open_end = unfinished(query.parsed, words) if query.unfinished else None
    whole = [word for word in words if word != open_end]
    corrections = {} if query.verbatim else scope.corrections(whole)
    also = {
        word: text.variants(correction.meant, languages)
        for word, correction in corrections.items()
        if correction.searched
    }
    if open_end is not None:
        also[open_end] = scope.completions(open_end, languages)
    return corrections, also


class EmbeddedBuilder:
    """A generation being filled; made by `EmbeddedEngine.rebuild` only."""

    def __init__(self, folder: Path, fields: tantivy.Schema) -> None:
        self.folder = folder
        self.kept = False
        # A cancelled `add` leaves its thread running: nobody may end the writer under it.
        self._busy = threading.Lock()
        self._open: tantivy.IndexWriter | None = tantivy.Index(fields, str(folder)).writer(REBUILD_HEAP, 1)

    async def add(self, documents: Iterable[Document]) -> None:
        """Add documents, each post once."""
        await asyncio.to_thread(self._add, list(documents))

    def commit(self) -> None:
        """Make all that was added durable and end the writer."""
        with self._busy, _broken_is_unavailable():
            self._writer().commit()
            self._end()

    def close(self) -> None:
        """End the writer and remove the folder, unless it was swapped in."""
        with self._busy:
            self._end()
        if not self.kept:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _add(self, documents: Sequence[Document]) -> None:
        for document in documents:
            prepared = to_tantivy(document)
            with self._busy, _broken_is_unavailable():
                self._writer().add_document(prepared)

    def _writer(self) -> tantivy.IndexWriter:
        if self._open is None:
            raise SearchUnavailable("this rebuild has ended")
        return self._open

    def _end(self) -> None:
        if self._open is not None:
            writer, self._open = self._open, None
            writer.wait_merging_threads()


def _threads(searcher: tantivy.Searcher, clause: tantivy.Query, plan: Plan, limit: int) -> list[Hit]:
    """Gather the first `limit` threads, looking further down while one thread's posts crowd the top."""
    best: dict[int, tuple[float, tantivy.DocAddress]] = {}
    # Most often a page of threads lies within twice as many posts.
    offset, fetch = 0, limit * 2
    while len(best) < limit and offset < MAX_RANKED:
        found = searcher.search(clause, fetch, count=False, offset=offset, weight_by_field=WEIGHT).hits
        # Of all these posts only the thread is asked for: the rest is read of those that are kept.
        threads = searcher.fast_field_values("thread_id", [address for _, address in found])
        for thread_id, hit in zip(threads, found, strict=True):
            best.setdefault(int(thread_id or 0), hit)
        if len(found) < fetch:
            break
        offset, fetch = offset + fetch, min(fetch * 4, MAX_RANKED)
    return list(_read(searcher, list(best.values())[:limit], scored=True))


def _posts(searcher: tantivy.Searcher, clause: tantivy.Query, plan: Plan, limit: int) -> list[Hit]:
    order, weight = ("position", None) if plan.newest_first else (None, WEIGHT)
    found = searcher.search(clause, limit, count=False, order_by_field=order, weight_by_field=weight).hits
    return list(_read(searcher, found, scored=not plan.newest_first))


def _read(
    searcher: tantivy.Searcher, found: Sequence[tuple[float, tantivy.DocAddress]], *, scored: bool
) -> Iterator[Hit]:
    addresses = [address for _, address in found]
    names = ("post_id", "thread_id", "group_id", "number", "position")
    columns = [searcher.fast_field_values(name, addresses) for name in names]
    for (score, _), *values in zip(found, *columns, strict=True):
        post_id, thread_id, group_id, number, position = (int(value or 0) for value in values)
        yield Hit(post_id, thread_id, group_id, number, float(score) if scored else 0.0, position)


@contextmanager
def _broken_is_unavailable() -> Iterator[None]:
    """Turn what tantivy raises on a damaged folder into SearchUnavailable.

    Its Rust panics arrive as a BaseException of a class that cannot be imported, hence the name.
    """
    try:
        yield
    except (ValueError, OSError, RuntimeError) as error:
        raise SearchUnavailable(f"the search index cannot be used: rebuild it ({error})") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise SearchUnavailable("the search index is damaged: rebuild it") from error
