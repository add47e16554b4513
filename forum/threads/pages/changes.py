"""The versions of a text, each with what it changed. Pure."""
import difflib
from collections.abc import Iterator, Sequence
from typing import Final, Protocol, TypeVar

MOST_LINES: Final = 2000
MARKS: Final = {"+ ": "ins", "- ": "del", "  ": ""}


class Version(Protocol):
    @property
    def body(self) -> str: ...


V = TypeVar("V", bound=Version)


def with_changes(versions: Sequence[V]) -> list[tuple[V, list[tuple[str, str]]]]:
    """Each version, newest first, with its lines and their mark: `ins`, `del` or none."""
    befores = [*versions[1:], None]
    return [(version, list(_changes(version, before))) for version, before in zip(versions, befores, strict=True)]


def _changes(version: V, before: V | None) -> Iterator[tuple[str, str]]:
    if before is None:
        yield from (("", line) for line in version.body.split("\n"))
        return
    for line in difflib.ndiff(before.body.split("\n")[:MOST_LINES], version.body.split("\n")[:MOST_LINES]):
        if line[:2] in MARKS:
            yield MARKS[line[:2]], line[2:]
