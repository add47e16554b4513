"""The feed of a saved search: the key in its address, and its document (Atom, RFC 4287). Pure."""
import base64
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode
from xml.etree import ElementTree

KEY_BYTES: Final = 24
ATOM: Final = "http://www.w3.org/2005/Atom"
MEDIA_TYPE: Final = "application/atom+xml"
# What XML 1.0 has no place for, even escaped.
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Makes and knows the addresses of this site's feeds; without ``secret`` nobody makes one up."""

    base_url: str
    secret: bytes

    def address(self, search_id: int, version: int) -> str:
        return f"{self.base_url}/feeds/searches/{search_id}/{self._key(search_id, version)}"

    def opens(self, key: str, search_id: int, version: int) -> bool:
        return hmac.compare_digest(key.encode(errors="replace"), self._key(search_id, version).encode())

    def _key(self, search_id: int, version: int) -> str:
        digest = hmac.digest(self.secret, b"search feed:%d:%d" % (search_id, version), "sha256")
        return base64.urlsafe_b64encode(digest[:KEY_BYTES]).decode()


@dataclass(frozen=True, slots=True)
class Entry:
    """A post as a feed tells of it; ``summary`` is plain text."""

    post_id: int
    title: str
    author: str
    group: str
    language: str
    published: datetime
    updated: datetime
    summary: str


@dataclass(frozen=True, slots=True)
class Feed:
    """``own`` is its address, ``since`` when it began; ``entries`` newest first."""

    search_id: int
    title: str
    q: str
    own: str
    since: datetime
    entries: Sequence[Entry]


def atom(feed: Feed, base_url: str) -> bytes:
    """The document in UTF-8; whatever is in the texts, it is well-formed."""
    root = ElementTree.Element("feed", xmlns=ATOM)
    # The key is no part of what the feed is: a new address is the same feed.
    _say(root, "id", f"{base_url}/feeds/searches/{feed.search_id}")
    _say(root, "title", feed.title)
    _say(root, "updated", _time(max((entry.updated for entry in feed.entries), default=feed.since)))
    ElementTree.SubElement(root, "link", rel="self", type=MEDIA_TYPE, href=feed.own)
    seen = f"{base_url}/search?" + urlencode({"q": feed.q})
    ElementTree.SubElement(root, "link", rel="alternate", type="text/html", href=seen)
    for entry in feed.entries:
        root.append(_entry(entry, base_url))
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _entry(entry: Entry, base_url: str) -> ElementTree.Element:
    made = ElementTree.Element("entry", {"xml:lang": _fit(entry.language)} if entry.language else {})
    address = f"{base_url}/p/{entry.post_id}"
    _say(made, "id", address)
    _say(made, "title", entry.title)
    _say(made, "published", _time(entry.published))
    _say(made, "updated", _time(entry.updated))
    _say(ElementTree.SubElement(made, "author"), "name", entry.author)
    ElementTree.SubElement(made, "link", rel="alternate", type="text/html", href=address)
    ElementTree.SubElement(made, "category", term=_fit(entry.group))
    _say(made, "summary", entry.summary)
    return made


def _say(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = _fit(text)


def _fit(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
