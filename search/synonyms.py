"""Names of one thing: the community's own terms, read from `config/synonyms.toml`."""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import TypeAlias

Groups: TypeAlias = tuple[tuple[str, ...], ...]


def read(text: str) -> Groups:
    """The lists of a synonyms file, in small letters; ValueError where a list is short or a name stands twice."""
    groups = tuple(tuple(name.strip().lower() for name in names) for names in tomllib.loads(text).get("same", []))
    seen: set[str] = set()
    for names in groups:
        if len(names) < 2 or not all(names):
            raise ValueError(f"a list of synonyms holds two names or more: {', '.join(names)}")
        for name in names:
            if name in seen:
                raise ValueError(f"{name} stands twice among the synonyms")
            seen.add(name)
    return groups


def others(groups: Iterable[tuple[str, ...]]) -> dict[str, list[str]]:
    """For each name the others of its list."""
    return {name: [other for other in names if other != name] for names in groups for name in names}


@cache
def of_this_community() -> Groups:
    """The lists in `config/synonyms.toml`."""
    return read(resources.files("config").joinpath("synonyms.toml").read_text(encoding="utf-8"))
