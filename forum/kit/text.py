"""Cleans what people type before it is checked or stored.

Lengths are in code points, counted after NFC, line ends and trimming, so that the figure a person
sees is the one the database's CHECK counts.
"""
import re
import unicodedata
from enum import StrEnum
from typing import Final

SLUG_LENGTH: Final = 80
EMPTY_SLUG: Final = "thread"

# Everything that no text of ours may hold. \n and \t are text; \r has become \n before this is asked.
_FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
# Marks that change how a line reads without being seen. The two joiners (U+200C, U+200D) are letters'
# business in Persian, Hindi and emoji, so they stay where they stand between two visible characters.
_INVISIBLE: Final = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]"
)
_LOOSE_JOINER: Final = re.compile("(?:(?<![^\\s\u200c\u200d])[\u200c\u200d]+|[\u200c\u200d]+(?=\\s|$))")
_SPACES: Final = re.compile(r"\s+")


class Fault(StrEnum):
    """What is wrong with a text; the value is the message code that the interface translates."""

    NUL_BYTE = "nul_byte"
    LONE_SURROGATE = "lone_surrogate"
    CONTROL_CHARACTER = "control_character"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"


class TextError(ValueError):
    """A text that is refused; ``fault`` says why, ``limit`` is the bound that was missed, if any."""

    def __init__(self, fault: Fault, limit: int | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.limit = limit

    @property
    def code(self) -> str:
        """The message code, for ``Invalid({"field": code})``."""
        return self.fault.value


def clean_line(text: str, *, at_least: int = 0, at_most: int = 200) -> str:
    """Return one line: NFC, invisible and bidi marks dropped, white space collapsed, trimmed.

    Raises ``TextError`` for forbidden characters or a length outside ``at_least`` to ``at_most``.
    """
    _refuse_oversize(text, at_most)
    line = _checked(text)
    line = _LOOSE_JOINER.sub("", _SPACES.sub(" ", _INVISIBLE.sub("", line)))
    return _measured(line.strip(), at_least, at_most)


def clean_body(text: str, *, at_least: int = 1, at_most: int = 32_000) -> str:
    """Return a body: NFC, line ends as LF, blank lines at the start and all space at the end trimmed.

    The first line keeps its indent, which means code in Markdown. Raises ``TextError`` as ``clean_line``.
    """
    _refuse_oversize(text, at_most)
    body = _checked(text).rstrip()
    while (end := body.find("\n")) >= 0 and not body[:end].strip():
        body = body[end + 1 :]
    if at_least and not _INVISIBLE.sub("", body).strip():
        raise TextError(Fault.TOO_SHORT, at_least)
    return _measured(body, at_least, at_most)


def without_forbidden(text: str) -> str:
    """Return an imported text without the characters that ``clean_body`` would refuse it for."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def slugify(title: str) -> str:
    """Return the part of an address made from a title: lower case, hyphens, at most 80 code points.

    Accents fall from Latin letters; other scripts stay as they are. Never empty.
    """
    folded = "".join(_folded(character) for character in unicodedata.normalize("NFC", title).casefold())
    words = "".join(_letter_or_space(character) for character in folded).split()
    return "-".join(words)[:SLUG_LENGTH].rstrip("-") or EMPTY_SLUG


def _folded(character: str) -> str:
    """Drop the accents of one Latin letter; leave anything else alone."""
    if character.isascii():
        return character
    bare = unicodedata.normalize("NFKD", character)
    return bare.encode("ascii", "ignore").decode() if bare[0].isascii() else character


def _letter_or_space(character: str) -> str:
    """Keep letters, digits and vowel signs; let joiners and apostrophes fall; part words at the rest."""
    if character.isalnum() or unicodedata.category(character) in {"Mn", "Mc"}:
        return character
    return "" if character in "\u200c\u200d'’" else " "


def _refuse_oversize(text: str, at_most: int) -> None:
    # NFC and CRLF may shorten a text, by a factor of four at the very most; beyond that no work is done.
    if len(text) > 4 * at_most + 1000:
        raise TextError(Fault.TOO_LONG, at_most)


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _FORBIDDEN.search(text):
        character = found.group()
        if character == "\x00":
            raise TextError(Fault.NUL_BYTE)
        if "\ud800" <= character <= "\udfff":
            raise TextError(Fault.LONE_SURROGATE)
        raise TextError(Fault.CONTROL_CHARACTER)
    return unicodedata.normalize("NFC", text)


def _measured(text: str, at_least: int, at_most: int) -> str:
    if len(text) < at_least:
        raise TextError(Fault.TOO_SHORT, at_least)
    if len(text) > at_most:
        raise TextError(Fault.TOO_LONG, at_most)
    return text


def literal(words: str) -> str:
    """Words as LIKE takes them literally."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
