"""The interface's language: which one this request speaks, and its texts.

English is in the source. Two pseudo-locales find what is not ready for others: `en-XA` puts every marked text
in brackets and lengthens it, `ar-XB` does the same from right to left.
"""
import gettext as catalogues
from contextvars import ContextVar
from typing import Final

ENGLISH: Final = "en"
ACCENTED: Final = "en-XA"
MIRRORED: Final = "ar-XB"
LANGUAGES: Final = frozenset({ENGLISH})
PSEUDO: Final = frozenset({ACCENTED, MIRRORED})
RIGHT_TO_LEFT: Final = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})

_SIGNS: Final = frozenset("%(){}<>/&")
_accents: Final = str.maketrans("aeiouAEIOUcnsy", "åéîöûÅÉÎÖÛçñšý")
_current: ContextVar[str] = ContextVar("interface_language", default=ENGLISH)


class Pseudo(catalogues.NullTranslations):
    """Every text as itself, marked so that the eye and a test find what was not."""

    def gettext(self, message: str) -> str:
        return _bracketed(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return _bracketed(msgid1 if n == 1 else msgid2)


def _bracketed(message: str) -> str:
    """Accents stay away from placeholders: only whole words without a sign in them get any."""
    words = [word if set(word) & _SIGNS else word.translate(_accents) for word in message.split(" ")]
    return "⟦" + " ".join(words) + "⟧"


_catalogues: Final[dict[str, catalogues.NullTranslations]] = {
    ENGLISH: catalogues.NullTranslations(),
    ACCENTED: Pseudo(),
    MIRRORED: Pseudo(),
}


def mark(message: str) -> str:
    """A text that is translated later, when it is shown."""
    return message


def speak(language: str) -> None:
    """Choose the language of this request; one that we do not have is English."""
    _current.set(language if language in _catalogues else ENGLISH)


def spoken() -> str:
    return _current.get()


def gettext(message: str) -> str:
    return _catalogues[_current.get()].gettext(message)


def ngettext(one: str, many: str, n: int) -> str:
    return _catalogues[_current.get()].ngettext(one, many, n)


def direction(language: str) -> str:
    """`rtl` or `ltr`, by the language's usual script."""
    return "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"


def formats() -> str:
    """The locale whose names of months and countries go with the interface."""
    spoken_now = _current.get()
    return ENGLISH if spoken_now in PSEUDO else spoken_now
