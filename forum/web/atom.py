"""The document of a feed (Atom, RFC 4287). Pure."""
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree

ATOM: Final = "http://www.w3.org/2005/Atom"
MEDIA_TYPE: Final = "application/atom+xml"
# What XML 1.0 has no place for, even escaped.
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed tells of: ``address`` is what it is and where it is read, ``summary`` is plain text."""

    address: str
    title: str
    author: str
    group: str
    language: str
    published: datetime
    updated: datetime
    summary: str


@dataclass(frozen=True, slots=True)
class Feed:
    """``id`` is what it is, ``own`` its address, ``seen`` the page with the same; ``since`` when it began.

    ``entries`` come newest first.
    """

    id: str
    title: str
    own: str
    seen: str
    since: datetime
    entries: Sequence[Entry]


def atom(feed: Feed) -> bytes:
    """The document in UTF-8; whatever is in the texts, it is well-formed."""
    root = ElementTree.Element("feed", xmlns=ATOM)
    _say(root, "id", feed.id)
    _say(root, "title", feed.title)
    _say(root, "updated", _time(max((entry.updated for entry in feed.entries), default=feed.since)))
    ElementTree.SubElement(root, "link", rel="self", type=MEDIA_TYPE, href=feed.own)
    ElementTree.SubElement(root, "link", rel="alternate", type="text/html", href=feed.seen)
    for entry in feed.entries:
        root.append(_entry(entry))
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _entry(entry: Entry) -> ElementTree.Element:
    made = ElementTree.Element("entry", {"xml:lang": _fit(entry.language)} if entry.language else {})
    _say(made, "id", entry.address)
    _say(made, "title", entry.title)
    _say(made, "published", _time(entry.published))
    _say(made, "updated", _time(entry.updated))
    _say(ElementTree.SubElement(made, "author"), "name", entry.author)
    ElementTree.SubElement(made, "link", rel="alternate", type="text/html", href=entry.address)
    ElementTree.SubElement(made, "category", term=_fit(entry.group))
    _say(made, "summary", entry.summary)
    return made


def _say(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = _fit(text)


def _fit(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
