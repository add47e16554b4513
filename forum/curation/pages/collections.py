"""Collections as people read them: those of a group, one of them, its feed."""
from typing import Final

from starlette.responses import Response

from forum.api.operation import conditional
from forum.curation.addresses import host_of
from forum.curation.policies import can_manage_collections
from forum.curation.queries import collections as queries
from forum.curation.schemas import CollectionDoc, CollectionList
from forum.groups.queries import door
from forum.web.atom import MEDIA_TYPE, Feed, atom
from forum.web.language import gettext as _
from forum.web.page import View, decoded, link_head, page, see
from forum.web.rendering import page as shown

# The same for everybody, so that a busy reader of feeds costs us little.
SHARED: Final = {"Cache-Control": "public, max-age=300"}


@page("read_content")
async def group_collections(view: View) -> Response:
    """The newest first."""
    group = await door(view.actor, view.slug())
    return shown(
        view,
        "curation/collections.html",
        title=_("Collections"),
        section="groups",
        group=group,
        collections=decoded(await queries.group_collections(view.actor, view.slug()), CollectionList).items,
        may_manage=bool(can_manage_collections(view.actor, group)),
    )


async def read_collection(view: View) -> CollectionDoc:
    return decoded(await queries.collection(view.actor, view.id("id")), CollectionDoc)


@page("read_content")
async def collection(view: View) -> Response:
    """What its reader may read of it, in order; another slug than its own leads to the right one."""
    doc = await read_collection(view)
    if view.path.get("slug") != doc.slug:
        return see(f"/c/{doc.id}/{doc.slug}", said=view.query.get("said", ""))
    group = await door(view.actor, doc.group.slug)
    feed = f"/c/{doc.id}/feed" if doc.public else ""
    head = link_head(f"/c/{doc.id}/{doc.slug}")
    if feed:
        head += f'<link rel="alternate" type="{MEDIA_TYPE}" href="{feed}">'
    return shown(
        view,
        "curation/collection.html",
        title=doc.title,
        section="groups",
        head=head,
        collection=doc,
        feed=feed,
        host_of=host_of,
        may_manage=bool(can_manage_collections(view.actor, group)),
    )


@page("none")
async def collection_feed(view: View) -> Response:
    """What was put into the collection of a public group, the newest first. The same for everybody."""
    number = view.id("id")
    found = await queries.collection_feed(number, view.web.base_url)
    own, seen = (f"{view.web.base_url}/c/{number}{end}" for end in ("/feed", ""))
    body = atom(Feed(own, f"{found.title} · {view.web.name}", own, seen, found.since, found.entries))
    return conditional(view.request, Response(body, media_type=MEDIA_TYPE, headers=dict(SHARED)))
