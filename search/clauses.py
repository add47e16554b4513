"""From a parsed query to tantivy's clauses: what must hold, what only ranks.

Words are OR-ed under BM25 (asking for all of them finds next to nothing for natural questions); phrases,
exclusions and filters are strict. Sorted by date every word is asked for first, since rank does not help
there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeAlias

import tantivy
from tantivy import Occur

from search import text
from search.documents import position
from search.engine import Query
from search.query import ParsedQuery, clean

# Boosts over the body's 1.0. The opening post holds the title in its body as well.
TITLE = 0.5
TOPIC = 0.2
WHOLE = 1.5

MAX_PHRASES = 32  # and as many exclusions: each is looked up in every language and field
MAX_WORDS = 128  # distinct words that rank; the rest of a very long query is left out

Clause: TypeAlias = tantivy.Query
_FIELDS = (("body", 1.0), ("title", TITLE), ("topic", TOPIC))
_TITLES = (("title", TITLE), ("topic", TOPIC))

# What is said of a document besides its words, as terms of one field.
ANSWERED, ACCEPTED, LINK = "answered", "accepted", "link"


@dataclass(frozen=True, slots=True)
class Plan:
    """A query ready to run; `looser` is what to try when `strict` finds nothing."""

    strict: Clause
    looser: Clause | None
    newest_first: bool


def schema() -> tantivy.Schema:
    """The fields of a document. All text comes analysed, its terms separated by spaces.

    Ids are signed: deleting by a term of an unsigned field silently deletes nothing.
    """
    builder = tantivy.SchemaBuilder()
    for name in ("post_id", "thread_id", "group_id", "position"):
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in ("number", "stamp"):
        builder.add_integer_field(name, fast=True)
    for name in ("language", "author", "kind", "is"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("body", "title", "topic"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("whole", tokenizer_name="whitespace", index_option="basic")
    return builder.build()


class Planner:
    """Builds plans against one schema."""

    def __init__(self, fields: tantivy.Schema) -> None:
        self._schema = fields

    def plan(self, query: Query) -> Plan | None:
        """The clauses of a query, or None when it asks for nothing."""
        parsed = query.parsed
        fields = _TITLES if parsed.title_only else _FIELDS
        known = _analysed_languages(parsed)
        filters = self._filters(query)
        excluded = [
            clause for words in parsed.without[:MAX_PHRASES] if (clause := self._phrase(words, known, _FIELDS))
        ]
        fixed = [
            *_musts([self._any_of("group_id", query.group_ids), *self._reach(query), *filters]),
            *((Occur.MustNot, clause) for clause in [*excluded, *self._never(parsed)]),
        ]
        phrases = [
            clause for phrase in parsed.phrases[:MAX_PHRASES] if (clause := self._phrase(phrase, known, fields))
        ]
        words = self._words(parsed.words, known, fields)
        if not words:
            if not (filters or phrases or excluded):
                return None
            return Plan(_all([*fixed, *_musts(phrases)]), None, parsed.newest_first or not phrases)
        ranking = words if parsed.title_only else [*words, *self._wholes(parsed.words)]
        any_word = _all([*fixed, *_musts([*phrases, _any(ranking)])])
        if parsed.newest_first:
            return Plan(_all([*fixed, *_musts([*phrases, *words])]), any_word, True)
        # A quotation in the middle of a question should not leave the reader with nothing.
        looser = _all([*fixed, *_musts([_any([*ranking, *phrases])])]) if phrases else None
        return Plan(any_word, looser, False)

    def _words(
        self, typed: Sequence[str], languages: tuple[str, ...], fields: Sequence[tuple[str, float]]
    ) -> list[Clause]:
        meanings: dict[tuple[str, ...], bool] = {}
        guessed = text.detect(" ".join(typed)) if not languages else None
        common = (guessed,) if guessed else languages
        for chunk in typed:
            said = text.query_terms(chunk, languages)
            stop = text.stop_words(chunk, common)
            for meaning, is_stop in zip(said, stop, strict=True):
                meanings.setdefault(meaning, is_stop)
        # Stop words are dropped from the query unless nothing else is left.
        telling = [meaning for meaning, is_stop in meanings.items() if not is_stop] or list(meanings)
        return [self._word(meaning, fields) for meaning in telling[:MAX_WORDS]]

    def _word(self, variants: Sequence[str], fields: Sequence[tuple[str, float]]) -> Clause:
        clauses = [self._variant(variant, fields) for variant in variants]
        # The best of the variants, not their sum: they are guesses at one word.
        return clauses[0] if len(clauses) == 1 else tantivy.Query.disjunction_max_query(clauses)

    def _variant(self, term: str, fields: Sequence[tuple[str, float]]) -> Clause:
        return _any(_boosted(self._term(field, term), boost) for field, boost in fields)

    def _wholes(self, typed: Sequence[str]) -> list[Clause]:
        found = text.query_whole_terms(" ".join(typed))[:MAX_WORDS]
        return [_boosted(self._term("whole", term), WHOLE) for term in found]

    def _phrase(
        self, words: str, languages: tuple[str, ...], fields: Sequence[tuple[str, float]]
    ) -> Clause | None:
        readings = dict.fromkeys(
            tuple(text.terms(words, language)) for language in languages or text.LATIN_LANGUAGES
        )
        clauses = [
            (Occur.Should, self._side_by_side(field, reading))
            for reading in readings
            if reading
            for field, _ in fields
        ]
        clauses.extend(
            (Occur.Should, self._term("whole", term))
            for term in text.query_whole_terms(words)
            if len(term) == 1
        )
        return tantivy.Query.boolean_query(clauses) if clauses else None

    def _side_by_side(self, field: str, terms: Sequence[str]) -> Clause:
        # tantivy panics on a phrase of one word.
        if len(terms) == 1:
            return self._term(field, terms[0])
        return tantivy.Query.phrase_query(self._schema, field, list(terms))

    def _term(self, field: str, value: str) -> Clause:
        return tantivy.Query.term_query(self._schema, field, value)

    def _filters(self, query: Query) -> list[Clause]:
        """What a reader asked for besides words."""
        parsed = query.parsed
        asked = [
            ("author", [author_key(name) for name in parsed.authors]),
            ("language", parsed.languages),
            ("kind", parsed.kinds),
            ("kind", ["question"] if parsed.answered is False else []),
            ("is", [ANSWERED] if parsed.answered else []),
            ("is", [LINK] if parsed.has_link else []),
        ]
        clauses = [self._any_of(field, values) for field, values in asked if values]
        if parsed.after or parsed.before:
            clauses.append(self._between(_midnight(parsed.after), _midnight(parsed.before)))
        return clauses

    def _never(self, parsed: ParsedQuery) -> list[Clause]:
        return [self._term("is", ANSWERED)] if parsed.answered is False else []

    def _reach(self, query: Query) -> list[Clause]:
        """Where the caller looks: in one thread, in one part of a longer list."""
        clauses = [] if query.thread_id is None else [self._any_of("thread_id", [query.thread_id])]
        if query.older is not None or query.newer is not None:
            after = None if query.newer is None else query.newer + 1
            clauses.append(self._between(after, query.older))
        return clauses

    def _between(self, first: int | None, end: int | None) -> Clause:
        last = None if end is None else end - 1
        found = tantivy.Query.range_query(self._schema, "position", tantivy.FieldType.Integer, first, last)
        return tantivy.Query.const_score_query(found, 0.0)

    def _any_of(self, field: str, values: Iterable[int | str]) -> Clause:
        found = tantivy.Query.term_set_query(self._schema, field, list(values))
        return tantivy.Query.const_score_query(found, 0.0)


def author_key(name: str) -> str:
    """How an author's name is compared: folded, without what no encoder accepts."""
    return text.fold(clean(name)).strip()


def _boosted(clause: Clause, boost: float) -> Clause:
    return clause if boost == 1.0 else tantivy.Query.boost_query(clause, boost)


def _analysed_languages(parsed: ParsedQuery) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for tag in parsed.languages if tag in text.LANGUAGES))


def _midnight(day: date | None) -> int | None:
    if day is None:
        return None
    return position(int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()), 0)


def _musts(clauses: Iterable[Clause]) -> list[tuple[Occur, Clause]]:
    return [(Occur.Must, clause) for clause in clauses]


def _any(clauses: Iterable[Clause]) -> Clause:
    return tantivy.Query.boolean_query([(Occur.Should, clause) for clause in clauses])


def _all(clauses: Sequence[tuple[Occur, Clause]]) -> Clause:
    return tantivy.Query.boolean_query(list(clauses))
