"""From a parsed query to what Meilisearch is asked: pure, and safe whatever was typed.

Meilisearch takes the first ten words and wants the rarest of them at least (`frequency`); for what a page still
lacks, each word is asked for by itself. Phrases, exclusions and filters are strict.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from search import narrowing, text
from search.engine import Query
from search.query import ParsedQuery

WORDS: Final = 10  # Meilisearch reads no more
SINGLES: Final = 6  # words that are asked for by themselves, at most
PARTS: Final = 32  # phrases, and as many exclusions

_SIGNS = re.compile(r'["\s]+')
_MINUS = re.compile(r"(^|\s)-+")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the server; `filters` must all hold."""

    q: str
    filters: tuple[str, ...]
    strategy: Literal["all", "frequency"]
    titles_only: bool
    newest_first: bool
    one_a_thread: bool
    locales: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`whole` first; `singles` for what is missing; `looser` when all that finds nothing.

    By date the singles are asked only if `whole` finds nothing anywhere: `unpaged` is `whole` on every page of a
    longer list, None on its first.
    """

    whole: Asked
    singles: tuple[Asked, ...] = ()
    looser: "Plan | None" = None
    unpaged: Asked | None = None


def plan(query: Query) -> Plan | None:
    """What to ask, or None when the query asks for nothing."""
    parsed = query.parsed
    words = _words(parsed, unfinished=query.unfinished)
    phrases = _said(parsed.phrases)
    without = _said(parsed.without)
    narrowed = _narrowing(parsed)
    if not (words or phrases or without or narrowed):
        return None
    newest_first = parsed.newest_first
    page = _page(query)
    anywhere = (_one_of("group_id", query.group_ids), *_thread(query), *narrowed)
    base = Asked(
        q="",
        filters=(*anywhere, *page),
        strategy="all" if newest_first else "frequency",
        titles_only=parsed.title_only,
        newest_first=newest_first,
        one_a_thread=not newest_first and query.thread_id is None,
        locales=text.analysed_languages(parsed.languages),
    )

    def asked(some: Sequence[str], quoted: Sequence[str]) -> Asked:
        return replace(base, q=_typed(some, quoted, without, unfinished=query.unfinished))

    whole = asked(words, phrases)
    singles = tuple(asked([word], phrases) for word in words[:SINGLES]) if len(words) > 1 else ()
    looser = None
    if phrases and words and not newest_first:
        # A quotation in the middle of a question should not leave the reader with nothing.
        said = [*words, *(word for phrase in phrases for word in phrase.split())][:WORDS]
        looser = Plan(asked(said, ()), tuple(asked([word], ()) for word in said[:SINGLES]))
    unpaged = replace(whole, filters=anywhere) if page and singles and newest_first else None
    return Plan(whole, singles, looser, unpaged)


def _typed(
    words: Sequence[str], phrases: Sequence[str], without: Sequence[str], *, unfinished: bool
) -> str:
    """The query as one would type it, what must not be cut off first; a space at the end says that the word is done."""
    parts = [*(f'-"{one}"' for one in without), *(f'"{one}"' for one in phrases), *words]
    return " ".join(parts) + ("" if unfinished or not parts else " ")


def _words(parsed: ParsedQuery, *, unfinished: bool) -> list[str]:
    """The telling words, each once; stop words only when nothing else is left, or when one is still being typed."""
    typed = [plain for word in parsed.words if (plain := _plain(word))]
    if not typed:
        return []
    languages = text.analysed_languages(parsed.languages)
    guessed = text.detect(" ".join(typed)) if not languages else None
    common = (guessed,) if guessed else languages
    last = typed[-1] if unfinished else None
    telling = [word for word in typed if word == last or not all(text.stop_words(word, common))]
    return list(dict.fromkeys(telling or typed))[:WORDS]


def _said(parts: Iterable[str]) -> list[str]:
    return [plain for part in parts if (plain := _plain(part))][:PARTS]


def _plain(typed: str) -> str:
    """Words only: no quotation mark opens a phrase, no hyphen before a word excludes it; empty without any word."""
    plain = _MINUS.sub(r"\1", _SIGNS.sub(" ", typed)).strip()
    return plain if text.query_terms(plain) else ""


def _narrowing(parsed: ParsedQuery) -> tuple[str, ...]:
    """What a reader asked for besides words."""
    first, end = narrowing.between(parsed)
    return (
        *(_one_of(attribute, values) for attribute, values in narrowing.wanted(parsed)),
        *(f"{attribute} != {_quoted(value)}" for attribute, value in narrowing.unwanted(parsed)),
        *(f"position {sign} {bound}" for sign, bound in ((">=", first), ("<", end)) if bound is not None),
    )


def _thread(query: Query) -> list[str]:
    return [] if query.thread_id is None else [_one_of("thread_id", [query.thread_id])]


def _page(query: Query) -> list[str]:
    bounds = [("position <", query.older), ("position >", query.newer)]
    return [f"{comparison} {bound}" for comparison, bound in bounds if bound is not None]


def _one_of(attribute: str, values: Iterable[int | str]) -> str:
    listed = ", ".join(str(value) if isinstance(value, int) else _quoted(value) for value in values)
    return f"{attribute} IN [{listed}]"


def _quoted(value: str) -> str:
    """A value between quotation marks; marks and backslashes in it become spaces, as in `narrowing.author_key`."""
    return '"{}"'.format(value.replace("\\", " ").replace('"', " "))
