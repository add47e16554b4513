"""One commit of the embedded index, and what of it may be read by somebody: which words it knows, how rare they are.

A word that stands only in groups that the actor may not read is unknown here, as it must be: whether it is
corrected would tell that somebody uses it.
"""

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from itertools import islice
from math import log
from typing import Final, TypeVar

import tantivy
from tantivy import Occur

from search import spelling, text
from search.clauses import EVERYTHING, Clause, Word, any_clause
from search.engine import Correction

COMPLETIONS = 16  # words that an unfinished one may become: the most frequent ones
FROM_TITLES = 2  # letters; so few begin too many words, those of titles excepted
MAX_DOUBTED = 16  # words of one query that are looked at,
MAX_CORRECTED = 4  # and of these the first that are rare or unknown
TRIED = 4  # of the words that may have been meant
RARE_SHARE = 20_000  # a word in fewer than one of so many posts is rare,
RARE = 2  # or in no more than so many of a small forum,
MORE_FREQUENT = 20  # if the one that may have been meant is in so many times as many.

KEPT = 4_096  # counts, and as many words that were probably meant
FEW_GROUPS = 16  # are asked for one by one; of more, one set is made for each search
NEAR_WORDS = 400  # of those with the same first letters, the most frequent ones
_MANY: Final = 1 << 40

_Key = TypeVar("_Key")
_Found = TypeVar("_Found")


class _Absent:
    """Nothing is kept; None is something that was found."""


_ABSENT: Final = _Absent()


class Snapshot:
    """A searcher, and how many of its posts each group has."""

    def __init__(self, searcher: tantivy.Searcher, fields: tantivy.Schema) -> None:
        self.searcher = searcher
        self.fields = fields
        self.posts = searcher.num_docs
        self.groups = _posts_by_group(searcher)
        self.counted: dict[tuple[object, ...], int] = {}
        self.meant: dict[tuple[object, ...], str | None] = {}

    def scope(self, group_ids: Sequence[int]) -> "Scope | None":
        """What is in these groups; None when nothing is."""
        readable = self.groups.keys() & set(group_ids)
        return Scope(self, frozenset(readable)) if readable else None

    def in_groups(self, group_ids: Collection[int]) -> Clause:
        if len(group_ids) <= FEW_GROUPS:
            return any_clause(tantivy.Query.term_query(self.fields, "group_id", group) for group in group_ids)
        return tantivy.Query.term_set_query(self.fields, "group_id", list(group_ids))

    def terms(self, fields: Sequence[str], terms: Sequence[str]) -> Clause:
        """Any of the terms in any of the fields."""
        return any_clause(tantivy.Query.term_query(self.fields, field, term) for field in fields for term in terms)


class Scope:
    """The posts of some groups, those that may be read."""

    def __init__(self, snapshot: Snapshot, group_ids: frozenset[int]) -> None:
        self._snapshot = snapshot
        self._searcher = snapshot.searcher
        self._group_ids = group_ids
        self.posts = sum(map(snapshot.groups.__getitem__, group_ids))

    @cached_property
    def clauses(self) -> list[tuple[Occur, Clause]]:
        """What keeps to the groups: leaving out few posts costs less than asking for many."""
        hidden = self._snapshot.groups.keys() - self._group_ids
        if self.is_narrow:
            wanted = self._snapshot.in_groups(self._group_ids)
            return [(Occur.Must, tantivy.Query.const_score_query(wanted, 0.0))]
        return [(Occur.MustNot, self._snapshot.in_groups(hidden))] if hidden else []

    @property
    def is_narrow(self) -> bool:
        """Whether most of the index is somewhere else."""
        return 2 * self.posts < self._snapshot.posts

    def rarity(self, term: str) -> float:
        """How much more a word tells here than in the whole index: the ratio of its two IDFs.

        In a group about privacy, `privacy` says little. In nDCG@10 by BM25's, the mean over seven collections that
        share one index: 1.014, without it 1.002 (a forum's questions 1.00 and 0.94).
        """
        everywhere = self._searcher.doc_freq("body", term)
        if not everywhere or not self.is_narrow:
            return 1.0
        here = self._kept(("body",), (term,), _MANY)
        return _idf(self.posts, here) / _idf(self._snapshot.posts, everywhere)

    def corrections(self, words: Sequence[Word]) -> dict[Word, Correction]:
        """What was probably meant by words that are unknown or rare here."""
        rare = max(RARE, self._snapshot.posts // RARE_SHARE)
        open_ = [word for word in words if not word.exact and not word.is_stop and spelling.correctable(word.folded)]
        seldom = (
            (word, often)
            for word in open_[:MAX_DOUBTED]
            if (often := self._often(("body", "title", "topic"), word.terms, rare + 1)) <= rare
        )
        return {
            word: Correction(word.typed, meant, searched=not often)
            for word, often in islice(seldom, MAX_CORRECTED)
            if (meant := self._probably(word.folded, often))
        }

    def completions(self, word: Word, languages: Sequence[str]) -> list[str]:
        """Terms of words that begin like this one, the most frequent ones here."""
        if len(word.folded) < FROM_TITLES or not word.folded.isalnum():
            return []
        if len(word.folded) <= FROM_TITLES:
            return self._beginning("title", word.folded, COMPLETIONS)
        forms = _forms(word.folded)
        words = [begun for form in forms for begun in self._beginning("spelling", form, COMPLETIONS)]
        return text.variants(" ".join(words), languages)

    def _probably(self, folded: str, often: int) -> str | None:
        """As below, found once: hundreds of spellings are tried for a word, and a word nobody wrote comes again."""
        key = (folded, often, self._group_ids)
        return _once(self._snapshot.meant, key, lambda: self._meant(folded, often))

    def _meant(self, folded: str, often: int) -> str | None:
        needed = often * MORE_FREQUENT or 1
        for form in _forms(folded):
            near = spelling.candidates(
                form, self._spelled, lambda letters: self._beginning("spelling", letters, NEAR_WORDS)
            )
            for word in near[:TRIED]:
                if self._often(("spelling",), (word,), needed) >= needed:
                    return word
        return None

    def _spelled(self, word: str) -> int:
        """In how many posts here a word is: one that stands elsewhere must not even keep others from being meant."""
        everywhere = self._searcher.doc_freq("spelling", word)
        if not everywhere or self.posts == self._snapshot.posts:
            return everywhere
        return self._kept(("spelling",), (word,), _MANY)

    def _beginning(self, field: str, letters: str, most: int) -> list[str]:
        """The most frequent words that begin so; where not all have room, those from here, told in milliseconds."""
        found = self._searcher.terms_with_prefix(field, letters, None, most)
        if len(found) == most and self.posts < self._snapshot.posts:
            only = tantivy.Query.boolean_query([*self.clauses, (Occur.Must, EVERYTHING)])
            found = self._searcher.terms_with_prefix(field, letters, only, most)
        return [word for word, _ in found]

    def _often(self, fields: tuple[str, ...], terms: tuple[str, ...], enough: int) -> int:
        """In how many posts one of the terms is; counted to `enough` only."""
        everywhere = sum(self._searcher.doc_freq(field, term) for field in fields for term in terms)
        return self._kept(fields, terms, enough) if everywhere else 0

    def _kept(self, fields: tuple[str, ...], terms: tuple[str, ...], enough: int) -> int:
        key = (fields, terms, enough, self._group_ids)
        return _once(self._snapshot.counted, key, lambda: self._count(self._snapshot.terms(fields, terms), enough))

    def _count(self, said: Clause, enough: int) -> int:
        within = tantivy.Query.boolean_query([*self.clauses, (Occur.Must, said)])
        if enough == _MANY:
            return _total(self._searcher.search(within, 1, count=True))
        # Most often the first posts that come are enough, and their groups are read faster than asked for.
        some = self._searcher.search(said, self._snapshot.posts * 2 * enough // self.posts + 1, count=False).hits
        groups = self._searcher.fast_field_values("group_id", [address for _, address in some])
        here = sum(group in self._group_ids for group in groups)
        return here if here >= enough else len(self._searcher.search(within, enough, count=False).hits)


def _once(kept: dict[_Key, _Found], key: _Key, find: Callable[[], _Found]) -> _Found:
    """What was found for a key in this commit, or is found now."""
    # Searches run in several threads, any of which may clear it.
    found = kept.get(key, _ABSENT)
    if isinstance(found, _Absent):
        found = find()
        if len(kept) >= KEPT:
            kept.clear()
        kept[key] = found
    return found


def _idf(posts: int, often: int) -> float:
    """As tantivy's BM25 has it."""
    return log(1 + (posts - often + 0.5) / (often + 0.5))


def _total(found: tantivy.SearchResult) -> int:
    return int(found.count)  # type: ignore[attr-defined]  # missing in tantivy's stubs


def _posts_by_group(searcher: tantivy.Searcher) -> dict[int, int]:
    asked = {"groups": {"terms": {"field": "group_id", "size": 65_000}}}
    found = searcher.aggregate(tantivy.Query.all_query(), asked)
    return {int(bucket["key"]): int(bucket["doc_count"]) for bucket in found["groups"]["buckets"]}


def _forms(folded: str) -> tuple[str, ...]:
    """A word and, in Arabic, the same without its article."""
    return tuple(dict.fromkeys((folded, text.without_article(folded))))
