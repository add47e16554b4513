"""What a deed of the permission table is made of: requests on both surfaces, and what must stand before them."""
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.permissions import stage as on
from tests.permissions.stage import Stage

Prepare = Callable[[Stage], Awaitable[None]]
JSON, HTML = "json", "html"
GROUP = "/groups/{slug}"
REASON = {"reason": "I work on this."}


@dataclass(frozen=True, slots=True)
class Ask:
    """One request; ``body`` is JSON or a form's fields; ``by_session``: JSON that no token may send."""

    surface: str
    method: str
    path: str
    body: dict[str, Any] | None = None
    version: bool = False
    by_session: bool = False


@dataclass(frozen=True, slots=True)
class Deed:
    asks: tuple[Ask, ...]
    prepare: Prepare = on.nothing


def api(method: str, path: str, body: dict[str, Any] | None = None, *, version: bool = False) -> Ask:
    return Ask(JSON, method, path, body, version)


def by_session(method: str, path: str, body: dict[str, Any] | None = None) -> Ask:
    return Ask(JSON, method, path, body, by_session=True)


def page(path: str) -> Ask:
    return Ask(HTML, "GET", path)


def form(path: str, **fields: str) -> Ask:
    return Ask(HTML, "POST", path, fields)


def deed(*asks: Ask, prepare: Prepare = on.nothing) -> Deed:
    return Deed(asks, prepare)
