"""What the things of an imported community are called here, and the keys by which they are found again.

A source key is made of the names as they stand in the file, so topics that differ in a letter's case or in a
space are different topics. In a key ``%``, ``:`` and ``#`` of a name are percent-encoded; a name too long to
fit is ``#`` and its hash.
"""
from collections.abc import Iterator
from hashlib import blake2b
from typing import Final

from forum.kit.text import clean_line, slugify, without_forbidden

SOURCE: Final = "community"
GRANT_SOURCE: Final = "import:community"

# Code points that a line of the file may have for a name; the columns take less, and are given less below.
LONGEST_NAME: Final = 10_000
# NFC makes three code points of one at the most.
_ANY_LENGTH: Final = 3 * LONGEST_NAME

_NAME_LENGTH: Final = 80
_GROUP_LENGTH: Final = 120
_TITLE_LENGTH: Final = 200
_SLUG_LENGTH: Final = 60
_SLUG_TRIES: Final = 20
_KEY_PART: Final = 150
_THREAD_KEY: Final = 300
_QUOTED: Final = str.maketrans({"%": "%25", ":": "%3A", "#": "%23"})


def digest(text: str) -> str:
    """Return 32 hexadecimal digits that stand for a text."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


def name_key(name: str) -> str:
    """Return the source key of a member or a group: at most 200 code points."""
    return f"{SOURCE}:{_key_part(name)}"


def thread_key(group: str, topic: str) -> str:
    """Return the source key of a thread: at most 300 code points, one for each group and topic."""
    start = name_key(group) + ":"
    quoted = topic.translate(_QUOTED)
    return start + (quoted if len(start) + len(quoted) <= _THREAD_KEY else "#" + digest(topic))


def post_key_start(group: str, topic: str) -> str:
    """Return the source key of a topic's posts, up to the message's id."""
    return f"{name_key(group)}:{digest(topic)}:"


def _key_part(name: str) -> str:
    quoted = name.translate(_QUOTED)
    return quoted if len(quoted) <= _KEY_PART else "#" + digest(name)


def line_of(name: str) -> str:
    """Return a name as one clean line of any length, perhaps empty."""
    return clean_line(without_forbidden(name), at_most=_ANY_LENGTH)


def title_of(topic: str) -> str:
    """Return a thread's title, 2 to 200 code points: "(no topic)", "Topic x", or cut after a word."""
    line = line_of(topic)
    if len(line) < 2:
        return f"Topic {line}" if line else "(no topic)"
    return cut(line, _TITLE_LENGTH)


def group_title(name: str) -> str:
    """Return a group's title, 2 to 120 code points."""
    line = line_of(name)
    return cut(line, _GROUP_LENGTH) if len(line) >= 2 else f"Group {line}"


def display_name(author: str) -> str:
    """Return the name that people see, 1 to 80 code points; of an e-mail address only what precedes the @."""
    line = line_of(author)
    before, at, after = line.partition("@")
    if before and at and "." in after and " " not in line:
        line = before
    return cut(line, _NAME_LENGTH)


def cut(line: str, length: int) -> str:
    """Return the line, cut at a word and closed by an ellipsis if it is longer than ``length``."""
    if len(line) <= length:
        return line
    kept = line[: length - 1]
    if not line[length - 1].isspace() and " " in kept[length // 2 :]:
        kept = kept.rpartition(" ")[0]
    return (kept.rstrip(" ,;:.-–—") or kept) + "…"


def slugs(name: str) -> Iterator[str]:
    """Addresses to try for a group in turn: from its name, then with numbers, at last with its hash."""
    plain = slugify(line_of(name)).encode("ascii", "ignore").decode()
    stem = "-".join(part for part in plain.split("-") if part)[:_SLUG_LENGTH].rstrip("-") or "group"
    yield stem
    suffixes = [f"-{number}" for number in range(2, _SLUG_TRIES)] + ["-" + digest(name)]
    for suffix in suffixes:
        yield stem[: _SLUG_LENGTH - len(suffix)] + suffix
