"""Markdown to HTML, text and mentions: pure, and bounded in work for any text."""
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from forum.kit.markdown import addresses, limits, mentions
from forum.kit.markdown.sanitise import sanitise
from forum.kit.markdown.shape import plain_text, shape

RENDERER_VERSION: Final = 1
_ANCHOR: Final = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is stored of a body beside its source.

    ``html`` is safe to show, ``text`` is for search and snippets, ``mentions`` are lower-cased names
    that may be usernames, at most 50; ``degraded`` says that the body is shown as it was typed.
    """

    html: str
    text: str
    mentions: tuple[str, ...]
    degraded: bool = False


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it's name
        """Refuse any other scheme, and relative addresses."""
        return addresses.allowed(url)


def _parser() -> MarkdownIt:
    options = {"html": False, "maxNesting": 100}
    md = _Parser("commonmark", options)
    md.inline = limits.BoundedInline()
    md.configure("commonmark", options)
    md.enable(["table", "strikethrough"])
    md.use(footnote_plugin, inline=False)
    addresses.install(md)
    mentions.install(md)
    limits.install(md)
    md.core.ruler.push("shape", shape)
    return md


_md: Final = _parser()


def render(body: str, *, mention_href: Mapping[str, str] | None = None, anchor: str = "n") -> Rendered:
    """Return a body rendered; ``mention_href`` maps lower-cased usernames to their pages.

    ``anchor`` (letters, digits, hyphen, underscore) keeps footnotes of several bodies on one page apart.
    Never raises on a body: one that is too costly comes back as it was typed, marked ``degraded``.
    """
    try:
        return render_within(limits.steps_for(len(body)), body, mention_href or {}, anchor)
    except (limits.CostError, RecursionError):
        return as_typed(body)


def render_within(steps: int, body: str, mention_href: Mapping[str, str], anchor: str) -> Rendered:
    """Render in so many of the parser's steps (about 3 µs each), or raise ``CostError``."""
    if not _ANCHOR.fullmatch(anchor):
        raise ValueError("anchor")
    env = limits.new_budget(steps)
    env |= {"docId": anchor, "mention_href": mention_href, "mentions": {}}
    tokens = _md.parse(_SURROGATE.sub("\ufffd", body), env)
    html = _md.renderer.render(tokens, _md.options, env)
    return Rendered(sanitise(html), plain_text(tokens), tuple(env["mentions"]))


def as_typed(body: str) -> Rendered:
    """Return a body that is shown as it was typed, with no markup and no mentions."""
    body = _SURROGATE.sub("\ufffd", body).replace("\x00", "\ufffd")
    html = sanitise(f'<pre dir="auto"><code>{escape(body, quote=False)}</code></pre>')
    return Rendered(html, body.strip(), (), degraded=True)
