"""The query language: what a reader typed, taken apart without ever failing.

    governance models        any of the words; posts with more and rarer ones come first
    "policy development"     these words, side by side, must be there
    -draft  -"first draft"   must not be there
    group:privacy            in that group (the caller turns the slug into ids)
    from:ada  author:ada     written by ada
    in:title                 the words are looked for in titles only
    lang:fr                  in that language
    kind:question            in threads of that kind
    is:answered              in questions with an accepted answer; is:unanswered in those without one
    has:link                 with a link in the post
    after:2025-03            written since the first of March 2025, UTC; a year or a day will do as well
    before:2025-03           written before it
    sort:new                 newest first, post by post; then every word must be there, if any post has them all

Filters of one kind are alternatives (`lang:fr lang:es`), filters of different kinds must all hold; of two dates the
narrower counts, of two orders the last. Anything else, unknown operators included, is a word.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

MAX_QUERY_CHARACTERS = 4096
MAX_FILTERS = 24  # shown back; more than anybody types

# Bounded repetition before the colon and disjoint alternatives after it: linear on any input.
_PART = re.compile(r'(-)?(?:([A-Za-z]{2,12}):)?(?:"([^"]*)"|([^\s"]+))')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂「」『』", '"'))
# NUL and the other controls, and lone surrogates, which no encoder accepts.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")
_KIND = re.compile(r"[a-z]{2,20}")
_DAY = re.compile(r"([12]\d{3})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)


class Sort(StrEnum):
    """The order of hits."""

    RELEVANCE = "relevance"
    NEW = "new"


_SORTS = frozenset(sort.value for sort in Sort)


@dataclass(frozen=True, slots=True)
class Filter:
    """An operator as it was understood; `rest` is the query without it."""

    name: str
    value: str
    rest: str


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query taken apart; `words`, `phrases` and `without` are still as typed.

    `after` includes its day, `before` does not; both begin at midnight UTC. `answered` is None where it does not
    matter. `filters` is what to show a reader, in the order it was typed; it takes no part in comparisons.
    """

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    title_only: bool = False
    answered: bool | None = None
    has_link: bool = False
    after: date | None = None
    before: date | None = None
    sort: Sort | None = None
    filters: tuple[Filter, ...] = field(default=(), compare=False)

    @property
    def newest_first(self) -> bool:
        """By date, post by post: asked for, or because nothing is there to rank by."""
        return self.sort is Sort.NEW or not (self.words or self.phrases)


@dataclass(slots=True)
class _Reading:
    """What the operators have said so far."""

    groups: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    title_only: bool = False
    answered: bool | None = None
    has_link: bool = False
    after: date | None = None
    before: date | None = None
    sort: Sort | None = None

    def group(self, value: str) -> bool:
        self.groups.append(value.lower())
        return True

    def author(self, value: str) -> bool:
        self.authors.append(value.removeprefix("@"))
        return True

    def lang(self, value: str) -> bool:
        if not _LANGUAGE.fullmatch(value):
            return False
        self.languages.append(primary_language(value))
        return True

    def kind(self, value: str) -> bool:
        if not _KIND.fullmatch(value.lower()):
            return False
        self.kinds.append(value.lower())
        return True

    def place(self, value: str) -> bool:
        self.title_only |= value.lower() == "title"
        return value.lower() == "title"

    def state(self, value: str) -> bool:
        said = {"answered": True, "unanswered": False}.get(value.lower())
        self.answered = self.answered if said is None else said
        return said is not None

    def has(self, value: str) -> bool:
        self.has_link |= value.lower() == "link"
        return value.lower() == "link"

    def since(self, value: str) -> bool:
        if (day := _day(value)) is None:
            return False
        self.after = max(day, self.after or day)
        return True

    def until(self, value: str) -> bool:
        if (day := _day(value)) is None:
            return False
        self.before = min(day, self.before or day)
        return True

    def order(self, value: str) -> bool:
        if value.lower() not in _SORTS:
            return False
        self.sort = Sort(value.lower())
        return True

    def done(
        self, words: Iterable[str], phrases: Iterable[str], without: Iterable[str], filters: Iterable[Filter]
    ) -> ParsedQuery:
        return ParsedQuery(
            words=tuple(words),
            phrases=tuple(phrases),
            without=tuple(without),
            groups=tuple(self.groups),
            authors=tuple(self.authors),
            languages=tuple(self.languages),
            kinds=tuple(self.kinds),
            title_only=self.title_only,
            answered=self.answered,
            has_link=self.has_link,
            after=self.after,
            before=self.before,
            sort=self.sort,
            filters=tuple(filters),
        )


_OPERATORS: Final[dict[str, Callable[[_Reading, str], bool]]] = {
    "group": _Reading.group,
    "from": _Reading.author,
    "author": _Reading.author,
    "lang": _Reading.lang,
    "kind": _Reading.kind,
    "in": _Reading.place,
    "is": _Reading.state,
    "has": _Reading.has,
    "after": _Reading.since,
    "before": _Reading.until,
    "sort": _Reading.order,
}


def parse(text: str) -> ParsedQuery:
    """Read a query; any string is one, and what is past 4,096 characters is left out."""
    words: list[str] = []
    phrases: list[str] = []
    without: list[str] = []
    filters: list[Filter] = []
    reading = _Reading()
    cleaned = _cleaned(text)
    for part in _PART.finditer(cleaned):
        minus, name, quoted, bare = part.groups()
        value = (quoted or bare or "").strip()
        if not value:
            continue
        operator = _OPERATORS.get((name or "").lower())
        if operator and not minus and operator(reading, value):
            if len(filters) < MAX_FILTERS:
                rest = f"{cleaned[: part.start()].rstrip()} {cleaned[part.end() :].lstrip()}".strip()
                filters.append(Filter((name or "").lower(), value, rest))
            continue
        if name:
            value = f"{name}:{value}"
        if minus and not value.startswith("-"):
            without.append(value)
        elif quoted and not name:
            phrases.append(value)
        else:
            words.append(value)
    return reading.done(words, phrases, without, filters)


def without(text: str, names: Collection[str]) -> str:
    """The text of a query but for its operators of these names, however many: read once."""
    cleaned, reading = _cleaned(text), _Reading()
    left: list[str] = []
    at = 0
    for part in _PART.finditer(cleaned):
        minus, name, quoted, bare = part.groups()
        value = (quoted or bare or "").strip()
        if minus or not name or not value or name.lower() not in names:
            continue
        if _OPERATORS[name.lower()](reading, value):
            left.append(cleaned[at : part.start()].strip())
            at = part.end()
    return " ".join(filter(None, (*left, cleaned[at:].strip()))) if at else text


def _cleaned(text: str) -> str:
    return clean(text[:MAX_QUERY_CHARACTERS]).translate(_QUOTES)


def clean(text: str) -> str:
    """Replace control characters and lone surrogates by spaces."""
    return _UNPRINTABLE.sub(" ", text)


def primary_language(tag: str) -> str:
    """The first part of a language tag in lower case: `pt` for `pt-BR`."""
    return re.split(r"[-_]", clean(tag).strip().lower(), maxsplit=1)[0]


def _day(value: str) -> date | None:
    """The first day of a year, a month or a day; None for what no calendar has."""
    if not (said := _DAY.fullmatch(value)):
        return None
    year, month, day = (int(part or 1) for part in said.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None
