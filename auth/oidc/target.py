"""Where to go after sign-in: a path of this site, nothing that a browser could take for another host."""

import re
from typing import Final

HOME: Final = "/"
LONGEST: Final = 2000
_PATH: Final = re.compile(r"/(?![/\\])[^\x00-\x20\x7f-\x9f\\]*")


def safe_target(wish: str | None) -> str:
    """The wish if it is such a path, else the home page."""
    return wish if wish and len(wish) <= LONGEST and _PATH.fullmatch(wish) else HOME
