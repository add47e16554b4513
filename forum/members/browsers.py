"""A browser in words, as far as its user agent tells: enough to know one's own devices by."""

import re
from typing import Final, NamedTuple

# Most browsers name others, too: the first that fits is meant.
_BROWSERS: Final = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|Chromium/"),
    ("Safari", r"Version/\S+ .*Safari/"),
)
_SYSTEMS: Final = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("ChromeOS", r"CrOS"),
    ("macOS", r"Macintosh|Mac OS X"),
    ("Linux", r"Linux|X11"),
)
_PRODUCT: Final = re.compile(r"[A-Za-z][A-Za-z0-9.-]{0,29}(?=/|$)")


class Browser(NamedTuple):
    """Names, None where the user agent does not tell."""

    name: str | None
    system: str | None


def browser_of(user_agent: str) -> Browser:
    name, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    if name is None and not user_agent.startswith("Mozilla/"):
        product = _PRODUCT.match(user_agent)
        name = product.group() if product else None
    return Browser(name, system)


def _first(table: tuple[tuple[str, str], ...], user_agent: str) -> str | None:
    return next((name for name, pattern in table if re.search(pattern, user_agent)), None)
