import time

import pytest

from search import text
from search.stopwords import STOP_WORDS


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Élan", "elan"), ("ＦＵＬＬ", "full"), ("straße", "strasse"), ("Œuvre", "oeuvre"), ("ŁÓDŹ", "lodz"),
        ("йод", "йод"), ("ёлка", "елка"), ("İzmir", "izmir"), ("حَوْكَمَة", "حوكمة"), ("أإآ", "ااا"),
        ("٢٠٢٤", "2024"), ("が", "が"), ("한국", "한국"), ("ﬁne", "fine"), ("नमस्ते", "नमस्ते"), ("e\u0301", "e"),
    ],
)  # fmt: skip
def test_folding_removes_what_readers_do_not_type(typed, folded):
    assert text.fold(typed) == folded
    assert text.fold(folded) == folded


def test_stop_words_are_listed_as_they_are_compared():
    assert {word for words in STOP_WORDS.values() for word in words if text.fold(word) != word} == set()
    assert set(STOP_WORDS) == set(text.LANGUAGES)


def test_scripts_in_one_run_are_told_apart():
    assert text.terms("使用Python学习", "zh") == ["使用", "python", "学习"]
    assert text.terms("snake_case l'école", "fr") == ["snak", "cas", "l", "ecol"]


def test_a_ligature_of_a_sentence_makes_several_terms():
    assert len(text.terms("ﷺ", "ar")) > 1
    assert all(term == term.strip() and " " not in term for term in text.terms("ﷺ ½ ㎏", "ar"))


def test_ascii_and_other_texts_are_cut_alike():
    plain = "Don't panic_now: RFC-9110 & IPv6, v1.2!"
    assert text.terms(plain, "en") == text.terms(plain + " é", "en")[:-1]


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("the cat is on the table", "en"), ("le chat est dans la maison", "fr"),
        ("el gato está en la mesa", "es"), ("o gato não está na mesa", "pt"),
        ("привет всем", "ru"), ("مرحبا بكم", "ar"), ("你好，世界", "zh"),
        ("xyzzy", None), ("", None), ("1234", None),
    ],
)  # fmt: skip
def test_the_language_is_guessed_from_script_and_common_words(written, language):
    assert text.detect(written) == language


def test_whole_tokens():
    written = "RFC 9110, IPv6 and ipv6, CVE-2024-1234, ada@example.org, the .org zone, C++ and C#"
    kept = set(text.whole_terms(written))
    assert {"rfc9110", "ipv6", "cve-2024-1234", "ada@example.org", ".org", "c++", "c#"} <= kept
    assert set(text.query_whole_terms("rfc 9110")) == {"rfc9110"}


@pytest.mark.parametrize(
    "hostile",
    [
        "a" * 100_000,
        "a." * 50_000,
        "a\u0301" * 50_000,
        "中" * 100_000,
        "." * 100_000,
        "A1" * 50_000,
        "\u0301" * 100_000,
    ],
    ids=["word", "dots", "marks", "ideographs", "points", "numbered", "bare marks"],
)
def test_no_text_takes_more_than_linear_time(hostile):
    start = time.process_time()
    text.terms(hostile, "en")
    text.whole_terms(hostile)
    text.query_whole_terms(hostile)
    text.detect(hostile)
    # Linear is about 50 ms, quadratic over ten seconds: no machine is slow enough to confuse them.
    assert time.process_time() - start < 2


def test_a_word_with_many_combining_marks_is_read_once():
    """Else twenty thousand characters of them take seconds, and a post of them holds up everybody's search."""
    long = "a\u0316" * 400
    whole = "a" * 64
    assert list(text.spans(f"ab {long} ab", "en", frozenset({"ab", whole}))) == [
        (0, 2, "ab"),
        (3, 803, whole),
        (804, 806, "ab"),
    ]
