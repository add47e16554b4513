"""What a pasted address leads to: a thread or a post of this site, or a page elsewhere. Pure."""
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from forum.kit.errors import Invalid
from forum.kit.fields import line_field

LONGEST: Final = 2000
_OURS: Final = re.compile(r"/(?:(t)/([0-9]{1,18})(?:/[^/]*)?|(p)/([0-9]{1,18}))/?")
_POST: Final = re.compile(r"p([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True)
class ThreadAt:
    """``number``: of one of its posts."""

    id: int
    number: int | None = None


@dataclass(frozen=True, slots=True)
class PostAt:
    id: int


@dataclass(frozen=True, slots=True)
class LinkTo:
    """An address that begins with https."""

    url: str
    host: str


def led_to(typed: str, home: str) -> ThreadAt | PostAt | LinkTo:
    """``home`` is this site's own address. Raises Invalid for ``address``."""
    address = line_field(typed, "address", least=1, most=LONGEST)
    if address.startswith(home + "/"):
        address = address.removeprefix(home)
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError as error:
        raise Invalid({"address": "not_an_address"}) from error
    if not parts.scheme and not parts.netloc:
        return _ours(parts.path, parts.fragment)
    if parts.scheme != "https" or not host or "@" in parts.netloc or re.search(r"[\s\\<>\"]", address):
        raise Invalid({"address": "not_an_address"})
    return LinkTo(address, host)


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def _ours(path: str, fragment: str) -> ThreadAt | PostAt:
    found = _OURS.fullmatch(path)
    if found is None:
        raise Invalid({"address": "not_an_address"})
    if found.group(3):
        return PostAt(int(found.group(4)))
    post = _POST.fullmatch(fragment)
    return ThreadAt(int(found.group(2)), int(post.group(1)) if post else None)
