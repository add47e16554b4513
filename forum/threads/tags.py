"""Tags as they are stored: folded, so that one word is one tag however it was typed. Pure."""
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from forum.kit.errors import Invalid
from forum.kit.fields import line_field

MOST_TAGS: Final = 8
LEAST: Final = 2
MOST: Final = 30
# Within a word these are part of it: node.js, c++, 5g_core.
_WITHIN: Final = frozenset("+._-")
_HYPHENS: Final = re.compile("-{2,}")


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Each once, in their order, without what is empty. Raises Invalid for ``tags``."""
    found = list(dict.fromkeys(tag for each in tags if (tag := _clean(each))))
    if len(found) > MOST_TAGS:
        raise Invalid({"tags": "too_many_tags"})
    return found


def fold_tag(tag: str) -> str:
    """Lower case, joiners dropped, hyphens where there is anything else than letters, digits and + . _ -"""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", tag).casefold())
    return _HYPHENS.sub("-", "".join(map(_kept, folded))).strip("-._")


def _kept(character: str) -> str:
    if character in _WITHIN or character.isalnum() or unicodedata.category(character) in ("Mn", "Mc"):
        return character
    return "" if unicodedata.category(character) == "Cf" else "-"


def _clean(tag: str) -> str:
    folded = fold_tag(line_field(tag, "tags", most=200))
    if tag.strip() and not LEAST <= len(folded) <= MOST:
        raise Invalid({"tags": "tag_length"})
    return folded
