"""Lists of threads and of one's own things: latest, bookmarks, drafts."""

import re
from typing import Final

from starlette.responses import Response

from forum.threads import queries
from forum.threads.commands.drafts import drop_draft
from forum.threads.pages.thread import back_to_thread
from forum.threads.schemas import BookmarkList, DraftList, ThreadList
from forum.web.language import gettext as _
from forum.web.page import View, decoded, form, page, see
from forum.web.rendering import page as shown

LINES: Final = 40
_BEFORE: Final = re.compile(r"[?&]before=(\d+)")


def next_before(link: str | None) -> str | None:
    """The keyset value in an API link, for a page's own link."""
    found = _BEFORE.search(link or "")
    return found.group(1) if found else None


@page("read_content")
async def latest(view: View) -> Response:
    found = decoded(await queries.latest_threads(view.actor, view.number("before"), LINES), ThreadList)
    return shown(
        view,
        "threads/latest.html",
        title=_("Latest"),
        section="latest",
        threads=found.items,
        older=next_before(found.next),
    )


@page("follow_or_bookmark", signed_in=True)
async def bookmarks(view: View) -> Response:
    kept = decoded(await queries.bookmarks(view.actor), BookmarkList).items
    return shown(view, "threads/bookmarks.html", title=_("Bookmarks"), section="me", bookmarks=kept)


@page("keep_drafts_and_preview", signed_in=True)
async def drafts(view: View) -> Response:
    kept = decoded(await queries.drafts(view.actor), DraftList).items
    return shown(view, "threads/drafts.html", title=_("Drafts"), section="me", drafts=kept)


@form("keep_drafts_and_preview")
async def delete_draft(view: View) -> Response:
    """`back` is the page of a thread whose reply box it stood in."""
    await drop_draft(view.actor, view.id("id"))
    thread = view.sent_number("thread")
    if thread and view.text("back"):
        return back_to_thread(view, thread, said="draft_gone")
    return see("/me/drafts", said="draft_gone")
