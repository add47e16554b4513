"""The ledger client: it writes posts at a steady rate and notes each intent and each acknowledgement for good.

A line is on the disk (fsync) before its request goes out, and after its 2xx came in. Whatever is killed meanwhile,
afterwards must hold: acknowledged ⊆ database ⊆ intents, and nothing twice.
"""
import asyncio
import os
import random
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import msgspec

from config.database import connect, disconnect, tortoise_config
from config.settings import DatabaseSettings
from forum.groups.recount import recount_groups
from forum.threads.recount import find_gaps, recount_threads

PATIENCE = httpx2.Timeout(5.0)
ATTEMPTS = 60
LONGEST_PAUSE = 0.5
POSTS = r"SELECT id, thread_id, number, state, body FROM posts WHERE body LIKE $1 || '-%'"
FACTS = """
    SELECT (payload->>'post_id')::bigint AS post_id, count(*) AS n FROM facts
    WHERE name ILIKE '%reply%posted%' GROUP BY 1
"""


class Ledger:
    """An append-only file of JSON lines; those that come while the disk is busy share one fsync."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None

    async def note(self, **entry: object) -> None:
        """Returns once the line is on the disk."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((msgspec.json.encode(entry) + b"\n", done))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        await done

    async def _flush(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            await asyncio.to_thread(self._store, b"".join(line for line, _ in batch))
            for _, done in batch:
                done.set_result(None)

    def _store(self, lines: bytes) -> None:
        os.write(self._descriptor, lines)
        os.fsync(self._descriptor)

    def read(self) -> list[dict[str, Any]]:
        return [msgspec.json.decode(line) for line in self.file.read_bytes().splitlines()]


@dataclass(slots=True)
class Figures:
    """What was found afterwards."""

    intended: int = 0
    acknowledged: int = 0
    stored: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)
    facts_wrong: int = 0
    threads_wrong: int = 0
    groups_wrong: int = 0
    gaps: int = 0

    def assert_kept(self) -> None:
        """Promises 1, 2, 3 and 7."""
        assert self.acknowledged > 0
        assert not self.lost, f"{len(self.lost)} acknowledged posts are lost: {self.lost[:5]}"
        assert not self.twice, f"{len(self.twice)} posts are there twice: {self.twice[:5]}"
        assert not self.unasked, f"{len(self.unasked)} posts that nobody wrote: {self.unasked[:5]}"
        assert (self.facts_wrong, self.threads_wrong, self.groups_wrong, self.gaps) == (0, 0, 0, 0)


class LedgerClient:
    """``writers`` members' programs that together begin ``rate`` posts a second, as far as they are answered."""

    def __init__(
        self, base: str, file: Path, *, threads: list[int], tokens: list[str], rate: int = 50, writers: int = 25
    ) -> None:
        self.run_id = f"ledger-{secrets.token_hex(6)}"
        self.ledger = Ledger(file)
        self.answers: Counter[str] = Counter()
        self.strange: list[str] = []
        self.successes: list[tuple[float, float]] = []  # (sent, answered) of each 2xx
        self.given_up = 0
        self._base, self._threads, self._tokens = base, threads, tokens
        self._rate, self._writers = rate, writers
        self._number = 0

    async def run(self, seconds: float) -> None:
        """Write for this long, then until every intent is answered or given up."""
        limits = httpx2.Limits(max_connections=self._writers, max_keepalive_connections=self._writers)
        begun = time.monotonic()
        async with (
            httpx2.AsyncClient(base_url=self._base, timeout=PATIENCE, limits=limits) as http,
            asyncio.TaskGroup() as group,
        ):
            for place in range(self._writers):
                group.create_task(self._write_on(http, place, begun, begun + seconds))

    async def _write_on(self, http: httpx2.AsyncClient, place: int, begun: float, until: float) -> None:
        gap = self._writers / self._rate
        due = begun + gap * place / self._writers
        while due < until:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await self._write(http)
            due = max(due + gap, time.monotonic() - gap)

    async def _write(self, http: httpx2.AsyncClient) -> None:
        self._number += 1
        marker = f"{self.run_id}-{self._number}-"
        thread = self._threads[self._number % len(self._threads)]
        token = random.choice(self._tokens)
        await self.ledger.note(intent=marker, thread=thread)
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": marker}
        for attempt in range(ATTEMPTS):
            sent = time.monotonic()
            try:
                answer = await http.post(
                    f"/api/v1/threads/{thread}/posts", headers=headers, json={"body": f"{marker} written for good"}
                )
            except httpx2.TransportError as error:
                self.answers[type(error).__name__] += 1
            else:
                if answer.is_success:
                    self.successes.append((sent, time.monotonic()))
                    again = " again" if "idempotency-replayed" in answer.headers else ""
                    self.answers[f"{answer.status_code}{again}"] += 1
                    post = answer.json()
                    await self.ledger.note(acknowledged=marker, id=post["id"], number=post["number"])
                    return
                self._note_refusal(answer)
            await asyncio.sleep(min(0.05 * 2**attempt, LONGEST_PAUSE) * random.uniform(0.5, 1.0))
        self.given_up += 1

    def _note_refusal(self, answer: httpx2.Response) -> None:
        """503 and "still in flight" are foreseen; anything else is kept as strange."""
        code = answer.json().get("code", "") if "json" in answer.headers.get("content-type", "") else ""
        self.answers[f"{answer.status_code} {code}".strip()] += 1
        foreseen = answer.status_code == 503 or (answer.status_code, code) == (409, "still_in_flight")
        if not foreseen or "Traceback" in answer.text:
            self.strange.append(f"{answer.status_code} {answer.text[:300]}")

    def recovery(self, since: float) -> float:
        """Seconds from ``since`` to the first 2xx of a request that was sent after it."""
        return min((answered for sent, answered in self.successes if sent >= since), default=float("inf")) - since

    async def verify(self, url: str, *, worked_off: bool = True) -> Figures:
        """Compare the file with the database; counters with a fresh count, groups' once their jobs are done."""
        figures = Figures()
        lines = self.ledger.read()
        intents = {line["intent"]: line["thread"] for line in lines if "intent" in line}
        acknowledged = {line["acknowledged"]: line for line in lines if "acknowledged" in line}
        raw = await asyncpg.connect(url)
        try:
            rows = await raw.fetch(POSTS, self.run_id)
            facts = dict(await raw.fetch(FACTS))
        finally:
            await raw.close()
        stored: dict[str, asyncpg.Record] = {}
        for row in rows:
            marker = row["body"].split(" ")[0]
            if marker in stored:
                figures.twice.append(marker)
            if intents.get(marker) != row["thread_id"]:
                figures.unasked.append(marker)
            stored[marker] = row
        figures.lost = [
            marker
            for marker, line in acknowledged.items()
            if marker not in stored or (stored[marker]["id"], stored[marker]["number"]) != (line["id"], line["number"])
        ]
        figures.facts_wrong = sum(facts.get(row["id"]) != 1 for row in rows)
        figures.intended, figures.acknowledged, figures.stored = len(intents), len(acknowledged), len(stored)
        await connect(tortoise_config(url, DatabaseSettings(), worker=True))
        try:
            figures.gaps = await find_gaps()
            figures.threads_wrong = await recount_threads()
            if worked_off:
                figures.groups_wrong = await recount_groups()
        finally:
            await disconnect()
        return figures
