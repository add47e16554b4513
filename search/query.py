"""The query language: what a reader typed, taken apart without ever failing.

    governance models        any of the words; posts with more and rarer ones come first
    "policy development"     these words, side by side, must be there
    -draft  -"first draft"   must not be there
    author:ada  from:ada     written by ada
    group:privacy            in that group (the caller turns the slug into ids)
    lang:fr                  in that language
    sort:new                 newest first; then every word must be there, if any post has them all

Anything else, unknown operators included, is a word.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

MAX_QUERY_CHARACTERS = 4096

# Bounded repetition before the colon and disjoint alternatives after it: linear on any input.
_PART = re.compile(r'(-)?(?:([A-Za-z]{2,12}):)?(?:"([^"]*)"|([^\s"]+))')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂「」『』", '"'))
# NUL and the other controls, and lone surrogates, which no encoder accepts.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")


class Sort(StrEnum):
    """The order of hits."""

    RELEVANCE = "relevance"
    NEW = "new"


_SORTS = frozenset(sort.value for sort in Sort)


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query taken apart; `words`, `phrases` and `without` are still as typed."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sort: Sort | None = None


def parse(text: str) -> ParsedQuery:
    """Read a query; any string is one, and what is past 4,096 characters is left out."""
    words: list[str] = []
    phrases: list[str] = []
    without: list[str] = []
    filters: dict[str, list[str]] = {"author": [], "group": [], "lang": [], "sort": []}
    cleaned = clean(text[:MAX_QUERY_CHARACTERS]).translate(_QUOTES)
    for minus, name, quoted, bare in _PART.findall(cleaned):
        value = (quoted or bare).strip()
        if not value:
            continue
        if not minus and _is_filter(name, value, filters):
            continue
        if name:
            value = f"{name}:{value}"
        if minus and not value.startswith("-"):
            without.append(value)
        elif quoted and not name:
            phrases.append(value)
        else:
            words.append(value)
    return ParsedQuery(
        words=tuple(words),
        phrases=tuple(phrases),
        without=tuple(without),
        authors=tuple(filters["author"]),
        groups=tuple(filters["group"]),
        languages=tuple(filters["lang"]),
        sort=Sort(filters["sort"][-1]) if filters["sort"] else None,
    )


def clean(text: str) -> str:
    """Replace control characters and lone surrogates by spaces."""
    return _UNPRINTABLE.sub(" ", text)


def primary_language(tag: str) -> str:
    """The first part of a language tag in lower case: `pt` for `pt-BR`."""
    return re.split(r"[-_]", clean(tag).strip().lower(), maxsplit=1)[0]


def _is_filter(name: str, value: str, filters: dict[str, list[str]]) -> bool:
    operator = name.lower()
    if operator == "lang" and _LANGUAGE.fullmatch(value):
        filters["lang"].append(primary_language(value))
    elif operator == "sort" and value.lower() in _SORTS:
        filters["sort"].append(value.lower())
    elif operator in ("author", "from"):
        filters["author"].append(value.removeprefix("@"))
    elif operator == "group":
        filters["group"].append(value.lower())
    else:
        return False
    return True
