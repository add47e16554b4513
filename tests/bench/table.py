"""What was measured, as a table for people and as JSON."""

import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tests.bench.load import Load

HEAD = (
    "| page | surface | who | requests/s | p50 ms | p99 ms | CPU µs | statements | bare SQL/s | ratio | refused |\n"
    "|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n"
)
MB = 1_000_000


@dataclass(slots=True)
class Row:
    """``statements`` are the page's own, without the actor's; ``bare`` is pgbench's rate for them."""

    page: str
    surface: str
    who: str
    load: Load
    cpu: float
    bare: float | None = None
    statements: int | None = None

    @property
    def ratio(self) -> float | None:
        return self.load.rate / self.bare if self.bare else None

    @property
    def cpu_us(self) -> float:
        """Microseconds of the web process a request: 1,000,000 / this is what a core of its own would serve."""
        return self.cpu / max(1, self.load.requests) * 1e6

    def line(self) -> str:
        load = self.load
        cells = (
            self.page,
            self.surface,
            self.who,
            f"{load.rate:,.0f}",
            f"{load.p50_ms:.1f}",
            f"{load.p99_ms:.1f}",
            f"{self.cpu_us:.0f}",
            str(self.statements or ""),
            f"{self.bare:,.0f}" if self.bare else "",
            f"{self.ratio:.2f}" if self.ratio else "",
            str(load.refused + load.broken),
        )
        return f"| {' | '.join(cells)} |\n"


@dataclass(slots=True)
class Report:
    """Memory in bytes, of the one web process."""

    posts: int
    seconds: float
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    load_before: float = field(default_factory=lambda: os.getloadavg()[0])
    rows: list[Row] = field(default_factory=list)
    memory_before: int = 0
    memory_pages: int = 0
    memory_after: int = 0
    replies_answered: int = 0
    replies_stored: int = 0
    gaps: int = 0

    def markdown(self) -> str:
        return (
            f"{self.at:%Y-%m-%d %H:%M} UTC, {machine()}; {self.posts:,} posts; load before {self.load_before:.1f}\n\n"
            + HEAD
            + "".join(row.line() for row in self.rows)
            + f"\nMemory of the web process: {self.memory_before / MB:.0f} MB before, {self.memory_pages / MB:.0f} MB"
            f" after the pages, {self.memory_after / MB:.0f} MB after the replies.\n"
            + (
                f"Replies: {self.replies_answered:,} acknowledged, {self.replies_stored:,} stored;"
                f" threads with gaps in their numbers: {self.gaps}."
                if self.replies_stored
                else ""
            )
        )

    def json(self) -> bytes:
        document = msgspec.to_builtins(self) | {"machine": machine()}
        for row, made in zip(self.rows, document["rows"], strict=True):
            made |= {"requests_a_second": row.load.rate, "ratio": row.ratio, "cpu_us": row.cpu_us}
        return msgspec.json.format(msgspec.json.encode(document))


def machine() -> str:
    model = next(
        (line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")),
        platform.machine(),
    )
    return f"{os.cpu_count()} x {model}, Python {platform.python_version()}"


def _cpuinfo() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []
