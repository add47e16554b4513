"""Similar threads on pages of their own: a thread's page stays one statement, and fetches them when its end is near."""

from typing import Any

from starlette.responses import Response

from forum.searching.queries import similar
from forum.searching.schemas import SimilarThread
from forum.web.language import gettext as _
from forum.web.page import View, page
from forum.web.rendering import page as shown


def _page(view: View, threads: list[SimilarThread], **values: Any) -> Response:
    return shown(
        view,
        "searching/similar.html",
        title=_("Similar threads"),
        section="search",
        head='<meta name="robots" content="noindex">',
        threads=threads,
        **values,
    )


@page("read_content")
async def similar_threads(view: View) -> Response:
    opening, found = await similar.similar_to(view.actor, view.id("id"))
    return _page(view, found, thread=opening, writing=False)


@page("search_and_live")
async def similar_titles(view: View) -> Response:
    """For a `title` that is being written; `group` is a slug."""
    title, group = view.query.get("title", "")[:200], view.query.get("group") or None
    return _page(view, await similar.similar_titles(view.actor, title, group), thread=None, writing=True)
