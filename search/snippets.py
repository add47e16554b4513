"""Snippets: the part of a post where the searched words stand closest together, and which words they are.

Text segments, never HTML: the page escapes them first and marks them after.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from search import text
from search.query import ParsedQuery

MAX_CHARACTERS = 240
MAX_MARKED = 32  # distinct terms that are looked for; a snippet has no room for more
_READ = 20_000  # characters of a post that are looked at
_LEAD = 60  # characters shown before the first marked word
_ELLIPSIS = "…"


class Segment(NamedTuple):
    """A piece of a snippet."""

    text: str
    is_match: bool


class _Mark(NamedTuple):
    start: int
    end: int
    term: str


def snippet(
    body: str,
    query: ParsedQuery,
    language: str = "",
    width: int = MAX_CHARACTERS,
    *,
    meant: tuple[str, ...] = (),
) -> list[Segment]:
    """The best `width` characters of plain text, or its beginning when no word of the query is in it.

    `language` is the document's, as it was indexed. `meant` are words that were searched for in place of typed
    ones. The segments' texts together are at most `width` characters, ellipses included; white space is one space.
    """
    # One space for any white space keeps offsets simple and lines short.
    flat = unicodedata.normalize("NFC", " ".join(body[:_READ].split()))
    spoken = text.analysis_language(language, flat)
    wanted = _wanted(query, spoken, meant)
    marks = _marks(text.spans(flat, spoken, wanted), len(wanted), width)
    start, end = _window(flat, marks, width)
    return _cut(flat, start, end, marks)


def marks(line: str, query: ParsedQuery, language: str = "", *, meant: tuple[str, ...] = ()) -> list[tuple[int, int]]:
    """Where the words of a query stand in one line in NFC, such as a title: [start, end) of each."""
    spoken = text.analysis_language(language, line)
    found = [_Mark(*span) for span in text.spans(line, spoken, _wanted(query, spoken, meant))]
    return _merged(found, 0, len(line))


@lru_cache(maxsize=256)
def _wanted(query: ParsedQuery, language: str, meant: tuple[str, ...] = ()) -> frozenset[str]:
    """The terms to mark: those that were searched for, so stop words only when there is nothing else."""
    telling: dict[str, None] = dict.fromkeys(text.variants(" ".join(meant), (language,)))
    common: dict[str, None] = {}
    for part in (*query.words, *query.phrases):
        said = text.query_terms(part, (language,))
        for terms, word in zip(said, text.query_words(part, (language,)), strict=True):
            (common if word.is_stop else telling).update(dict.fromkeys(terms))
    return frozenset(list(telling or common)[:MAX_MARKED])


def _marks(spans: Iterable[tuple[int, int, str]], different: int, width: int) -> list[_Mark]:
    marks: list[_Mark] = []
    last_seen: dict[str, int] = {}
    complete_at: int | None = None
    for start, end, term in spans:
        if complete_at is not None and start > complete_at:
            break
        marks.append(_Mark(start, end, term))
        last_seen[term] = start
        # All words within one window: nothing further down can be better, only finish this one.
        if complete_at is None and len(last_seen) == different:
            first = min(last_seen.values())
            if end - first <= width - _LEAD:
                complete_at = first + width
    return marks


def _window(flat: str, marks: Sequence[_Mark], width: int) -> tuple[int, int]:
    """Where to cut: [start, end) around the marks with the most different words, ellipses allowed for."""
    if len(flat) <= width:
        return 0, len(flat)
    room = width - 2 * len(_ELLIPSIS)
    start = max(0, _densest(marks, room - _LEAD) - _LEAD)
    start = min(start, len(flat) - room)
    if start > 0:
        space = flat.find(" ", start, start + _LEAD // 2)
        start = space + 1 if space >= 0 else start
    end = min(len(flat), start + room)
    if end < len(flat):
        space = flat.rfind(" ", start + room // 2, end + 1)
        end = space if space >= 0 else end
    return start, end


def _densest(marks: Sequence[_Mark], reach: int) -> int:
    """The start of the mark from which `reach` characters hold the most different terms."""
    best, best_count, tail = 0, 0, 0
    inside: dict[str, int] = {}
    for mark in marks:
        inside[mark.term] = inside.get(mark.term, 0) + 1
        while mark.end - marks[tail].start > reach and marks[tail] is not mark:
            gone = marks[tail].term
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            tail += 1
        if len(inside) > best_count:
            best, best_count = marks[tail].start, len(inside)
    return best


def _cut(flat: str, start: int, end: int, marks: Sequence[_Mark]) -> list[Segment]:
    segments = [Segment(_ELLIPSIS, False)] if start > 0 else []
    at = start
    for left, right in _merged(marks, start, end):
        if left > at:
            segments.append(Segment(flat[at:left], False))
        segments.append(Segment(flat[left:right], True))
        at = right
    if at < end:
        segments.append(Segment(flat[at:end], False))
    if end < len(flat):
        segments.append(Segment(_ELLIPSIS, False))
    return segments


def _merged(marks: Sequence[_Mark], start: int, end: int) -> list[tuple[int, int]]:
    """Marks inside the window, overlapping pairs of ideographs made one."""
    merged: list[tuple[int, int]] = []
    for mark in marks:
        if mark.start < start or mark.end > end:
            continue
        if merged and mark.start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(mark.end, merged[-1][1]))
        else:
            merged.append((mark.start, mark.end))
    return merged
