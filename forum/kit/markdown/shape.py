"""Shapes the parsed tokens for our pages: headings, directions, images, languages; and the plain text."""
import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

HIGHEST_HEADING: Final = 3
LANGUAGE: Final = re.compile(r"[a-z0-9][a-z0-9+#._-]{0,31}", re.ASCII)
_DIRECTED: Final = frozenset({"paragraph_open", "heading_open", "list_item_open", "th_open", "td_open"})
_SPEAKS: Final = frozenset({"fence", "code_block"})


def shape(state: StateCore) -> None:
    """The core rule, after everything else has found its tokens."""
    levels = [int(token.tag[1]) for token in state.tokens if token.type == "heading_open"]
    shift = HIGHEST_HEADING - min(levels, default=HIGHEST_HEADING)
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + shift)}"
        elif token.type == "fence":
            token.info = _language(token.info)
        elif token.type == "inline" and token.children:
            token.children = list(_without_images(_going_somewhere(token.children)))
        if token.type in _DIRECTED:
            token.attrSet("dir", "auto")
            _class_for_alignment(token)


def _language(info: str) -> str:
    word = info.strip().split(maxsplit=1)[0].lower() if info.strip() else ""
    return word if LANGUAGE.fullmatch(word) else ""


def _class_for_alignment(token: Token) -> None:
    # The pages' CSP admits no style attributes.
    style = token.attrs.pop("style", None)
    if isinstance(style, str) and style.startswith("text-align:"):
        token.attrSet("class", "align-" + style.removeprefix("text-align:"))


def _going_somewhere(children: Iterable[Token]) -> Iterator[Token]:
    """Drop the links that have no address."""
    goes = True
    for child in children:
        if child.type == "link_open":
            goes = bool(child.attrGet("href"))
        if goes or child.type not in {"link_open", "link_close"}:
            yield child


def _without_images(children: Iterable[Token]) -> Iterator[Token]:
    """Turn each image into a link that says its alternative text; inside a link, into that text."""
    inside = 0
    for child in children:
        inside += child.nesting if child.type in {"link_open", "link_close"} else 0
        if child.type != "image":
            yield child
            continue
        source = str(child.attrGet("src") or "")
        words = " ".join(spoken(child.children or ()).split())
        said = Token("text", "", 0, content=words or _file_name(source))
        if inside or not source:
            yield said
            continue
        yield Token("link_open", "a", 1, attrs={"href": source})
        yield said
        yield Token("link_close", "a", -1)


def _file_name(address: str) -> str:
    """The last part of an address's path, as a person would read it."""
    path = re.split(r"[?#]", address, maxsplit=1)[0]
    return unquote(path.rstrip("/").rsplit("/", 1)[-1]) or address


def spoken(children: Iterable[Token]) -> str:
    """Return what is read of inline tokens, without the marks."""
    parts = []
    for child in children:
        if child.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        elif child.type == "image":
            parts.append(spoken(child.children or ()))
        else:
            parts.append(child.content)
    return "".join(parts)


def plain_text(tokens: Iterable[Token]) -> str:
    """Return a document's text for search and snippets: a line a block, a row's cells on one line."""
    parts: list[str] = []
    in_row = False
    for token in tokens:
        if token.type in {"tr_open", "tr_close"}:
            in_row = token.nesting > 0
            parts.append("" if in_row else "\n")
        elif token.type == "inline":
            parts.append(spoken(token.children or ()) + (" " if in_row else "\n"))
        elif token.type in _SPEAKS:
            parts.append(token.content.rstrip("\n") + "\n")
    return "".join(parts).strip()
