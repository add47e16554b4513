"""What Meilisearch is asked: the same query language, and nothing that was typed can escape from its place."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import synonyms
from search.meilisearch.asking import plan
from search.meilisearch.records import BATCH_RECORDS, batches, record
from search.meilisearch.settings import FILTERED, SEARCHED, SHOWN, index_settings, is_of, is_ours
from search.narrowing import author_key
from search.query import ParsedQuery, parse
from tests.search.fake_index import conditions
from tests.search.making import document, query

# What would mean something to Meilisearch, in any order.
NASTY = st.lists(
    st.one_of(
        st.sampled_from(
            ['"', "'", "\\", "]", "[", ",", " OR ", " AND ", " IN ", "group_id", ">=", "=", "-", " ", "ada", "not", "“"]
        ),
        st.text(max_size=3),
    ),
    max_size=12,
).map("".join)


def asked(text: str, **fields: object) -> str:
    made = plan(query(text, **fields))
    assert made is not None
    return made.whole.q


@given(NASTY, NASTY, NASTY)
def test_filters_say_what_was_meant_whatever_was_typed(author, language, kind):
    made = plan(query("word", (7, 8)))
    assert made is not None
    parsed = ParsedQuery(words=("word",), authors=(author, "b"), languages=(language,), kinds=(kind,), answered=False)
    made = plan(replace(query("x", (7, 8), thread_id=5, older=9), parsed=parsed))
    assert made is not None
    said = list(conditions(list(made.whole.filters)))
    assert [(attribute, operator) for attribute, operator, _ in said] == [
        ("group_id", "IN"), ("thread_id", "IN"), ("author", "IN"), ("language", "IN"), ("kind", "IN"), ("kind", "IN"),
        ("state", "!="), ("position", "<"),
    ]  # fmt: skip
    assert said[0][2] == ["7", "8"] and said[2][2] == [author_key(author), "b"]


@given(st.lists(NASTY, max_size=4), st.lists(NASTY, max_size=4), st.lists(NASTY, max_size=4))
def test_quotation_marks_and_minus_signs_are_only_ours(words, phrases, without):
    parsed = ParsedQuery(words=(*words, "end"), phrases=tuple(phrases), without=tuple(without))
    made = plan(replace(query("x"), parsed=parsed))
    assert made is not None
    parts = made.whole.q.split('"')
    assert len(parts) % 2 == 1
    for outside in parts[::2]:
        assert not any(word.startswith("-") and word != "-" for word in outside.split())
    excluded = sum(part.endswith("-") for part in parts[:-1:2])
    assert excluded <= len(without) and len(parts) // 2 - excluded <= len(phrases)


@given(st.text(max_size=200))
def test_any_query_can_be_asked(text):
    made = plan(replace(query(""), parsed=parse(text)))
    if made is not None:
        assert list(conditions(list(made.whole.filters)))


def test_what_is_asked_first_is_what_must_not_be_cut_off():
    assert asked('privacy -draft "exact words" -"two words" models') == (
        '-"draft" -"two words" "exact words" privacy models '
    )


def test_a_word_being_typed_is_a_beginning_and_a_finished_one_is_not():
    assert asked("privacy mod", unfinished=True) == "privacy mod"
    assert asked("privacy mod") == "privacy mod "
    # It may become any word yet.
    assert asked("privacy the", unfinished=True) == "privacy the"
    assert asked("privacy the") == "privacy "


def test_stop_words_leave_room_for_those_that_tell():
    assert asked("what is the policy of the registry on the transfer of names") == "policy registry transfer names "
    assert asked("to be or not to be") == "to be or not "


def test_signs_alone_ask_for_nothing():
    for text in ("", "?!", '""', "-", '"?!"', "-?!", "sort:new"):
        assert plan(query(text)) is None, text


def test_an_answered_question_is_told_apart_and_days_begin_at_midnight():
    made = plan(query("charter is:unanswered after:2025-03-01 before:2025-03-02"))
    assert made is not None
    day = 86_400 << 20
    assert made.whole.filters[1:] == (
        'kind IN ["question"]', 'state != "answered"',
        f"position >= {1_740_787_200 << 20}", f"position < {(1_740_787_200 << 20) + day}",
    )  # fmt: skip


def test_the_settings_cover_what_is_asked_and_know_their_own_index():
    settings = index_settings("b1")
    shown = settings.displayed_attributes or []
    assert is_ours(shown) and is_of("b1", shown) and not is_of("b2", shown)
    assert not is_ours(SHOWN)
    stored = record(document("text", title="T", author="Ada")).keys()
    assert {*FILTERED, *SEARCHED, *SHOWN} <= stored
    assert "text" not in shown and "title" not in shown


def test_batches_are_cut_by_count_and_by_size():
    small = [record(document("x")) for _ in range(BATCH_RECORDS + 1)]
    assert [len(batch) for batch in batches(small)] == [BATCH_RECORDS, 1]
    large = [record(document("и" * 300_000)) for _ in range(5)]
    assert [len(batch) for batch in batches(large)] == [2, 2, 1]
    assert list(batches([])) == []


def test_no_document_holds_what_json_cannot_say():
    stored = record(document("a\ud800b\x00c", author="\udfff", title="t\x07"))
    assert (stored["text"], stored["title"], stored["author"]) == ("a b c", "t ", [])


def test_each_name_of_a_thing_leads_to_the_others():
    groups = synonyms.read('same = [["IGF", "Internet Governance Forum", "FGI"], ["AI", "IA"]]')
    assert synonyms.others(groups)["igf"] == ["internet governance forum", "fgi"]
    assert synonyms.others(groups)["ia"] == ["ai"]
    assert len(synonyms.of_this_community()) >= 30


@pytest.mark.parametrize("wrong", ['same = [["alone"]]', 'same = [["a", "b"], ["A", "c"]]', 'same = [["a", " "]]'])
def test_synonyms_that_say_nothing_or_two_things_are_refused(wrong):
    with pytest.raises(ValueError, match="synonyms"):
        synonyms.read(wrong)
