"""Text analysis, the same for documents and for queries: words, folding, stems and whole tokens.

Pure functions. The engine stores the terms made here and cuts nothing itself, so both sides agree by
construction, and snippets can mark what was found.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain, zip_longest
from operator import itemgetter
from typing import NamedTuple, TypeAlias

import Stemmer

from search.folding import IS_CJK, MAX_TERM, WORD, folded_parts
from search.folding import fold as fold
from search.query import primary_language
from search.stopwords import STOP_WORDS

LANGUAGES = ("en", "fr", "es", "pt", "ar", "ru", "zh")
LATIN_LANGUAGES = ("en", "fr", "es", "pt")

_DETECTED_CHARACTERS = 600
_KEPT_WORDS = 8_192  # of each language, and as many older ones: about 5 MB
_KEPT_LENGTH = 32  # long runs of ideographs do not come again
_SHORTEST = 3  # letters of a word that is kept as it is spelled

_ASCII_WORD = re.compile("[a-z0-9]+")  # what `WORD` finds in lower-case ASCII, in half the time

# `CVE-2024-1234`, `ada@example.org`, `snake_case`; `.org`; `C++`, `F#`.
# The first lookbehind keeps it linear: a long word without separators is tried once, not at every letter.
_WHOLE = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z0-9]+(?:[-._:@+#][A-Za-z0-9]+)+"
    r"|(?<![\w.])\.[A-Za-z][A-Za-z0-9]{1,20}\b"
    r"|\b[A-Za-z](?:\+\+|#)"
)
# RFC 9110 and rfc9110, IPv6; in a query also `rfc 9110`, which in a document is too often just prose.
_NUMBERED = re.compile(r"\b(?:[A-Z][A-Za-z]{1,7}[ -]|[A-Za-z]{2,8})\d{1,6}\b")
# Without these there is neither, which most texts tell four times as fast.
_JOINED = re.compile(r"[-._:@+#][A-Za-z0-9+]|#")
_DIGIT = re.compile(r"\d")
_NUMBERED_ANY_CASE = re.compile(r"\b[A-Za-z]{2,8}[ -]?\d{1,6}\b")


_STEMMERS = {
    # Size 0 turns the stemmer's own cache off: `_stem` keeps one for all of them.
    language: Stemmer.Stemmer(name, 0)
    for language, name in {
        "en": "english", "fr": "french", "es": "spanish", "pt": "portuguese", "ar": "arabic", "ru": "russian",
    }.items()
}  # fmt: skip

# Snowball looks for suffixes with their accents, and folding has taken these away (a reader may not have
# typed them either): they are put back where the ending leaves no doubt, so all spellings stem alike.
_RESTORED = {
    "fr": (("ee", "ée"), ("ees", "ées")),
    "es": (("cion", "ción"), ("logia", "logía"), ("logias", "logías")),
    "pt": (("cao", "ção"), ("ao", "ão"), ("encia", "ência"), ("encias", "ências"), ("ancia", "ância"),
           ("avel", "ável"), ("ivel", "ível")),
}  # fmt: skip
_PT_PLURALS = ("oes", "aes", "aos")  # of -ão; without accents as folding leaves them
_AR_ARTICLES = ("وال", "بال", "كال", "فال", "ال", "لل")


def words(text: str) -> list[str]:
    """The words of a text as they are spelt; what is written without spaces comes in one piece."""
    return WORD.findall(text)


def terms(text: str, language: str) -> list[str]:
    """The terms of a text in one known language, in order, stop words included."""
    return analysed(text, language)[0]


def analysed(text: str, language: str) -> tuple[list[str], set[str]]:
    """The terms of a text, and its words folded but not stemmed, for completing and correcting.

    Among the latter are no stop words, no numbers and no ideographs; an Arabic word is there with its article
    and without.
    """
    made = list(map(_analysis(language), _words(text)))
    spelled = set(chain.from_iterable(map(itemgetter(1), made)))
    return list(chain.from_iterable(map(itemgetter(0), made))), spelled - STOP_WORDS.get(language, frozenset())


def _words(text: str) -> list[str]:
    return _ASCII_WORD.findall(text.lower()) if text.isascii() else WORD.findall(text)


def spans(text: str, language: str, wanted: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """Where the wanted terms stand in a text in NFC: (start, end, term), for marking them.

    Only words that begin like a wanted term are analysed, where the script allows: ten times faster.
    """
    analysis = _analysis(language)
    # A reader may ask for a single ideograph, which terms hold in pairs only.
    alone = {term for term in wanted if IS_CJK.fullmatch(term)}
    for match in _likely(text, _beginnings(wanted)) if wanted else ():
        word, start, end = match.group(), match.start(), match.end()
        made, _ = analysis(word)
        if len(made) == len(word) - 1 and IS_CJK.match(word):
            for offset, (ideograph, pair) in enumerate(zip_longest(word, made)):
                if ideograph in alone:
                    yield start + offset, start + offset + 1, ideograph
                if pair in wanted:
                    yield start + offset, start + offset + 2, pair
            continue
        for term in made:
            if term in wanted:
                yield start, end, term


def query_terms(text: str, languages: Iterable[str] = ()) -> list[tuple[str, ...]]:
    """The words of a query, each as the terms it may have become in documents.

    With no language known a Latin word is stemmed in every Latin language; other scripts tell theirs.
    """
    asked = tuple(languages) or LATIN_LANGUAGES
    found: list[tuple[str, ...]] = []
    for word in WORD.findall(text):
        first, _ = _analysis(asked[0])(word)
        if len(first) == 1:
            found.append(tuple(dict.fromkeys(term for lang in asked for term in _analysis(lang)(word)[0])))
        else:
            found.extend((term,) for term in first)
    return found


def variants(text: str, languages: Iterable[str] = ()) -> list[str]:
    """All terms that the words of a text may have become, each once."""
    return list(dict.fromkeys(chain.from_iterable(query_terms(text, languages))))


def whole_terms(text: str) -> list[str]:
    """The tokens of a document that are also kept whole, each once: `rfc9110`, `cve-2024-1234`, `.org`.

    Single ideographs are among them: the text holds only pairs, and a reader may ask for one.
    """
    narrow = _narrow(text)
    found: dict[str, None] = {}
    if _JOINED.search(narrow):
        found.update(dict.fromkeys(match.lower()[:MAX_TERM] for match in _WHOLE.findall(narrow)))
    if _DIGIT.search(narrow):
        found.update(dict.fromkeys(_glued(match) for match in _NUMBERED.findall(narrow)))
    if not text.isascii():
        found.update(dict.fromkeys(fold(ideograph) for ideograph in IS_CJK.findall(text)))
    return [term for term in found if term and not term.isspace()]


def query_whole_terms(text: str) -> list[str]:
    """The whole tokens that a query may mean; `rfc 9110` in any case is `rfc9110`."""
    narrow = _narrow(text)
    found = dict.fromkeys(match.lower()[:MAX_TERM] for match in _WHOLE.findall(narrow))
    found.update(dict.fromkeys(_glued(match) for match in _NUMBERED_ANY_CASE.findall(narrow)))
    found.update(dict.fromkeys(fold(w) for w in WORD.findall(text) if len(w) == 1 and IS_CJK.match(w)))
    return list(found)


def is_identifier(typed: str) -> bool:
    """Whether a part of a query names something exactly, so that another spelling would be another thing."""
    named = (*_WHOLE.findall(typed), *_NUMBERED_ANY_CASE.findall(typed))
    return any(not letter.isalpha() and letter != "-" for name in named for letter in name)


def _glued(numbered: str) -> str:
    return numbered.replace(" ", "").replace("-", "").lower()


def stop_words(text: str, languages: Iterable[str] = ()) -> list[bool]:
    """For each position of `query_terms`, whether it says nothing in any of the languages (default: all)."""
    return [word.is_stop for word in query_words(text, languages)]


def _narrow(text: str) -> str:
    """Full-width letters and digits as everybody else writes them."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


class Spelled(NamedTuple):
    """A word of a query: as typed, folded, and whether it says nothing in any of the languages."""

    typed: str
    folded: str
    is_stop: bool


def query_words(text: str, languages: Iterable[str] = ()) -> list[Spelled]:
    """The words of a query, one for each position of `query_terms`; stop words of all languages by default."""
    lists = [STOP_WORDS[language] for language in tuple(languages) or LANGUAGES]
    return [
        Spelled(typed, word, any(word in common for common in lists))
        for typed in WORD.findall(text)
        for word in folded_parts(typed)
    ]


def analysed_languages(tags: Iterable[str]) -> tuple[str, ...]:
    """Those of some languages that have an analysis, each once."""
    return tuple(dict.fromkeys(tag for tag in tags if tag in LANGUAGES))


def analysis_language(tag: str, text: str) -> str:
    """The language to analyse a document in: its own if it is one of the seven, else a guess."""
    language = primary_language(tag)
    return language if language in LANGUAGES else detect(text) or "en"


def detect(text: str) -> str | None:
    """Guess one of the seven languages from script and stop words; None when nothing tells."""
    scores = dict.fromkeys(LANGUAGES, 0)
    for word in WORD.findall(text[:_DETECTED_CHARACTERS]):
        script = _script(word)
        if script != "latin":
            if script in scores:
                scores[script] += len(word) if script == "zh" else 1
            continue
        folded = fold(word)
        for language in LATIN_LANGUAGES:
            scores[language] += folded in STOP_WORDS[language]
    best, second = sorted(scores, key=lambda lang: scores[lang], reverse=True)[:2]
    return best if scores[best] > scores[second] else None


_Made: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]  # the terms of a word, and its spellings


class _Kept(dict[str, _Made]):
    """What was made of the words of one language: a lookup without a call. Those not met again for long go."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self._older: dict[str, _Made] = {}

    def __missing__(self, word: str) -> _Made:
        made = self._older.get(word) or _made(word, self._language)
        if len(word) <= _KEPT_LENGTH:
            if len(self) >= _KEPT_WORDS:
                self._older = dict(self)
                self.clear()
            self[word] = made
        return made


def _made(word: str, language: str) -> _Made:
    parts = folded_parts(word)
    spelled = tuple(part for part in parts if len(part) >= _SHORTEST and not part.isdecimal())
    if spelled and _script(spelled[0]) in ("ar", "zh"):
        both = dict.fromkeys((*spelled, *map(without_article, spelled)))
        spelled = tuple(part for part in both if not IS_CJK.match(part))
    return tuple(_stem(part, language) for part in parts), spelled


_KEPT = {language: _Kept(language) for language in LANGUAGES}


def _analysis(language: str) -> Callable[[str], _Made]:
    return _KEPT[language if language in _KEPT else "en"].__getitem__


def _likely(text: str, beginnings: tuple[str, ...]) -> Iterator[re.Match[str]]:
    """The words that begin in one of these ways; all words where no beginnings are given."""
    if not beginnings:
        yield from WORD.finditer(text)
        return
    plain = text.lower() if text.isascii() else text.translate(_plain_letters())
    starts: list[int] = []
    for beginning in beginnings:
        at = plain.find(beginning)
        while at >= 0:
            if at == 0 or not plain[at - 1].isalnum():
                starts.append(at)
            at = plain.find(beginning, at + 1)
    end = 0
    for start in sorted(starts):
        # After a combining mark the same word goes on: each is read once, however many marks there are.
        if start >= end and (match := WORD.match(text, start)):
            end = match.end()
            yield match


@lru_cache(maxsize=256)
def _beginnings(wanted: frozenset[str]) -> tuple[str, ...]:
    """The first letters of Latin and Cyrillic terms, none of which begins another; nothing for other scripts.

    Stems keep the beginning of their words there. Arabic ones lose articles, and pairs of ideographs
    begin anywhere.
    """
    if any(_script(term) not in ("latin", "ru") for term in wanted):
        return ()
    starts = {_beginning(term) for term in wanted}
    return tuple(start for start in starts if not any(start[:n] in starts for n in range(1, len(start))))


def _beginning(term: str) -> str:
    kept = term[: min(3, max(1, len(term) - 1))]
    # One letter may stand for these (æ, œ, ß, þ): only the first is sure.
    return kept[0] if any(pair in kept for pair in ("ae", "oe", "ss", "th")) else kept


@lru_cache(maxsize=1)
def _plain_letters() -> dict[int, str]:
    """Letters of every spelling to the first folded one, letter by letter so that places stay the same."""
    points = (*range(0x30, 0x530), *range(0x1E00, 0x1F00), *range(0xFF10, 0xFF5B))
    return {point: folded[0] for point in points if chr(point).isalnum() and (folded := fold(chr(point)))}


def _script(word: str) -> str:
    first = word[0]
    if first < "\u0370":
        return "latin"
    if "\u0400" <= first <= "\u052f":
        return "ru"
    if "\u0600" <= first <= "\u077f" or "\ufb50" <= first <= "\ufeff":
        return "ar"
    return "zh" if IS_CJK.match(first) else "other"


def _stem(folded: str, language: str) -> str:
    if not folded.isalpha() or len(folded) < 3:
        return folded
    script = _script(folded)
    if script == "latin":
        own = language if language in LATIN_LANGUAGES else "en"
        return _stem_latin(folded, own)
    if script == "ar":
        folded = without_article(folded)
    if script in _STEMMERS:
        return str(_STEMMERS[script].stemWord(folded)) or folded
    return folded


def without_article(folded: str) -> str:
    """An Arabic word without `ال` and the letters written onto it; others as they are."""
    for article in _AR_ARTICLES:
        if folded.startswith(article) and len(folded) - len(article) >= _SHORTEST:
            return folded[len(article) :]
    return folded


def _stem_latin(folded: str, language: str) -> str:
    if language == "pt" and folded.endswith(_PT_PLURALS) and folded != "maes":
        folded = folded[:-3] + "ao"
    # Snowball leaves the plural of short words alone: años, dias, anos.
    if language in ("es", "pt") and 4 <= len(folded) <= 5 and folded.endswith(("as", "os")):
        folded = folded[:-1]
    for ending, accented in _RESTORED.get(language, ()):
        if folded.endswith(ending):
            folded = folded[: -len(ending)] + accented
            break
    stem = str(_STEMMERS[language].stemWord(folded))
    return fold(stem) or fold(folded)
