"""Threads by their tags."""
from typing import Final
from urllib.parse import quote, urlencode

from starlette.responses import Response

from forum.curation.queries import tags as queries
from forum.curation.schemas import TagList
from forum.groups.queries import door
from forum.threads.pages.lists import next_before
from forum.threads.schemas import ThreadList
from forum.threads.tags import fold_tag
from forum.web.language import gettext as _
from forum.web.page import View, decoded, page
from forum.web.rendering import page as shown

LINES: Final = 40


@page("read_content")
async def tagged(view: View) -> Response:
    """Over all groups that this reader may read."""
    return await threads_with(view, str(view.path["tag"]), "")


async def threads_with(view: View, tag: str, slug: str) -> Response:
    """In one group, its other tags beside them, or everywhere."""
    tag = fold_tag(tag[:200])
    found = decoded(await queries.tagged_threads(view.actor, tag, slug, view.number("before"), LINES), ThreadList)
    older = next_before(found.next)
    query = {"tag": tag} if slug else {}
    return shown(
        view,
        "curation/tagged.html",
        title=_("Threads with the tag %(tag)s") % {"tag": tag},
        section="groups" if slug else "latest",
        tag=tag,
        group=await door(view.actor, slug) if slug else None,
        tags=decoded(await queries.group_tags(view.actor, slug), TagList).items if slug else [],
        threads=found.items,
        everywhere=f"/tags/{quote(tag, safe='')}",
        older="?" + urlencode(query | {"before": older}) if older else "",
    )
