"""The figures of the relevance harness, against cases worked out by hand."""

from math import log2

import pytest

from tests.relevance.metrics import Quality, ndcg, quality, recall


def test_the_best_order_is_one_and_nothing_found_is_nought() -> None:
    grades = {"a": 2, "b": 1, "c": 0}
    assert ndcg(["a", "b"], grades) == 1.0
    assert ndcg(["c", "x"], grades) == 0.0
    assert ndcg([], grades) == 0.0
    assert ndcg(["a"], {}) == 0.0


def test_the_gain_is_the_grade_and_lower_ranks_count_less() -> None:
    # Found: grade 1 at rank 1, nothing at 2, grade 2 at 3. Best: 2 at rank 1, 1 at 2.
    found = 1 / log2(2) + 2 / log2(4)
    best = 2 / log2(2) + 1 / log2(3)
    assert ndcg(["b", "x", "a"], {"a": 2, "b": 1}) == pytest.approx(found / best)
    assert ndcg(["b", "x", "a"], {"a": 2, "b": 1}) == pytest.approx(0.760188, abs=1e-6)


def test_what_stands_below_the_cut_counts_for_nothing() -> None:
    eleven = [f"x{n}" for n in range(10)] + ["a"]
    assert ndcg(eleven, {"a": 1}) == 0.0
    assert ndcg(eleven, {"a": 1}, cut=11) == pytest.approx(1 / log2(12))
    # More relevant documents than places: the best order fills the places only.
    assert ndcg(["a"], {"a": 1, "b": 1, "c": 1}, cut=1) == 1.0


def test_recall_counts_relevant_documents_of_any_grade() -> None:
    grades = {"a": 2, "b": 1, "c": 1, "d": 0}
    assert recall(["a", "d", "x"], grades) == pytest.approx(1 / 3)
    assert recall(["a", "b", "c"], grades, depth=2) == pytest.approx(2 / 3)
    assert recall(["a"], {"a": 0}) == 0.0


def test_means_are_over_queries_that_something_answers_and_empty_answers_over_all() -> None:
    judgments = {"q1": {"a": 1}, "q2": {"b": 1, "c": 1}, "q3": {"d": 0}}
    rankings = {"q1": ["a"], "q2": [], "q3": ["d"], "q4": ["x"]}
    assert quality(rankings, judgments) == Quality(ndcg=0.5, recall=0.5, empty=0.25)
    assert quality({}, {}) == Quality(0.0, 0.0, 0.0)
