"""The last word on HTML: an allow-list of tags, attributes, classes and schemes, by nh3."""
import re
from typing import Final

import nh3

LINK_REL: Final = "nofollow ugc noopener"
SCHEMES: Final = frozenset({"http", "https", "mailto"})
TAGS: Final = frozenset(
    [
        "a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s",
        "section", "strong", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
    ]
)
ATTRIBUTES: Final[dict[str, frozenset[str]]] = {
    "a": frozenset({"href", "title", "class", "id"}),
    "code": frozenset({"class"}),
    "ol": frozenset({"start", "class"}),
    "section": frozenset({"class"}),
    "sup": frozenset({"class"}),
    "hr": frozenset({"class"}),
    "li": frozenset({"dir", "class", "id"}),
    "td": frozenset({"dir", "class"}),
    "th": frozenset({"dir", "class"}),
    **{tag: frozenset({"dir"}) for tag in ("p", "pre", "h3", "h4", "h5", "h6")},
}
_CLASS: Final = re.compile(
    r"mention|language-[a-z0-9][a-z0-9+#._-]{0,31}|align-(?:left|center|right)"
    r"|footnotes(?:-sep|-list)?|footnote-(?:ref|item|backref)"
)
_ID: Final = re.compile(r"fn(?:ref)?-[A-Za-z0-9_-]{1,40}-\d+(?::\d+)?", re.ASCII)


def _allowed(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return value if _CLASS.fullmatch(value) else None
    if name == "id":
        return value if _ID.fullmatch(value) else None
    if name == "dir":
        return value if value == "auto" else None
    return value


_cleaner: Final = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    attribute_filter=_allowed,
    url_schemes=SCHEMES,
    link_rel=LINK_REL,
    strip_comments=True,
)


def sanitise(html: str) -> str:
    """Return the HTML with nothing left that the allow-list does not name; cleaning twice changes nothing."""
    return _cleaner.clean(html)
