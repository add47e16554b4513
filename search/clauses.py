"""From a parsed query to tantivy's clauses: what must hold, what only ranks.

Words are OR-ed under BM25 (asking for all of them finds next to nothing for natural questions); phrases,
exclusions and filters are strict. Sorted by date every word is asked for first, since rank does not help
there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import tantivy
from tantivy import Occur

from search import text
from search.engine import Query
from search.query import ParsedQuery, Sort, clean, primary_language

# Boosts over the body's 1.0. The opening post holds the title in its body as well.
TITLE = 0.5
TOPIC = 0.2
WHOLE = 1.5

MAX_PHRASES = 32  # and as many exclusions: each is looked up in every language and field
MAX_WORDS = 128  # distinct words that rank; the rest of a very long query is left out

Clause: TypeAlias = tantivy.Query
_FIELDS = (("body", 1.0), ("title", TITLE), ("topic", TOPIC))


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
    for name in ("post_id", "thread_id", "group_id", "created_at"):
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_integer_field("number", fast=True)
    for name in ("language", "author", "kind"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("body", "title", "topic"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("whole", tokenizer_name="whitespace", index_option="basic")
    return builder.build()


class Planner:
    """Builds plans against one schema."""

    def __init__(self, fields: tantivy.Schema) -> None:
        self._schema = fields

    def plan(self, query: Query, parsed: ParsedQuery) -> Plan | None:
        """The clauses of a query, or None when it asks for nothing."""
        known = _analysed_languages(query, parsed)
        filters = [*self._authors(query, parsed), *self._languages(query, parsed)]
        excluded = [clause for words in parsed.without[:MAX_PHRASES] if (clause := self._phrase(words, known))]
        fixed = [
            *_musts([self._any_of("group_id", query.group_ids), *filters]),
            *((Occur.MustNot, clause) for clause in excluded),
        ]
        phrases = [clause for phrase in parsed.phrases[:MAX_PHRASES] if (clause := self._phrase(phrase, known))]
        words = self._words(parsed.words, known)
        newest_first = (query.sort or parsed.sort) is Sort.NEW
        if not words:
            if not (filters or phrases or excluded):
                return None
            return Plan(_all([*fixed, *_musts(phrases)]), None, newest_first or not phrases)
        ranking = [*words, *self._wholes(parsed.words)]
        any_word = _all([*fixed, *_musts([*phrases, _any(ranking)])])
        if newest_first:
            return Plan(_all([*fixed, *_musts([*phrases, *words])]), any_word, True)
        # A quotation in the middle of a question should not leave the reader with nothing.
        looser = _all([*fixed, *_musts([_any([*ranking, *phrases])])]) if phrases else None
        return Plan(any_word, looser, False)

    def _words(self, typed: Sequence[str], languages: tuple[str, ...]) -> list[Clause]:
        positions: dict[tuple[str, ...], bool] = {}
        guessed = text.detect(" ".join(typed)) if not languages else None
        common = (guessed,) if guessed else languages
        for chunk in typed:
            said = text.query_terms(chunk, languages)
            stop = text.stop_words(chunk, common)
            for position, is_stop in zip(said, stop, strict=True):
                positions.setdefault(position, is_stop)
        # Stop words are dropped from the query unless nothing else is left.
        telling = [position for position, is_stop in positions.items() if not is_stop] or list(positions)
        return [self._word(position) for position in telling[:MAX_WORDS]]

    def _word(self, variants: Sequence[str]) -> Clause:
        clauses = [self._variant(variant) for variant in variants]
        # The best of the variants, not their sum: they are guesses at one word.
        return clauses[0] if len(clauses) == 1 else tantivy.Query.disjunction_max_query(clauses)

    def _variant(self, term: str) -> Clause:
        return _any(_boosted(self._term(field, term), boost) for field, boost in _FIELDS)

    def _wholes(self, typed: Sequence[str]) -> list[Clause]:
        found = text.query_whole_terms(" ".join(typed))[:MAX_WORDS]
        return [_boosted(self._term("whole", term), WHOLE) for term in found]

    def _phrase(self, words: str, languages: tuple[str, ...]) -> Clause | None:
        readings = dict.fromkeys(
            tuple(text.terms(words, language)) for language in languages or text.LATIN_LANGUAGES
        )
        clauses = [
            (Occur.Should, self._side_by_side(field, reading))
            for reading in readings
            if reading
            for field in ("body", "title", "topic")
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

    def _authors(self, query: Query, parsed: ParsedQuery) -> list[Clause]:
        # Names in the text are alternatives; the page's own control narrows them.
        asked = [parsed.authors, (query.author,) if query.author else ()]
        return [self._any_of("author", [author_key(name) for name in names]) for names in asked if names]

    def _languages(self, query: Query, parsed: ParsedQuery) -> list[Clause]:
        asked = [parsed.languages, (primary_language(query.language),) if query.language else ()]
        return [self._any_of("language", tags) for tags in asked if tags]

    def _any_of(self, field: str, values: Iterable[int | str]) -> Clause:
        found = tantivy.Query.term_set_query(self._schema, field, list(values))
        return tantivy.Query.const_score_query(found, 0.0)


def author_key(name: str) -> str:
    """How an author's name is compared: folded, without what no encoder accepts."""
    return text.fold(clean(name)).strip()


def _boosted(clause: Clause, boost: float) -> Clause:
    return clause if boost == 1.0 else tantivy.Query.boost_query(clause, boost)


def _analysed_languages(query: Query, parsed: ParsedQuery) -> tuple[str, ...]:
    tags = [*parsed.languages, *([primary_language(query.language)] if query.language else [])]
    return tuple(dict.fromkeys(tag for tag in tags if tag in text.LANGUAGES))


def _musts(clauses: Iterable[Clause]) -> list[tuple[Occur, Clause]]:
    return [(Occur.Must, clause) for clause in clauses]


def _any(clauses: Iterable[Clause]) -> Clause:
    return tantivy.Query.boolean_query([(Occur.Should, clause) for clause in clauses])


def _all(clauses: Sequence[tuple[Occur, Clause]]) -> Clause:
    return tantivy.Query.boolean_query(list(clauses))
