"""What happened, as plain data."""
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Base of all facts: a frozen dataclass of ids, enums and short values, named in the past tense."""

    name: ClassVar[str]


def every_fact() -> Iterator[type[Fact]]:
    """The fact types imported so far, one for each name."""
    seen: dict[str, type[Fact]] = {}
    waiting = list(Fact.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        # ``slots=True`` makes a second class, with slots; the first one lingers until it is collected.
        if "name" in vars(kind) and (kind.name not in seen or "__slots__" in vars(kind)):
            seen[kind.name] = kind
    return iter(seen.values())
