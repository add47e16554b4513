"""Reads what was curated by hand: collections, summaries, and what was done to threads (``curation.toml``).

A thread is named by the key of its file, a post by that and its number in that file.
"""
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec

from forum.moderation.models import ActKind
from forum.site.demo.initiative_files import Days
from forum.site.demo.manuscript import ManuscriptError, read, toml

HERE: Final = Path(__file__).parent
Origin = tuple[str, int]
Title = Annotated[str, msgspec.Meta(min_length=2, max_length=200)]


class Deed(msgspec.Struct, forbid_unknown_fields=True):
    """One act; which of the rest is said depends on its kind."""

    kind: ActKind
    by: str
    days_ago: Days
    reason: str = ""
    thread: str | None = None
    post: Origin | None = None
    group: str | None = None
    member: str | None = None
    into: str | None = None
    posts: list[int] = []
    title: str = ""
    tags: list[str] = []
    everywhere: bool = False
    until_days: float | None = None
    seconds: int = 0
    earlier: str = ""
    edited_by: str | None = None
    edited_days_ago: Days = 0


class Item(msgspec.Struct, forbid_unknown_fields=True):
    """A thread, a post, or a link with its title; and why it is here."""

    note: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    thread: str | None = None
    post: Origin | None = None
    url: str = ""
    title: str = ""


class CollectionHead(msgspec.Struct, forbid_unknown_fields=True):
    group: str
    title: Title
    by: str
    days_ago: Days
    item: Annotated[list[Item], msgspec.Meta(min_length=1)]


class Earlier(msgspec.Struct, forbid_unknown_fields=True):
    by: str
    days_ago: Days
    through: int


class SummaryHead(msgspec.Struct, forbid_unknown_fields=True):
    """``through``: the last post that it covers, by its number in the thread."""

    thread: str
    by: str
    days_ago: Days
    through: int
    earlier: Earlier | None = None


@dataclass(frozen=True, slots=True)
class ToldCollection:
    language: str
    head: CollectionHead
    introduction: str


@dataclass(frozen=True, slots=True)
class ToldSummary:
    head: SummaryHead
    body: str
    earlier: str


@dataclass(frozen=True, slots=True)
class Curation:
    """Everything that was curated, as it was written."""

    deeds: list[Deed]
    collections: list[ToldCollection]
    summaries: list[ToldSummary]


def read_curation() -> Curation:
    """Read all of it, in the order of the names."""
    return Curation(
        deeds=read_deeds(HERE / "curation.toml"),
        collections=[read_collection(path) for path in sorted(HERE.glob("collections/*/*.md"))],
        summaries=[read_summary(path) for path in sorted(HERE.glob("summaries/*/*.md"))],
    )


def read_deeds(path: Path) -> list[Deed]:
    """Read the acts; a mistake is named with the number of the act."""
    tables = toml(path, path.read_text(encoding="utf-8"), 0).get("act", [])
    try:
        return msgspec.convert(tables, list[Deed])
    except msgspec.ValidationError as error:
        raise ManuscriptError(path, 1, str(error)) from error


def read_collection(path: Path) -> ToldCollection:
    """Read one collection; its language is the name of its folder."""
    found = read(path)
    head = found.head_as(CollectionHead)
    if found.parts.keys() != {"introduction"} or found.posts:
        found.blame("a collection has an introduction and nothing else", "--- ")
    for item in head.item:
        things = [item.thread is not None, item.post is not None, bool(item.url)]
        if sum(things) != 1 or bool(item.url) != bool(item.title):
            found.blame("an item is a thread, a post, or a link with a title", "[[item]]")
    return ToldCollection(found.language, head, found.parts["introduction"])


def read_summary(path: Path) -> ToldSummary:
    found = read(path)
    head = found.head_as(SummaryHead)
    if found.parts.keys() != {"summary", *(["earlier"] if head.earlier else [])} or found.posts:
        found.blame("a summary has its text, and the earlier one where there is one", "--- ")
    return ToldSummary(head, found.parts["summary"], found.parts.get("earlier", ""))
