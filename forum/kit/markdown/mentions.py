"""Recognises ``@name`` in running text, outside code, links and e-mail addresses."""
import re
from collections.abc import Sequence
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from forum.kit.markdown.limits import pay

MAX_MENTIONS: Final = 50
STEPS_PER_MENTION: Final = 6
# A username, with what tells it from half of something longer: a longer name, or an address at a host.
_NAME: Final = re.compile(r"@([a-z0-9][a-z0-9_-]{1,38})(?![a-z0-9_-]|@)", re.IGNORECASE | re.ASCII)
_GLUE: Final = frozenset("_@/.+-=&%#:\\")


def install(md: MarkdownIt) -> None:
    """Add the rule and its rendering to a parser."""
    md.inline.ruler.before("emphasis", "mention", mention)
    md.add_render_rule("mention", _render)


def mention(state: StateInline, silent: bool) -> bool:
    """The inline rule: one token for an ``@name`` that stands on its own."""
    if state.src[state.pos] != "@" or state.linkLevel > 0:
        return False
    before = state.src[state.pos - 1] if state.pos else " "
    if before.isalnum() or (before in _GLUE and not _opens(state, before)):
        return False
    found = _NAME.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    pay(state.env, STEPS_PER_MENTION)
    # "_@ben_" and "@ben-" end in a mark of the sentence more often than in a mark of the name.
    written = found.group(1)
    name = _known(written.lower(), state.env)
    if not silent:
        token = state.push("mention", "", 0)
        token.content = "@" + written[: len(name)]
        token.meta = {"name": name}
        _remember(written.lower(), state.env)
    state.pos += 1 + len(name)
    return True


def _opens(state: StateInline, before: str) -> bool:
    """Whether the underscore before the name begins emphasis rather than ending a word."""
    return before == "_" and (state.pos < 2 or not state.src[state.pos - 2].isalnum())


def _known(name: str, env: Any) -> str:
    bare = name.rstrip("-_")
    return name if name in env["mention_href"] or len(bare) < 2 else bare


def _remember(name: str, env: Any) -> None:
    """Note the candidates: the name as far as it goes, and without the marks it ends in."""
    found: dict[str, None] = env["mentions"]
    for candidate in (name, name.rstrip("-_")):
        if len(candidate) >= 2 and len(found) < MAX_MENTIONS:
            found.setdefault(candidate)


def _render(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    href = env["mention_href"].get(token.meta["name"])
    shown = escapeHtml(token.content)
    return f'<a class="mention" href="{escapeHtml(href)}">{shown}</a>' if href else shown
