"""From a parsed query to tantivy's clauses: what must hold, what only ranks.

Words are OR-ed under BM25 (asking for all of them finds next to nothing for natural questions); phrases,
exclusions and filters are strict. Sorted by date every word is asked for first, since rank does not help
there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

import tantivy
from tantivy import Occur

from search import narrowing, text
from search.engine import Query
from search.query import ParsedQuery
from search.ranking import MAX_NEAR, PROSE, PROXIMITY, SLOP, TITLE, TOPIC, WHOLE

MAX_PHRASES = 32  # and as many exclusions: each is looked up in every language and field
MAX_WORDS = 128  # distinct words that rank; the rest of a very long query is left out

Clause: TypeAlias = tantivy.Query
_FIELDS = (("body", 1.0), ("title", TITLE), ("topic", TOPIC))
_TITLES = (("title", TITLE), ("topic", TOPIC))

EVERYTHING = tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)


@dataclass(frozen=True, slots=True)
class Plan:
    """A query ready to run; `looser` is what to try when `strict` finds nothing."""

    strict: Clause
    looser: Clause | None
    newest_first: bool


@dataclass(frozen=True, slots=True)
class Word:
    """A word that ranks: what it may have become in documents, as it was typed, and that folded.

    `exact`: it is not to be read as another one. `times` it was said.
    """

    terms: tuple[str, ...]
    typed: str
    folded: str
    is_stop: bool
    exact: bool
    times: int = 1


@dataclass(frozen=True, slots=True)
class Reading:
    """A query as it is read on somebody's behalf.

    `readable` narrows to what the actor may read, `also` are terms that will do for a word as well, `rarity` is
    what a term's weight is multiplied by.
    """

    readable: Sequence[tuple[Occur, Clause]]
    words: Sequence[Word]
    also: Mapping[Word, Sequence[str]]
    rarity: Callable[[str], float]


def said(parsed: ParsedQuery) -> list[Word]:
    """The words that rank, each once, in their order; stop words only when nothing else is left."""
    languages = text.analysed_languages(parsed.languages)
    guessed = text.detect(" ".join(parsed.words)) if not languages else None
    common = (guessed,) if guessed else languages
    found: dict[tuple[str, ...], Word] = {}
    for chunk in parsed.words:
        exact = text.is_identifier(chunk)
        meanings = text.query_terms(chunk, languages)
        for terms, (typed, folded, is_stop) in zip(meanings, text.query_words(chunk, common), strict=True):
            known = found.get(terms)
            found[terms] = (
                replace(known, times=known.times + 1)
                if known
                else Word(terms, typed, folded, is_stop, exact)
            )
    telling = [word for word in found.values() if not word.is_stop] or list(found.values())
    return telling[:MAX_WORDS]


def unfinished(parsed: ParsedQuery, words: Sequence[Word]) -> Word | None:
    """The word that is still being typed: the last one, if it ranks and nothing stands behind it."""
    last = parsed.words[-1] if parsed.words else ""
    typed = [word.typed for word in text.query_words(last)]
    if not typed or not last.endswith(typed[-1]) or not words or words[-1].typed != typed[-1]:
        return None
    return words[-1]


class Planner:
    """Builds plans against one schema."""

    def __init__(self, fields: tantivy.Schema) -> None:
        self._schema = fields

    def plan(self, query: Query, reading: Reading) -> Plan | None:
        """The clauses of a query, or None when it asks for nothing."""
        parsed = query.parsed
        fields = _TITLES if parsed.title_only else _FIELDS
        known = text.analysed_languages(parsed.languages)
        filters = self._filters(query)
        phrases, excluded = (
            [clause for part in parts[:MAX_PHRASES] if (clause := self._phrase(part, known, among))]
            for parts, among in ((parsed.phrases, fields), (parsed.without, _FIELDS))
        )
        fixed = [
            *reading.readable,
            *_musts([*self._reach(query), *filters]),
            *((Occur.MustNot, clause) for clause in [*excluded, *self._never(parsed)]),
        ]
        words = [self._word(word, reading, fields) for word in reading.words]
        if not words:
            if not (filters or phrases or excluded):
                return None
            # With a score of its own, so that what ranks by nothing else ranks by its weight.
            strict = _all([*fixed, *_musts(phrases or [tantivy.Query.all_query()])])
            return Plan(strict, None, parsed.newest_first)
        beside = [] if parsed.title_only else [*self._wholes(parsed.words), *self._neighbours(reading.words)]
        any_word = _all([*fixed, *_musts([*phrases, any_clause([*words, *beside])])])
        if parsed.newest_first:
            return Plan(_all([*fixed, *_musts([*phrases, *words])]), any_word, True)
        if not phrases:
            return Plan(any_word, None, False)
        # A quotation in the middle of a question should not leave the reader with nothing.
        looser = _all([*fixed, *_musts([any_clause([*words, *beside, *phrases])])])
        return Plan(looser, None, False) if len(words) > PROSE else Plan(any_word, looser, False)

    def _word(self, word: Word, reading: Reading, fields: Sequence[tuple[str, float]]) -> Clause:
        variants = dict.fromkeys((*word.terms, *reading.also.get(word, ())))
        clauses = [_boosted(self._variant(each, fields), reading.rarity(each)) for each in variants]
        # The best of the variants, not their sum: they are guesses at one word.
        best = clauses[0] if len(clauses) == 1 else tantivy.Query.disjunction_max_query(clauses)
        # Said twice it weighs twice: for queries of a hundred words 0.878 of BM25's nDCG@10 becomes 1.007.
        return _boosted(best, float(word.times))

    def _variant(self, term: str, fields: Sequence[tuple[str, float]]) -> Clause:
        return any_clause(_boosted(self._term(field, term), boost) for field, boost in fields)

    def _wholes(self, typed: Sequence[str]) -> list[Clause]:
        found = text.query_whole_terms(" ".join(typed))[:MAX_WORDS]
        return [_boosted(self._term("whole", term), WHOLE) for term in found]

    def _neighbours(self, words: Sequence[Word]) -> list[Clause]:
        """Words that follow each other in the query, and nearly so in the text."""
        if len(words) > PROSE:
            return []
        pairs = dict.fromkeys(
            pair for one, other in pairwise(words[:MAX_NEAR]) for pair in zip(one.terms, other.terms, strict=False)
        )
        return [
            _boosted(tantivy.Query.phrase_query(self._schema, "body", list(pair), slop=SLOP), PROXIMITY)
            for pair in pairs
        ]

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
        clauses = [self._any_of(field, values) for field, values in narrowing.wanted(query.parsed)]
        first, end = narrowing.between(query.parsed)
        return clauses if first is None and end is None else [*clauses, self._between(first, end)]

    def _never(self, parsed: ParsedQuery) -> list[Clause]:
        return [self._term(field, value) for field, value in narrowing.unwanted(parsed)]

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


def _boosted(clause: Clause, boost: float) -> Clause:
    return clause if boost == 1.0 else tantivy.Query.boost_query(clause, boost)


def _musts(clauses: Iterable[Clause]) -> list[tuple[Occur, Clause]]:
    return [(Occur.Must, clause) for clause in clauses]


def any_clause(clauses: Iterable[Clause]) -> Clause:
    return tantivy.Query.boolean_query([(Occur.Should, clause) for clause in clauses])


def _all(clauses: Sequence[tuple[Occur, Clause]]) -> Clause:
    return tantivy.Query.boolean_query(list(clauses))
