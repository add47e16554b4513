"""Turns the HTML of an imported community into Markdown that our renderer reads the same way.

Written for Zulip's HTML, and made of what any forum's HTML holds: quotes, code, tables, images, formulas.
An image becomes its alternative text or its file name, a formula its TeX as code, a spoiler a quote; a
link that is not absolute has no meaning here and becomes its text.
"""
import re
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup
from bs4.element import Tag
from markdownify import ATX, MarkdownConverter

from forum.kit.text import without_forbidden

_SPAN: Final = re.compile(r"<(/?)span\b[^>]*>")
_FORMULA: Final = re.compile(r'<span class="katex">')
_TEX: Final = re.compile(r'<annotation encoding="application/x-tex">(.*?)</annotation>', re.DOTALL)
_PREFORMATTED: Final = re.compile(r"(<pre\b[^>]*>)(.*?)(</pre>)", re.DOTALL)
_TAG: Final = re.compile(r"<[^<>]*>")
_LANGUAGE: Final = re.compile(r"[a-z0-9][a-z0-9+#._-]{0,31}", re.ASCII)
_BACKTICKS: Final = re.compile(r"`+")
_BARE_PIPE: Final = re.compile(r"(?<!\\)\|")
_ABSOLUTE: Final = re.compile(r"(?:https?://|mailto:)[^\s<>]+$", re.IGNORECASE)
_EMOJI: Final = re.compile(r"emoji-([0-9a-f]{2,6}(?:-[0-9a-f]{2,6})*)")

# What would be markup if it were written as it is read: anywhere, and at the start of a line.
_MARKS: Final = (
    r"\\(?=[!-/:-@\[-`{-~\n]|$)|[*`]|(?<![^\W_])_|_(?![^\W_])|<(?=[a-z/!?])|&(?=#?\w+;)|~(?=~)|!$|\[(?=\^)"
)
_MARK: Final = re.compile(_MARKS + r"|\](?=[(:])", re.IGNORECASE)
_MARK_IN_LINK: Final = re.compile(_MARKS + r"|[\[\]]", re.IGNORECASE)
_LINE_MARK: Final = re.compile(
    r"^(\s*)(?:(#{1,6}(?:\s|$)|>|[-+](?:\s|$)|[-=]+\s*$|[-:|][-:|\s]+$|-{3}|(?:-\s){2})|(\d{1,9})([.)](?:\s|$)))",
    re.MULTILINE,
)


def to_markdown(html: str) -> str:
    """Return the Markdown of one message; never raises, whatever the HTML."""
    try:
        soup = BeautifulSoup(_plainer(html), "html.parser")
        markdown = str(_converter.convert_soup(soup))
    except RecursionError:
        markdown = _TAG.sub("", html)
    return without_forbidden(markdown).strip("\n")


def _plainer(html: str) -> str:
    """Drop what costs a parser most and says nothing: drawn formulas and the colours of code."""
    if '<span class="katex' in html:
        html = _formulas_as_code(html)
    if "<pre" in html:
        html = _PREFORMATTED.sub(lambda found: found[1] + _SPAN.sub("", found[2]) + found[3], html)
    return html


def _formulas_as_code(html: str) -> str:
    parts, end = [], 0
    while found := _FORMULA.search(html, end):
        parts.append(html[end : found.start()])
        end = _end_of_span(html, found.end())
        tex = _TEX.search(html, found.start(), end)
        parts.append(f"<code>{' '.join(tex[1].split())}</code>" if tex else "")
    parts.append(html[end:])
    return "".join(parts)


def _end_of_span(html: str, start: int) -> int:
    """Return where the span ends whose opening tag ends at ``start``."""
    depth = 1
    for found in _SPAN.finditer(html, start):
        depth += -1 if found[1] else 1
        if depth == 0:
            return found.end()
    return len(html)


_Base: Any = MarkdownConverter  # its stubs leave out the methods that are there to be overridden


class _Converter(_Base):  # type: ignore[misc]
    """markdownify with the elements that communities use, and with exact escapes."""

    def escape(self, text: str, parent_tags: set[str]) -> str:
        """Return text such that Markdown reads it as text, with as few backslashes as that takes."""
        text = (_MARK_IN_LINK if "a" in parent_tags else _MARK).sub(r"\\\g<0>", text)
        return _LINE_MARK.sub(_escaped_line_start, text)

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A link, or its text where the address is relative or of another scheme."""
        href = _attribute(el, "href").strip()
        label = text.strip()
        if parent_tags & {"_noformat", "a"} or not label or not _ABSOLUTE.match(href):
            return text
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        if el.get_text() == href:
            return f"{before}<{href}>{after}"
        address = f"<{href}>" if re.search(r"[()\\]", href) else href
        return f"{before}[{label}]({address}){after}"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """An image's alternative text, or its name."""
        return self._said(_attribute(el, "alt") or _file_name(_attribute(el, "src")), parent_tags)

    def convert_video(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A film's name."""
        return self._said(_file_name(_attribute(el, "src")), parent_tags)

    def convert_span(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Emoji as characters, faulty formulas as code, anything else as it is."""
        classes = _classes(el)
        if "emoji" in classes:
            return _emoji(classes) or self._said(_attribute(el, "title") or el.get_text(), parent_tags)
        if "tex-error" in classes:
            return str(self.convert_code(el, el.get_text(), parent_tags))
        return text

    def convert_time(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A moment in UTC, which is how the source stores it."""
        try:
            moment = datetime.fromisoformat(_attribute(el, "datetime"))
        except ValueError:
            return text
        return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment.tzinfo else text

    def convert_div(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Spoilers as quotes; previews of what the message links to fall away."""
        classes = _classes(el)
        if "inline-preview-twitter" in classes or "message_embed" in classes:
            return ""
        if "message_inline_image" in classes:
            return self._preview(el, parent_tags)
        if "spoiler-header" in classes:
            title = " ".join(text.split())
            return f"\n\n**Spoiler:** {title}\n\n" if title else "\n\n**Spoiler**\n\n"
        if "spoiler-block" in classes:
            return str(self.convert_blockquote(el, text, parent_tags))
        return str(super().convert_div(el, text, parent_tags))

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A code block with its language, fenced with more backticks than it holds."""
        if "_inline" in parent_tags:
            return str(self.convert_code(el, " ".join(text.split()), parent_tags))
        longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
        fence = "`" * max(3, longest + 1)
        code = text.strip("\n")
        return f"\n\n{fence}{_language(el)}\n{code}\n{fence}\n\n" if code.strip() else ""

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A table's cell, on one line and with its pipes escaped."""
        return str(super().convert_td(el, _BARE_PIPE.sub(r"\\|", text), parent_tags))

    convert_th = convert_td

    def _said(self, text: str, parent_tags: set[str]) -> str:
        return text if "_noformat" in parent_tags else self.escape(text, parent_tags)

    def _preview(self, el: Tag, parent_tags: set[str]) -> str:
        """A picture under a message: nothing if the message links to it, else its name."""
        link = el.find("a", href=True)
        if not isinstance(link, Tag):
            return ""
        href = _attribute(link, "href")
        top = el.find_parents()[-1]
        if any(other is not link for other in top.find_all("a", href=href)):
            return ""
        name = self._said(_attribute(link, "title") or _file_name(href), parent_tags)
        return "\n\n" + str(self.convert_a(link, name, parent_tags)) + "\n\n"


_converter: Final = _Converter(heading_style=ATX, bullets="-", strip_document=None)


def _escaped_line_start(found: re.Match[str]) -> str:
    if found[3]:
        return f"{found[1]}{found[3]}\\{found[4]}"
    return f"{found[1]}\\{found[2]}"


def _attribute(el: Tag, name: str) -> str:
    value: Any = el.get(name)
    return value if isinstance(value, str) else ""


def _classes(el: Tag) -> list[str]:
    value: Any = el.get("class")
    return list(value) if isinstance(value, list) else []


def _file_name(address: str) -> str:
    try:
        path = urlsplit(address).path
    except ValueError:  # an address that is none, such as http://[::
        return address
    return unquote(path.rstrip("/").rsplit("/", 1)[-1]) or address


def _emoji(classes: list[str]) -> str:
    """Return the characters that a class such as ``emoji-1f602`` names, or nothing."""
    for name in classes:
        if found := _EMOJI.fullmatch(name):
            points = [int(part, 16) for part in found[1].split("-")]
            if all(0x20 < point < 0x110000 and not 0xD800 <= point < 0xE000 for point in points):
                return "".join(map(chr, points))
    return ""


def _language(pre: Tag) -> str:
    """Return the language of a code block from its wrapper, or from its class, or nothing."""
    around = pre.parent if isinstance(pre.parent, Tag) else pre
    named = _attribute(pre, "data-code-language") or _attribute(around, "data-code-language")
    code = pre.find("code")
    if not named and isinstance(code, Tag):
        named = next((c.removeprefix("language-") for c in _classes(code) if c.startswith("language-")), "")
    word = named.split()[0].lower() if named.split() else ""
    return word if _LANGUAGE.fullmatch(word) else ""
