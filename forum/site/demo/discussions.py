"""Reads the discussions and the people that were written by hand for the demonstration.

A folder per language holds ``people.toml`` and one Markdown file a thread: a TOML head between two lines of
``+++``, then posts, each under a line ``=== username | +5h | re 1``.
"""
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from forum.kit.text import TextError, clean_body, clean_line
from forum.members.models import Gender, Sector
from forum.threads.models import ThreadKind

FOLDERS: Final = (Path(__file__).parents[1] / "discussions", Path(__file__).parent / "threads")
FENCE: Final = "+++"
_POST: Final = re.compile(r"=== ([a-z0-9-]{3,24}) \| \+(\d+(?:\.\d+)?)h(?: \| re (\d+))?")
_HEAD: Final = {"group": str, "title": str, "kind": str, "days_ago": int, "pinned": bool, "accepted": int}


class DiscussionError(ValueError):
    """A file that is not what it should be; the message names the file and the line."""

    def __init__(self, path: Path, line: int, fault: str) -> None:
        super().__init__(f"{path}:{line}: {fault}")


@dataclass(frozen=True, slots=True)
class Person:
    username: str
    name: str
    country: str
    sector: Sector
    gender: Gender | None
    languages: tuple[str, ...]
    time_zone: str
    bio: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """One post: ``hours`` after the thread began; ``answers`` is the number of the post it replies to."""

    author: str
    hours: float
    answers: int | None
    body: str
    line: int


@dataclass(frozen=True, slots=True)
class Discussion:
    """``key`` is the language and the file's stem, ``en/03-first-year-priorities``."""

    key: str
    language: str
    group: str
    title: str
    kind: ThreadKind
    days_ago: int
    pinned: bool
    accepted: int | None
    posts: tuple[Contribution, ...]


def read_people(path: Path) -> list[Person]:
    """Read one ``people.toml``."""
    tables = _toml(path, path.read_text(encoding="utf-8"), 0).get("person", [])
    return [_person(path, table) for table in tables]


def read_discussion(path: Path) -> Discussion:
    """Read one thread; its language is the name of its folder."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines or lines[0] != FENCE or FENCE not in lines[1:]:
        raise DiscussionError(path, 1, "the head must stand between two lines of +++")
    end = lines.index(FENCE, 1)
    head = _head(path, _toml(path, "\n".join(lines[1:end]), 1))
    posts = tuple(_posts(path, lines, end + 1))
    if not posts:
        raise DiscussionError(path, end + 1, "a discussion has at least one post")
    accepted = head.get("accepted")
    if accepted is not None and not 2 <= accepted <= len(posts):
        raise DiscussionError(path, 1, f"accepted: there is no answer {accepted}")
    return Discussion(
        key=f"{path.parent.name}/{path.stem}",
        language=path.parent.name,
        group=head["group"],
        title=clean_line(head["title"], at_least=2, at_most=200),
        kind=ThreadKind(head["kind"]),
        days_ago=head["days_ago"],
        pinned=head.get("pinned", False),
        accepted=accepted,
        posts=posts,
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


def _toml(path: Path, text: str, above: int) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        raise DiscussionError(path, above + int(found.group(1) if found else 1), str(error)) from error


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
        )
    except (KeyError, ValueError) as error:
        line = _line_of(path, str(table.get("username", "[[person]]")))
        raise DiscussionError(path, line, f"a person's entry is wrong: {error}") from error


def _line_of(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, start=1) if text in line), 1)


def _head(path: Path, head: dict[str, Any]) -> dict[str, Any]:
    for key, value in head.items():
        if key not in _HEAD or type(value) is not _HEAD[key]:
            raise DiscussionError(path, _line_of(path, key), f"{key} is unknown or of the wrong type")
    missing = {"group", "title", "kind", "days_ago"} - head.keys()
    if missing or head["kind"] not in set(ThreadKind):
        raise DiscussionError(path, 1, f"missing or unknown: {', '.join(sorted(missing)) or 'kind'}")
    return head


def _posts(path: Path, lines: list[str], start: int) -> Iterator[Contribution]:
    """Split what follows the head into posts."""
    current: Contribution | None = None
    count, text = 0, list[str]()
    for number, line in enumerate(lines[start:], start=start + 1):
        if not line.startswith("==="):
            text.append(line)
            continue
        if current:
            yield _finished(path, current, text)
        elif any(text):
            raise DiscussionError(path, number, "there is text before the first post")
        current, text = _opened(path, number, line, count, current), []
        count += 1
    if current:
        yield _finished(path, current, text)


def _opened(path: Path, number: int, line: str, before: int, previous: Contribution | None) -> Contribution:
    found = _POST.fullmatch(line.rstrip())
    if found is None:
        raise DiscussionError(path, number, "a post begins with: === username | +5h | re 1")
    hours, answers = float(found.group(2)), int(found.group(3)) if found.group(3) else None
    if previous and hours < previous.hours:
        raise DiscussionError(path, number, "the hours must ascend")
    if answers is not None and not 1 <= answers <= before:
        raise DiscussionError(path, number, f"there is no earlier post {answers}")
    return Contribution(author=found.group(1), hours=hours, answers=answers, body="", line=number)


def _finished(path: Path, post: Contribution, text: list[str]) -> Contribution:
    try:
        return replace(post, body=clean_body("\n".join(text), at_least=1, at_most=32_000))
    except TextError as error:
        raise DiscussionError(path, post.line, f"the text of the post: {error.code}") from error
