"""Pages by number: the first, the last, and those around the one that is open."""

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from forum.web.language import gettext as _

AROUND: Final = 2


def numbers(page: int, last: int) -> Sequence[int | None]:
    """The numbers to show; None is a gap."""
    near = set(range(max(1, page - AROUND), min(last, page + AROUND) + 1)) | {1, last}
    shown: list[int | None] = []
    for number in sorted(near):
        if shown and shown[-1] is not None and number - shown[-1] == 2:
            shown.append(number - 1)
        elif shown and shown[-1] is not None and number - shown[-1] > 2:
            shown.append(None)
        shown.append(number)
    return shown


def pager(path: str, page: int, last: int) -> Markup:
    """Links to the pages of `path`, nothing where there is one page only."""
    if last <= 1:
        return Markup("")
    parts = []
    if page > 1:
        parts.append(Markup('<a rel="prev" href="%s?page=%s">%s</a>') % (path, page - 1, _("Previous")))
    for number in numbers(page, last):
        if number is None:
            parts.append(Markup("<span>…</span>"))
        elif number == page:
            parts.append(Markup('<a href="%s?page=%s" aria-current="page">%s</a>') % (path, number, number))
        else:
            parts.append(Markup('<a href="%s?page=%s">%s</a>') % (path, number, number))
    if page < last:
        parts.append(Markup('<a rel="next" href="%s?page=%s">%s</a>') % (path, page + 1, _("Next")))
    return Markup('<nav class="pages" aria-label="%s">%s</nav>') % (_("Pages"), Markup("").join(parts))
