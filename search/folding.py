"""Words and how they are compared: cut, and folded to what is left without case, accents and compatibility forms."""

import re
import unicodedata
from collections.abc import Mapping

MAX_TERM = 64  # characters; a longer term is cut, on both sides alike

# Written without spaces: Han, Kana, Hangul, with the iteration marks and the half-width forms.
_CJK = (
    "\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\uff66-\uff9f\U00020000-\U0003ffff"
)


def _marks() -> str:
    """Combining marks and joiners, which Python's `\\w` leaves out: vowel signs, nukta, soft hyphen."""
    points = [c for c in range(0x300, 0xFFFF) if unicodedata.category(chr(c)) in ("Mn", "Mc")]
    return "".join(map(chr, points)) + "\u00ad\u200c\u200d"


_MARKS = re.escape(_marks())
WORD = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+(?:[{_MARKS}]+[^\W_{_CJK}]*)*")
IS_CJK = re.compile(f"[{_CJK}]")


def _substitutes(letters: Mapping[str, str]) -> dict[int, str]:
    return {ord(letter): plain for letter, plain in letters.items()}


_FOLDED: dict[int, str | None] = {
    **dict.fromkeys([*range(0x300, 0x370), *range(0x591, 0x5C8), *range(0x610, 0x61B)], None),
    **dict.fromkeys([*range(0x64B, 0x660), 0x670, *range(0x6D6, 0x6EE), 0x640], None),
    **dict.fromkeys([0xAD, 0x200C, 0x200D], None),
    **{0x660 + n: str(n) for n in range(10)},
    **{0x6F0 + n: str(n) for n in range(10)},
    **_substitutes({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}),
    **_substitutes({"ى": "ي", "ی": "ي", "ک": "ك", "ٱ": "ا", "’": "'"}),
}


def fold(text: str) -> str:
    """Compatibility forms, case and diacritics removed: what is left is what is compared.

    `й` stays (it is a letter, not и with an accent); Japanese and Indic marks stay too.
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = decomposed.replace("\u0438\u0306", "\u0439").translate(_FOLDED)
    return unicodedata.normalize("NFC", kept)


def folded_parts(word: str) -> tuple[str, ...]:
    """What a word is compared by before stemming: itself, folded; of ideographs each pair."""
    folded = fold(word)
    if IS_CJK.match(folded):
        return tuple(folded[i : i + 2] for i in range(len(folded) - 1)) or (folded,)
    if folded.isalnum():
        return (folded[:MAX_TERM],)
    # A ligature may unfold into several words (U+FDFA is a whole sentence).
    return tuple(part[:MAX_TERM] for part in WORD.findall(folded))
