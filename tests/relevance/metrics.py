"""How good a ranking is, as trec_eval counts it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2

CUT = 10
DEPTH = 100


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over the queries that something answers; ``empty`` is the share of all queries that found nothing."""

    ndcg: float
    recall: float
    empty: float


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], cut: int = CUT) -> float:
    """The gain of the first ``cut`` by that of the best possible order; 0 where nothing is relevant.

    As trec_eval's ndcg_cut: the gain of a document is its grade, divided by log2(rank + 1), rank 1 first.
    """
    best = _gain(sorted(grades.values(), reverse=True)[:cut])
    return _gain([grades.get(document, 0) for document in ranked[:cut]]) / best if best else 0.0


def recall(ranked: Sequence[str], grades: Mapping[str, int], depth: int = DEPTH) -> float:
    """The share of the relevant documents, of any grade above 0, among the first ``depth``."""
    relevant = {document for document, grade in grades.items() if grade > 0}
    return len(relevant & set(ranked[:depth])) / len(relevant) if relevant else 0.0


def quality(rankings: Mapping[str, Sequence[str]], judgments: Mapping[str, Mapping[str, int]]) -> Quality:
    """The means of ``rankings`` by query; one that is missing found nothing."""
    judged = {query: grades for query, grades in judgments.items() if any(grade > 0 for grade in grades.values())}
    return Quality(
        ndcg=_mean(ndcg(rankings.get(query, ()), grades) for query, grades in judged.items()),
        recall=_mean(recall(rankings.get(query, ()), grades) for query, grades in judged.items()),
        empty=_mean(not ranked for ranked in rankings.values()),
    )


def _gain(grades: Sequence[int]) -> float:
    # A document judged harmful (below 0) gains nothing, and costs nothing.
    return sum(max(0, grade) / log2(rank + 1) for rank, grade in enumerate(grades, 1))


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0
