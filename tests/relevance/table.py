"""What was found, as a table for people and as JSON."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from tests.bench.table import machine
from tests.relevance.metrics import Quality

AIM = 0.97
HEAD = (
    "| collection | documents | queries | nDCG@10 | BM25 | ratio | R@100 | BM25 | empty | BM25 |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
)


@dataclass(frozen=True, slots=True)
class Row:
    """``seconds`` went by for all queries of the collection, several at once."""

    collection: str
    documents: int
    queries: int
    ours: Quality
    bm25: Quality
    seconds: float

    @property
    def ratio(self) -> float:
        return self.ours.ndcg / self.bm25.ndcg

    def line(self) -> str:
        ours, bm25 = self.ours, self.bm25
        return (
            f"| {self.collection} | {self.documents:,} | {self.queries:,} | {ours.ndcg:.3f} | {bm25.ndcg:.3f}"
            f" | {self.ratio:.3f} | {ours.recall:.3f} | {bm25.recall:.3f} | {ours.empty:.1%} | {bm25.empty:.1%} |\n"
        )


@dataclass(slots=True)
class Report:
    """``surface`` says what was asked."""

    surface: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    rows: list[Row] = field(default_factory=list)

    def markdown(self) -> str:
        enough = sum(row.ratio >= AIM for row in self.rows)
        better = sum(row.ratio > 1 for row in self.rows)
        return (
            f"{self.at:%Y-%m-%d %H:%M} UTC, {self.surface}\n\n{HEAD}{''.join(row.line() for row in self.rows)}\n"
            f"At least {AIM} of BM25's nDCG@10: {enough} of {len(self.rows)}; above it: {better}.\n"
        )

    def json(self) -> bytes:
        document = msgspec.to_builtins(self) | {"machine": machine()}
        for row, made in zip(self.rows, document["rows"], strict=True):
            made["ratio"] = row.ratio
        return msgspec.json.format(msgspec.json.encode(document))
