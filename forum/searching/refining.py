"""A query's text with one thing changed: a filter more, a kind of filter less, a word spelled otherwise."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, Protocol

from search import text
from search.engine import Correction
from search.query import ParsedQuery, parse

# What one choice replaces, by the name of its facet.
FAMILIES: Final[dict[str, frozenset[str]]] = {
    "group": frozenset({"group"}),
    "language": frozenset({"lang"}),
    "kind": frozenset({"kind"}),
    "year": frozenset({"after", "before"}),
    "author": frozenset({"from", "author"}),
    "sort": frozenset({"sort"}),
}
_OPERATORS: Final = {"group": "group", "language": "lang", "kind": "kind", "author": "from", "sort": "sort"}


class Respelt(Protocol):
    """A correction, on its way or on the wire."""

    @property
    def typed(self) -> str: ...

    @property
    def meant(self) -> str: ...


def without(q: str, family: str) -> str:
    """The query without its filters of that family."""
    names = FAMILIES[family]
    while (found := next((each for each in parse(q).filters if each.name in names), None)) is not None:
        q = found.rest
    return q


def narrowed(bare: str, family: str, value: str) -> str:
    """A query that has no filter of that family, with one."""
    said = f"after:{value} before:{int(value) + 1}" if family == "year" else f"{_OPERATORS[family]}:{value}"
    return f"{bare} {said}".strip()


def respelled(q: str, corrections: Iterable[Respelt]) -> str:
    """The query with the words that were meant in the place of those that were typed."""
    for each in corrections:
        q = _word(each.typed).sub(lambda _, meant=each.meant: meant, q)  # type: ignore[misc]
    return q


def as_searched(parsed: ParsedQuery, corrections: Sequence[Correction]) -> ParsedQuery:
    """What to mark in the hits: the words that were searched for."""
    done = [each for each in corrections if each.searched]
    if not done:
        return parsed
    return replace(
        parsed,
        words=tuple(respelled(word, done) for word in parsed.words),
        phrases=tuple(respelled(phrase, done) for phrase in parsed.phrases),
    )


def holds(word: str, title: str, body: str, language: str) -> bool:
    """Whether a text has that word, in any of its forms."""
    flat = unicodedata.normalize("NFC", f"{title}\n{body}")
    spoken = text.analysis_language(language, flat)
    wanted = frozenset(term for terms in text.query_terms(word, (spoken,)) for term in terms)
    return any(True for _ in text.spans(flat, spoken, wanted))


def _word(typed: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(typed)}(?!\w)", re.IGNORECASE)
