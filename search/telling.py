"""What a text is about: the words of it that tell, and whether two texts share them. Pure functions."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from search import text
from search.query import ParsedQuery, Sort, clean

MAX_TELLING = 16  # words that a likeness is asked by
_LEAD = 2_000  # characters of a text that are looked at: what it is about is said at its beginning


def likeness(title: str, body: str = "", language: str = "") -> ParsedQuery:
    """A query for what resembles a text: the words of its title, then those that its beginning says again.

    Words that say nothing are left out, so that the query is empty where nothing tells.
    """
    spoken = text.analysis_language(language, f"{title}\n{body[:_LEAD]}")
    told = _spellings(title, spoken)
    said_again = Counter(term for word in text.words(clean(body[:_LEAD])) for term in _telling(word, spoken))
    spellings = _spellings(body[:_LEAD], spoken)
    for term, times in said_again.most_common(MAX_TELLING):
        if times > 1:
            told.setdefault(term, spellings[term])
    return ParsedQuery(words=tuple(list(told.values())[:MAX_TELLING]))


def shared(query: ParsedQuery, body: str, language: str) -> int:
    """How many words of a likeness a text has in common with it."""
    held = frozenset(text.terms(clean(body), text.analysis_language(language, body)))
    return sum(any(term in held for term in meant) for word in query.words for meant in text.query_terms(word))


def exactly(parsed: ParsedQuery) -> ParsedQuery:
    """The same search, newest first, for posts that hold every one of its words: what may be counted as an answer.

    As phrases, words must be there; asked for as words they would only rank.
    """
    said = tuple(word for word in parsed.words if not all(text.stop_words(word, parsed.languages)))
    return replace(parsed, words=(), phrases=(*parsed.phrases, *(said or parsed.words)), sort=Sort.NEW)


def _spellings(body: str, language: str) -> dict[str, str]:
    """The telling terms of a text, each as it was first spelt; a pair of ideographs is its own spelling."""
    found: dict[str, str] = {}
    for word in text.words(clean(body)):
        made = list(_telling(word, language))
        for term in made:
            found.setdefault(term, word if len(made) == 1 else term)
    return found


def _telling(word: str, language: str) -> Iterable[str]:
    """The terms of a word, but for those that are too common to tell."""
    terms = text.terms(word, language)
    common = text.stop_words(word, (language,))
    return [term for term, is_stop in zip(terms, common, strict=False) if not is_stop and len(term) > 1]
