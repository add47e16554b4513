"""Reads a file that was written by hand: a TOML head between two lines of ``+++``, parts, then posts.

A part stands under a line ``--- name``, a post under a line ``=== username | +5h | re 1``; ``| update`` may end it.
"""
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import msgspec

from forum.kit.text import TextError, clean_body
from forum.threads.models import PostKind

FENCE: Final = "+++"
_PART: Final = re.compile(r"--- ([a-z]+)")
_POST: Final = re.compile(r"=== ([a-z0-9-]{3,24}) \| \+(\d+(?:\.\d+)?)h(?: \| re (\d+))?(?: \| (update))?")
_BOUNDARY: Final = ("===", "--- ")
_NAMED: Final = re.compile(r"`(?:\$\.)?([a-z_]+)[^`]*`$|field `([a-z_]+)`")

Head = TypeVar("Head", bound=msgspec.Struct)


class ManuscriptError(ValueError):
    """A file that is not what it should be; the message names the file and the line."""

    def __init__(self, path: Path, line: int, fault: str) -> None:
        super().__init__(f"{path}:{line}: {fault}")


@dataclass(frozen=True, slots=True)
class Contribution:
    """One post: ``hours`` after the thread began; ``answers`` is the number of the post it replies to.

    ``origin`` is the file's key and the post's number in that file.
    """

    author: str
    hours: float
    answers: int | None
    body: str
    line: int
    kind: PostKind = PostKind.PLAIN
    origin: tuple[str, int] = ("", 0)


@dataclass(frozen=True, slots=True)
class Manuscript:
    """``key`` is the language and the file's stem, ``en/03-first-year-priorities``."""

    path: Path
    lines: list[str]
    head: dict[str, Any]
    parts: dict[str, str]
    posts: tuple[Contribution, ...]

    @property
    def language(self) -> str:
        return self.path.parent.name

    @property
    def key(self) -> str:
        return f"{self.language}/{self.path.stem}"

    def blame(self, fault: str, about: str = "") -> NoReturn:
        """Refuse the file, at the first line that begins with ``about``."""
        found = (number for number, line in enumerate(self.lines, start=1) if about and line.startswith(about))
        raise ManuscriptError(self.path, next(found, 1), fault)

    def head_as(self, kind: type[Head]) -> Head:
        """The head as a struct; an unknown, missing or ill-typed entry is refused."""
        try:
            return msgspec.convert(self.head, kind)
        except msgspec.ValidationError as error:
            names = [name for found in _NAMED.findall(str(error)) for name in found if name]
            self.blame(str(error), next(self._written(names), ""))

    def _written(self, names: list[str]) -> Iterator[str]:
        for name in reversed(names):
            for start in (f"{name} =", f"[[{name}]]", f"[{name}]"):
                if any(line.startswith(start) for line in self.lines):
                    yield start


def read(path: Path) -> Manuscript:
    """Read one file; its language is the name of its folder."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines or lines[0] != FENCE or FENCE not in lines[1:]:
        raise ManuscriptError(path, 1, "the head must stand between two lines of +++")
    end = lines.index(FENCE, 1)
    head = toml(path, "\n".join(lines[1:end]), 1)
    key = f"{path.parent.name}/{path.stem}"
    parts: dict[str, str] = {}
    posts: list[Contribution] = []
    for number, line, text in _pieces(path, lines, end + 1):
        if line.startswith("==="):
            before = posts[-1].hours if posts else 0.0
            posts.append(_post(path, number, line, text, (key, len(posts) + 1), before))
        else:
            name = _part_name(path, number, line, late=bool(posts))
            if name in parts:
                raise ManuscriptError(path, number, f"there are two parts {name}")
            parts[name] = _body(path, number, text, "the part")
    return Manuscript(path, lines, head, parts, tuple(posts))


def toml(path: Path, text: str, above: int) -> dict[str, Any]:
    """Parse TOML that begins after line ``above`` of the file."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        raise ManuscriptError(path, above + int(found.group(1) if found else 1), str(error)) from error


def _pieces(path: Path, lines: list[str], start: int) -> Iterator[tuple[int, str, str]]:
    """(line number, boundary, text under it) of what follows the head."""
    bounds = [at for at in range(start, len(lines)) if lines[at].startswith(_BOUNDARY)]
    bounds.append(len(lines))
    if any(lines[start : bounds[0]]):
        raise ManuscriptError(path, bounds[0] + 1, "there is text before the first post")
    for at, after in pairwise(bounds):
        yield at + 1, lines[at].rstrip(), "\n".join(lines[at + 1 : after])


def _part_name(path: Path, number: int, line: str, *, late: bool) -> str:
    found = _PART.fullmatch(line)
    if found is None or late:
        raise ManuscriptError(path, number, "a part begins with: --- name, and stands before the posts")
    return found.group(1)


def _post(
    path: Path, number: int, line: str, text: str, origin: tuple[str, int], before: float
) -> Contribution:
    found = _POST.fullmatch(line)
    if found is None:
        raise ManuscriptError(path, number, "a post begins with: === username | +5h | re 1")
    author, hours, answers, update = found.groups()
    if float(hours) < before:
        raise ManuscriptError(path, number, "the hours must ascend")
    if answers is not None and not 1 <= int(answers) < origin[1]:
        raise ManuscriptError(path, number, f"there is no earlier post {answers}")
    return Contribution(
        author=author,
        hours=float(hours),
        answers=int(answers) if answers else None,
        body=_body(path, number, text, "the text of the post"),
        line=number,
        kind=PostKind.UPDATE if update else PostKind.PLAIN,
        origin=origin,
    )


def _body(path: Path, number: int, text: str, what: str) -> str:
    try:
        return clean_body(text, at_least=1, at_most=32_000)
    except TextError as error:
        raise ManuscriptError(path, number, f"{what}: {error.code}") from error
