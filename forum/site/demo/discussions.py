"""Reads the discussions and the people that were written by hand for the demonstration.

A folder per language holds ``people.toml`` and one Markdown file a thread.
"""
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from forum.kit.text import clean_line
from forum.members.models import Gender, Sector
from forum.site.demo.manuscript import Contribution, ManuscriptError, read, toml
from forum.threads.models import ThreadKind

FOLDERS: Final = (Path(__file__).parents[1] / "discussions", Path(__file__).parent / "threads")


class Head(msgspec.Struct, forbid_unknown_fields=True):
    group: str
    title: str
    kind: ThreadKind
    days_ago: int
    pinned: bool = False
    accepted: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """``days_ago``: when they came, if it was not long ago."""

    username: str
    name: str
    country: str
    sector: Sector
    gender: Gender | None
    languages: tuple[str, ...]
    time_zone: str
    bio: str
    days_ago: float | None = None


@dataclass(frozen=True, slots=True)
class Discussion:
    """``key`` is the language and the file's stem, ``en/03-first-year-priorities``."""

    key: str
    language: str
    group: str
    title: str
    kind: ThreadKind
    days_ago: float
    pinned: bool
    accepted: int | None
    posts: tuple[Contribution, ...]


def read_people(path: Path) -> list[Person]:
    """Read one ``people.toml``."""
    tables = toml(path, path.read_text(encoding="utf-8"), 0).get("person", [])
    return [_person(path, table) for table in tables]


def read_discussion(path: Path) -> Discussion:
    """Read one thread; its language is the name of its folder."""
    found = read(path)
    head = found.head_as(Head)
    if found.parts:
        found.blame("a discussion has posts only", "--- ")
    if not found.posts:
        raise ManuscriptError(path, len(found.lines), "a discussion has at least one post")
    if head.accepted is not None and not 2 <= head.accepted <= len(found.posts):
        found.blame(f"there is no answer {head.accepted}", "accepted")
    return Discussion(
        key=found.key,
        language=found.language,
        group=head.group,
        title=clean_line(head.title, at_least=2, at_most=200),
        kind=head.kind,
        days_ago=head.days_ago,
        pinned=head.pinned,
        accepted=head.accepted,
        posts=found.posts,
    )


def read_all() -> tuple[list[Person], list[Discussion]]:
    """Read every folder, in the order of the names."""
    people: list[Person] = []
    threads: list[Discussion] = []
    for folder in FOLDERS:
        for path in sorted(folder.glob("*/people.toml")):
            people += read_people(path)
        for path in sorted(folder.glob("*/*.md")):
            threads.append(read_discussion(path))
    return people, threads


def _person(path: Path, table: dict[str, Any]) -> Person:
    try:
        return Person(
            username=table["username"],
            name=table["name"],
            country=table["country"],
            sector=Sector(table["sector"]),
            gender=Gender(table["gender"]) if "gender" in table else None,
            languages=tuple(table["languages"]),
            time_zone=table["time_zone"],
            bio=table["bio"],
            days_ago=table.get("days_ago"),
        )
    except (KeyError, ValueError) as error:
        line = _line_of(path, str(table.get("username", "[[person]]")))
        raise ManuscriptError(path, line, f"a person's entry is wrong: {error}") from error


def _line_of(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if text in line), 1)
