"""Which pages there are to look at, and what to look for in them."""

from html.parser import HTMLParser
from typing import Any

from babel import Locale
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.cast import Cast

VOID = frozenset({"meta", "link", "input", "br", "hr"})


def addresses(cast: Cast) -> dict[str, list[str]]:
    """Addresses by the reader for whom they answer 200."""
    group, thread = cast.group("public"), cast.threads["public"]
    first, second = cast.first["public"], cast.second["public"]
    open_to_all = ["/", "/latest", "/groups", f"/g/{group}", f"/t/{thread}/thread", "/search", "/about"]
    open_to_all += ["/initiatives", "/initiatives?language=ar&stage=active"]
    open_to_all += ["/keys", "/appearance", "/search?q=thread"]
    mine = ["/notices", "/me", "/me/drafts", "/me/bookmarks", "/me/sessions", "/members", "/m/fay"]
    mine += ["/me/tokens", "/me/activity", "/m/fay/flag"]
    mine += [f"/g/{group}/new", f"/p/{second}/reply?quote=1", f"/p/{first}/edit", f"/p/{first}/history"]
    mine += [f"/p/{first}/withdraw", f"/p/{second}/flag", f"/g/{group}/members", f"/t/{thread}/edit"]
    mine += [f"/g/{group}/initiatives/new", f"/g/{group}/initiatives/new?thread={thread}"]
    keeping = [f"/g/{group}/requests", f"/g/{group}/invite", f"/g/{group}/edit", f"/g/{group}/members"]
    keeping += [f"/g/{group}/activity", "/moderation", f"/moderation?group={group}&state=decided"]
    return {
        "stranger": open_to_all,
        "ben": [*open_to_all, *mine],
        "fay": [*keeping, f"/t/{thread}/thread"],
        "pia": ["/", "/groups", f"/g/{group}", "/me"],
        "sol": [f"/t/{thread}/thread", f"/g/{group}"],
        "adi": ["/members/pending", "/", "/admin/audit"],
    }


class Page(HTMLParser):
    """Texts with the tags around them, ids, headings and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[list[tuple[str, dict[str, str]]], str]] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.tags.append((tag, named))
        if tag not in VOID:
            self.open.append((tag, named))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            continue

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((list(self.open), data.strip()))

    def headings(self) -> list[int]:
        return [int(tag[1]) for tag, _ in self.tags if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit()]

    def ids(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.tags if "id" in attrs]


def unmarked(page: Page) -> list[str]:
    """Texts of the interface that no translator would ever see; what members wrote is left out."""
    found = []
    for around, text in page.texts:
        if "⟦" in text or not any(character.isalpha() for character in text) or _is_given(around, text):
            continue
        found.append(text)
    for tag, attrs in page.tags:
        for name in ("aria-label", "placeholder"):
            if any(c.isalpha() for c in attrs.get(name, "")) and "⟦" not in attrs[name]:
                found.append(f"{tag} {name}={attrs[name]}")
    return found


def _is_given(around: list[tuple[str, dict[str, str]]], text: str) -> bool:
    given = ("bdi", "code", "kbd", "time", "textarea", "title")
    return (
        any(tag in given or "dir" in attrs or "av" in attrs.get("class", "").split() for tag, attrs in around[1:])
        or around[-1][1].get("class") in ("who", "brand")
        or text in NAMES
        or text.split(",")[0] in NAMES
    )


_english = Locale.parse("en")
NAMES = {str(name) for name in _english.territories.values()} | {str(n) for n in _english.languages.values()}
NAMES |= {"Ben", "Fay", "Adi", "Pia", "Sol"}


class Speaking:
    """The application, spoken to in another language."""

    def __init__(self, app: ASGIApp, language: str) -> None:
        self.app, self.language = app, language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state: dict[str, Any] = scope.setdefault("state", {})
        state["interface_language"] = self.language
        await self.app(scope, receive, send)
