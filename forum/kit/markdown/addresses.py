"""Which addresses a body may link to, and the rule that makes links of bare ones.

Only http and https: bare domains are left alone, since half of the file names that people write end in
some country's code. One pass over the address, whatever it holds; linkify-it's patterns need seconds for
20,000 hostile characters.
"""
import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from forum.kit.markdown.limits import pay

MAX_ADDRESS: Final = 8_000
MAX_BARE_ADDRESS: Final = 2_000
_ALLOWED: Final = re.compile(r"https?://[^/?#\s]|mailto:[^\s]", re.IGNORECASE)
_SCHEME: Final = re.compile(r"(?:^|[^a-z0-9.+-])(https?)$", re.IGNORECASE | re.ASCII)
_REST: Final = re.compile(r'://[^\s<>"`|\\^{}\x00-\x1f\x7f。，、；：！？（）「」『』【】《》“”]{1,2000}')
_SENTENCE: Final = frozenset(".,:;!?'*_~…’»")
_PAIRS: Final = {")": "(", "]": "["}


def allowed(address: str) -> bool:
    """Whether a link may go there: the web or a mailbox, and nothing relative."""
    return len(address) <= MAX_ADDRESS and _ALLOWED.match(address) is not None


def install(md: MarkdownIt) -> None:
    """Add the rule to a parser."""
    md.inline.ruler.before("newline", "bare_address", bare_address)


def bare_address(state: StateInline, silent: bool) -> bool:
    """The inline rule; it stands at the colon, with the scheme already taken for text."""
    if state.src[state.pos] != ":" or state.linkLevel > 0:
        return False
    scheme = _SCHEME.search(state.pending[-7:])
    found = scheme and _REST.match(state.src, state.pos, state.posMax)
    if not scheme or not found:
        return False
    rest = _without_sentence(found.group())
    pay(state.env, 12 + len(rest) // 15)
    word = scheme.group(1)
    address = state.md.normalizeLink(word + rest)
    if len(rest) > MAX_BARE_ADDRESS or not state.md.validateLink(address):
        return False
    if not silent:
        state.pending = state.pending[: -len(word)]
        state.push("link_open", "a", 1).attrs = {"href": address}
        state.push("text", "", 0).content = state.md.normalizeLinkText(word + rest)
        state.push("link_close", "a", -1)
    state.pos += len(rest)
    return True


def _without_sentence(rest: str) -> str:
    """Give back to the sentence its own marks, and a closing bracket that was opened before the address."""
    unopened = {close: rest.count(close) - rest.count(opening) for close, opening in _PAIRS.items()}
    end = len(rest)
    while end > 3:
        last = rest[end - 1]
        if unopened.get(last, 0) > 0:
            unopened[last] -= 1
        elif last not in _SENTENCE:
            break
        end -= 1
    return rest[:end]
