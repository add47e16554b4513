"""What narrows a search besides its words, the same for every engine: what a document is known by, what a query asks.

Pure functions. The names of fields are those of the engines' indexes.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

from search import text
from search.documents import Document, position
from search.query import ParsedQuery, clean

ANSWERED: Final = "answered"
LINK: Final = "link"
# An index of somebody else's takes names between quotation marks, so that these stand in none.
_UNQUOTABLE: Final = str.maketrans('"\\', "  ")


def author_key(name: str) -> str:
    """How an author's name is compared: folded, without quotation marks and what no encoder accepts."""
    return text.fold(clean(name)).translate(_UNQUOTABLE).strip()


def authors(document: Document) -> list[str]:
    """The names that find an author's posts."""
    return sorted({author_key(document.author), author_key(document.author_name)} - {""})


def states(document: Document) -> list[str]:
    """What is said of a document besides its words."""
    said = {ANSWERED: document.answered, LINK: document.has_link}
    return [state for state, holds in said.items() if holds]


def wanted(parsed: ParsedQuery) -> list[tuple[str, Sequence[str]]]:
    """Fields, each with the values of which a document must have one."""
    asked: list[tuple[str, Sequence[str]]] = [
        ("author", [author_key(name) for name in parsed.authors]),
        ("language", parsed.languages),
        ("kind", parsed.kinds),
        ("kind", ["question"] if parsed.answered is False else []),
        ("state", [ANSWERED] if parsed.answered else []),
        ("state", [LINK] if parsed.has_link else []),
    ]
    return [(field, values) for field, values in asked if values]


def unwanted(parsed: ParsedQuery) -> list[tuple[str, str]]:
    """Fields and the values that no document may have there."""
    return [("state", ANSWERED)] if parsed.answered is False else []


def between(parsed: ParsedQuery) -> tuple[int | None, int | None]:
    """The positions by date: the first that is wanted, and the first that no longer is."""
    return _midnight(parsed.after), _midnight(parsed.before)


def _midnight(day: date | None) -> int | None:
    if day is None:
        return None
    return position(int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()), 0)
