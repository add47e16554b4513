"""What people type is normalised, bounded, and free of what no text may hold."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.kit.text import Fault, TextError, clean_body, clean_line, slugify, without_forbidden


def test_a_line_is_composed_collapsed_and_trimmed() -> None:
    assert clean_line("  Cafe\u0301 \t au\r\nlait ") == "Café au lait"


@pytest.mark.parametrize(
    "mark", ["\u200b", "\u202e", "\u2066", "\u2069", "\ufeff", "\u00ad", "\U000e0041", "\u200f"]
)
def test_a_line_loses_marks_that_cannot_be_seen(mark: str) -> None:
    assert clean_line(f"Ad{mark}a") == "Ada"


def test_joiners_stay_between_letters_and_go_at_the_edges() -> None:
    assert clean_line("می\u200cخواهم") == "می\u200cخواهم"
    assert clean_line("\u200dAda\u200c \u200d") == "Ada"


def test_a_body_keeps_its_lines_and_the_indent_of_the_first() -> None:
    assert clean_body("\n \r\n    code\r\n\ttext\rend  \n\n") == "    code\n\ttext\nend"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a\x00b", Fault.NUL_BYTE),
        ("a\ud800b", Fault.LONE_SURROGATE),
        ("a\x1bb", Fault.CONTROL_CHARACTER),
        ("a\x85b", Fault.CONTROL_CHARACTER),
        ("a\ufffeb", Fault.CONTROL_CHARACTER),
        ("a\U0010ffffb", Fault.CONTROL_CHARACTER),
        ("", Fault.TOO_SHORT),
        (" \n\u200b\u2060", Fault.TOO_SHORT),
        ("a" * 32_001, Fault.TOO_LONG),
        ("a" * 10_000_000, Fault.TOO_LONG),
    ],
)
def test_a_body_is_refused_with_its_fault(text: str, fault: Fault) -> None:
    with pytest.raises(TextError) as refused:
        clean_body(text)
    assert refused.value.fault is fault
    assert refused.value.code == fault.value


def test_lengths_are_code_points_after_cleaning() -> None:
    assert len(clean_body("e\u0301" * 32_000)) == 32_000
    assert len(clean_body("😀" * 32_000)) == 32_000
    assert clean_line("  ab ", at_least=2, at_most=2) == "ab"
    with pytest.raises(TextError, match="too_short"):
        clean_line(" a ", at_least=2)


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    kept = without_forbidden(text)
    line = clean_line(kept, at_most=10_000)
    assert clean_line(line, at_most=10_000) == line
    body = clean_body(kept, at_least=0)
    assert clean_body(body, at_least=0) == body
    assert unicodedata.is_normalized("NFC", body)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("What's new in Lean 4?", "whats-new-in-lean-4"),
        ("Ação & reação — já!", "acao-reacao-ja"),
        ("Привет, мир", "привет-мир"),
        ("你好 世界", "你好-世界"),
        ("हिन्दी में", "हिन्दी-में"),
        ("ﬁne Straße", "fine-strasse"),
        ("?!… ", "thread"),
        ("a/../b", "a-b"),
    ],
)
def test_slugs(title: str, slug: str) -> None:
    assert slugify(title) == slug


@given(st.text(max_size=300))
def test_a_slug_is_bounded_and_never_empty(title: str) -> None:
    slug = slugify(title)
    assert 1 <= len(slug) <= 80
    assert not set(slug) & set(" /?#%\\\n.<>&\"'")
