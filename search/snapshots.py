"""One commit of the embedded index: what may be read of it, which words it knows, and what they were meant to be.

A word that stands only in groups that the actor may not read is unknown here, as it must be: whether it is
corrected would tell that somebody uses it.
"""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import tantivy
from tantivy import Occur

from search import spelling, text
from search.clauses import EVERYTHING, Clause, Word, any_clause
from search.engine import Correction

COMPLETIONS = 16  # words that an unfinished one may become: the most frequent ones
FROM_TITLES = 2  # letters; so few begin too many words, those of titles excepted
MAX_CORRECTED = 8  # words of one query that are looked at
TRIED = 4  # of the words that may have been meant
RARE_SHARE = 20_000  # a word in fewer than one of so many posts is rare,
RARE = 2  # or in no more than so many of a small forum,
MORE_FREQUENT = 20  # if the one that may have been meant is in so many times as many.
KEPT_COUNTS = 4_096
_MARGIN = 1_000  # deleted posts that still count as holding a word

Narrowing: TypeAlias = Sequence[tuple[Occur, Clause]]
_MANY: Final = 1 << 40


class Snapshot:
    """A searcher, with what it takes to ask it on behalf of somebody."""

    def __init__(self, searcher: tantivy.Searcher, fields: tantivy.Schema) -> None:
        self.searcher = searcher
        self._schema = fields
        self._groups = _posts_by_group(searcher)
        self._counted: dict[tuple[object, ...], int] = {}

    def narrowing(self, group_ids: Sequence[int]) -> Narrowing | None:
        """Clauses that keep to these groups; None when nothing is in them.

        Leaving out the few posts that may not be read costs less than asking for the many that may.
        """
        wanted = self._groups.keys() & set(group_ids)
        if not wanted:
            return None
        hidden = self._groups.keys() - wanted
        if sum(map(self._groups.__getitem__, hidden)) <= sum(map(self._groups.__getitem__, wanted)):
            return [(Occur.MustNot, self._in_groups(hidden))] if hidden else []
        return [(Occur.Must, tantivy.Query.const_score_query(self._in_groups(wanted), 0.0))]

    def corrections(self, words: Sequence[Word], group_ids: Sequence[int]) -> dict[Word, Correction]:
        """What was probably meant by words that are unknown or rare in these groups."""
        found = {}
        open_ = [word for word in words if not word.exact and not word.is_stop and spelling.correctable(word.folded)]
        for word in open_[:MAX_CORRECTED]:
            rare = max(RARE, self.searcher.num_docs // RARE_SHARE)
            often = self._often(("body", "title", "topic"), word.terms, rare + 1, group_ids)
            if often <= rare and (meant := self._meant(word.folded, often, group_ids)):
                found[word] = Correction(word.typed, meant, searched=not often)
        return found

    def completions(self, word: Word, languages: Sequence[str], group_ids: Sequence[int]) -> list[str]:
        """Terms of words that begin like this one, the most frequent ones in these groups."""
        if len(word.folded) < FROM_TITLES or not word.folded.isalnum():
            return []
        narrowing = self.narrowing(group_ids)
        only = tantivy.Query.boolean_query([*narrowing, (Occur.Must, EVERYTHING)]) if narrowing else None

        def beginning(field: str, typed: str) -> list[str]:
            return [term for term, _ in self.searcher.terms_with_prefix(field, typed, only, COMPLETIONS)]

        if len(word.folded) <= FROM_TITLES:
            return beginning("title", word.folded)
        words = [begun for form in _forms(word.folded) for begun in beginning("spelling", form)]
        return text.variants(" ".join(words), languages)

    def _meant(self, folded: str, often: int, group_ids: Sequence[int]) -> str | None:
        needed = often * MORE_FREQUENT or 1
        for form in _forms(folded):
            near = spelling.candidates(
                form,
                lambda word: self.searcher.doc_freq("spelling", word),
                lambda beginning: self.searcher.terms_with_prefix("spelling", beginning),
            )
            for word in near[:TRIED]:
                if self._often(("spelling",), (word,), needed, group_ids) >= needed:
                    return word
        return None

    def _often(
        self, fields: Sequence[str], terms: Sequence[str], enough: int, group_ids: Sequence[int]
    ) -> int:
        """In how many posts of these groups one of the terms is; counted to `enough` only."""
        everywhere = sum(self.searcher.doc_freq(field, term) for field in fields for term in terms)
        elsewhere = self.searcher.num_docs - sum(self._groups.get(group, 0) for group in set(group_ids))
        if not everywhere:
            return 0
        if everywhere > elsewhere + enough + _MARGIN:
            return _MANY
        key = (*fields, *terms, enough, group_ids)
        if key not in self._counted:
            if len(self._counted) >= KEPT_COUNTS:
                self._counted.clear()
            any_of_them = [tantivy.Query.term_query(self._schema, field, term) for field in fields for term in terms]
            within = [*(self.narrowing(group_ids) or ()), (Occur.Must, any_clause(any_of_them))]
            found = self.searcher.search(tantivy.Query.boolean_query(within), enough, count=False)
            self._counted[key] = len(found.hits)
        return self._counted[key]

    def _in_groups(self, group_ids: Iterable[int]) -> Clause:
        return tantivy.Query.term_set_query(self._schema, "group_id", list(group_ids))


def _posts_by_group(searcher: tantivy.Searcher) -> dict[int, int]:
    asked = {"groups": {"terms": {"field": "group_id", "size": 65_000}}}
    found = searcher.aggregate(tantivy.Query.all_query(), asked)
    return {int(bucket["key"]): int(bucket["doc_count"]) for bucket in found["groups"]["buckets"]}


def _forms(folded: str) -> tuple[str, ...]:
    """A word and, in Arabic, the same without its article."""
    return tuple(dict.fromkeys((folded, text.without_article(folded))))
