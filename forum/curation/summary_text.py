"""A text that is kept, cleaned and rendered; in a summary ``#12`` leads to post 12 of its thread. Pure."""
import re
import secrets
from dataclasses import dataclass
from typing import Final

from forum.kit.fields import body_field
from forum.kit.markdown import RENDERER_VERSION, render_async

MOST: Final = 8000
POSTS_OF_A_PAGE: Final = 25
_TAG: Final = re.compile(r"(<[^>]*>)")
_NUMBER: Final = re.compile(r"(?<![\w#&/;])#([1-9][0-9]{0,6})(?![\w;])")
# Within these, a number sign is what it looks like.
_LITERAL: Final = frozenset({"a", "code", "pre"})


@dataclass(frozen=True, slots=True)
class Kept:
    """Markdown and its HTML."""

    body: str
    html: str
    renderer: int = RENDERER_VERSION


async def kept_text(body: str, *, least: int = 1) -> Kept:
    """Clean and render, before any transaction. Raises Invalid for ``body``."""
    body = body_field(body, "body", least=least, most=MOST)
    if not body:
        return Kept(body, "")
    rendered = await render_async(body, anchor="k" + secrets.token_hex(4))
    return Kept(body, rendered.html)


async def summary_text(body: str, thread_id: int) -> Kept:
    text = await kept_text(body)
    return Kept(text.body, with_links(text.html, thread_id), text.renderer)


def with_links(html: str, thread_id: int) -> str:
    """Sanitised HTML in which ``#12`` leads to that post, but within links and code."""
    parts, within = [], 0
    for part in _TAG.split(html):
        if part.startswith("<"):
            within = max(0, within + _step(part))
            parts.append(part)
        else:
            parts.append(part if within else _NUMBER.sub(lambda found: _link(thread_id, found.group(1)), part))
    return "".join(parts)


def _step(tag: str) -> int:
    name = re.split(r"[\s/>]", tag.lstrip("</"), maxsplit=1)[0]
    if name not in _LITERAL:
        return 0
    return -1 if tag.startswith("</") else 1


def _link(thread_id: int, number: str) -> str:
    page = (int(number) - 1) // POSTS_OF_A_PAGE + 1
    asked = f"?page={page}" if page > 1 else ""
    return f'<a href="/t/{thread_id}{asked}#p{number}">#{number}</a>'
