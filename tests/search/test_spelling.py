import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.spelling import candidates, correctable, distance, edits

WORDS = st.text("abcdeé", min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("charter", "charter", 0), ("chartre", "charter", 1), ("charte", "charter", 1), ("chatter", "charter", 1),
        ("hcartre", "charter", 2), ("", "abc", 3), ("ca", "abc", 3), ("управление", "упарвление", 1),
    ],
)  # fmt: skip
def test_distance(one, other, apart):
    assert distance(one, other) == distance(other, one) == apart


@given(WORDS)
def test_every_edit_is_one_away_and_leads_back(word):
    for edited in set(edits("a" + word)) - {"a" + word}:
        assert distance("a" + word, edited) == 1


@given(WORDS, WORDS)
def test_what_is_one_away_is_an_edit(one, other):
    one, other = f"a{one}".replace("é", "e"), f"a{other}".replace("é", "e")
    assert (distance(one, other) == 1) == (other in set(edits(one)) - {one})


@pytest.mark.parametrize(
    ("word", "is_so"),
    [("char", True), ("cha", False), ("ipv6", False), ("выбор", True), ("حوكمة", True), ("机器学习", False),
     ("ελληνικά", False), ("наmix", False)],
)  # fmt: skip
def test_words_of_letters_of_one_alphabet_are_corrected(word, is_so):
    assert correctable(word) is is_so


def test_two_edits_only_when_nothing_is_nearer():
    known = {"participation": 3, "participations": 900, "particles": 5}

    def beginning_with(beginning: str) -> list[str]:
        return [word for word in known if word.startswith(beginning)]

    def near(word: str) -> list[str]:
        return candidates(word, lambda word: known.get(word, 0), beginning_with)

    assert near("partcipation") == ["participation"]
    assert near("partcipaton") == ["participation"]
    assert near("partcipatons") == ["participations"]
    assert near("particle") == ["particles"]
    assert near("part") == []
