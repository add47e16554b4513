"""A query's text with one thing changed: a filter more, a kind of filter less, a word spelled otherwise."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, Protocol

from search import query, text

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
    return query.without(q, FAMILIES[family])


def narrowed(bare: str, family: str, value: str) -> str:
    """A query that has no filter of that family, with one."""
    said = f"after:{value} before:{int(value) + 1}" if family == "year" else f"{_OPERATORS[family]}:{value}"
    return f"{bare} {said}".strip()


def respelled(q: str, corrections: Iterable[Respelt]) -> str:
    """The query with the words that were meant in the place of those that were typed."""
    for each in corrections:
        q = _word(each.typed).sub(lambda _, meant=each.meant: meant, q)  # type: ignore[misc]
    return q


def as_written(word: str, texts: Iterable[tuple[str, str]]) -> str | None:
    """How a folded word, or a form of it, is spelled in one of the texts (each with its language), if it is in any."""
    for body, language in texts:
        flat = unicodedata.normalize("NFC", body)
        spoken = text.analysis_language(language, flat)
        wanted = frozenset(text.variants(word, (spoken,)))
        forms = {flat[start:end].lower() for start, end, _ in text.spans(flat, spoken, wanted)}
        if forms:
            return min(forms, key=lambda form: (text.fold(form) != word, len(form), form))
    return None


def _word(typed: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(typed)}(?!\w)", re.IGNORECASE)
