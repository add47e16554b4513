"""Collections as they are kept: made, rewritten, filled by pasted addresses, ordered, deleted."""
from typing import Any

from starlette.responses import Response

from forum.curation.addresses import host_of
from forum.curation.commands import collection_items as items
from forum.curation.commands import collections as commands
from forum.curation.pages.collections import read_collection
from forum.curation.policies import can_collect_from, can_manage_collections
from forum.curation.queries import collections as queries
from forum.curation.schemas import CollectionDoc, KeptList
from forum.groups.queries import door
from forum.kit.errors import Invalid, NotFound, Refusal
from forum.kit.verdict import require
from forum.threads import queries as threads
from forum.threads.policies import can_read_post
from forum.web.dates import languages
from forum.web.language import formats
from forum.web.language import gettext as _
from forum.web.page import View, decoded, errors_of, form, page, see
from forum.web.rendering import page as shown


def _language(view: View) -> str | None:
    language = view.text("language")
    if language and language not in languages("en"):
        raise Invalid({"language": "unknown_choice"})
    return language or None


# A new one


async def _new(view: View, refusal: Refusal | None) -> Response:
    group = await door(view.actor, view.slug())
    require(can_manage_collections(view.actor, group))
    return shown(
        view,
        "curation/new_collection.html",
        title=_("New collection"),
        section="groups",
        group=group,
        values={"title": "", "body": "", "language": view.actor.language} | view.form,
        languages=languages(formats()).items(),
        errors=errors_of(refusal),
    )


@page("manage_collections", signed_in=True)
async def new_collection(view: View) -> Response:
    return await _new(view, None)


@form("manage_collections", refill=_new)
async def make_collection(view: View) -> Response:
    made = await commands.make_collection(
        view.actor, view.slug(), title=view.text("title"), body=view.text("body"), language=_language(view)
    )
    return see(f"/c/{made}/edit", said="saved")


# Its page for those who keep it


async def _edit(view: View, refusal: Refusal | None) -> Response:
    doc = await read_collection(view)
    require(can_manage_collections(view.actor, await door(view.actor, doc.group.slug)))
    details = refusal.details if refusal is not None else {}
    return shown(
        view,
        "curation/edit_collection.html",
        title=_("Edit the collection"),
        section="groups",
        collection=doc,
        values=_values(view, doc),
        item_id=int(view.path.get("item_id", 0)),
        version=details.get("version", view.text("version") or doc.version),
        theirs=details.get("theirs") or None,
        languages=languages(formats()).items(),
        host_of=host_of,
        errors=errors_of(refusal),
    )


def _values(view: View, doc: CollectionDoc) -> dict[str, Any]:
    """What the fields hold: the stored text, or what was typed into the one form of the page that was sent."""
    stored = {"title": doc.title, "body": doc.body, "language": doc.language}
    added = {"address": "", "link_title": "", "note": ""}
    return stored | added | view.form


@page("manage_collections", signed_in=True)
async def edit_collection(view: View) -> Response:
    return await _edit(view, None)


@form("manage_collections", refill=_edit)
async def save_collection(view: View) -> Response:
    number = view.id("id")
    await commands.edit_collection(
        view.actor,
        number,
        title=view.text("title"),
        body=view.text("body"),
        version=view.sent_number("version", 2**31 - 1),
        language=_language(view),
    )
    return see(f"/c/{number}/edit", said="saved")


@form("manage_collections", refill=_edit)
async def add_item(view: View) -> Response:
    number = view.id("id")
    await items.add_item(
        view.actor,
        number,
        address=view.text("address"),
        home=view.web.base_url,
        title=view.text("link_title"),
        note=view.text("note"),
    )
    return see(f"/c/{number}/edit", said="saved", at="add")


@form("manage_collections", refill=_edit)
async def change_item(view: View) -> Response:
    """`do`: note, up, down or remove."""
    number, item_id, deed = view.id("id"), view.id("item_id"), view.text("do")
    version = view.sent_number("version", 2**31 - 1)
    if deed == "note":
        await items.annotate_item(view.actor, number, item_id, view.text("note"), version)
    elif deed in ("up", "down"):
        await items.move_item(view.actor, number, item_id, -1 if deed == "up" else 1, version)
    elif deed == "remove":
        await items.remove_item(view.actor, number, item_id, version)
    else:
        raise Invalid({"do": "unknown_choice"})
    return see(f"/c/{number}/edit", said="saved", at="items" if deed == "remove" else f"i{item_id}")


@page("manage_collections", signed_in=True)
async def deletion(view: View) -> Response:
    doc = await read_collection(view)
    require(can_manage_collections(view.actor, await door(view.actor, doc.group.slug)))
    return shown(view, "curation/delete_collection.html", title=_("Delete the collection"), collection=doc)


@form("manage_collections")
async def delete_collection(view: View) -> Response:
    doc = await read_collection(view)
    await commands.delete_collection(view.actor, doc.id)
    return see(f"/g/{doc.group.slug}/collections", said="collection_gone")


# From where the thing itself is read


async def _collect(view: View, refusal: Refusal | None) -> Response:
    """`thread` or `post` names it; the collections of the groups that one looks after are offered."""
    thread = view.sent_number("thread") or view.number("thread")
    post = view.sent_number("post") or view.number("post")
    if post:
        info = await threads.post_door(view.actor, post)
        require(can_read_post(view.actor, info))
        group, address = info.thread.group, f"/p/{post}"
    elif thread:
        group, address = (await threads.thread_door(view.actor, thread)).group, f"/t/{thread}"
    else:
        raise NotFound
    require(can_collect_from(view.actor, group))
    return shown(
        view,
        "curation/collect.html",
        title=_("Add to a collection"),
        address=address,
        hidden={"post": post, "thread": thread},
        group=group,
        kept=decoded(await queries.kept_collections(view.actor, group), KeptList).items,
        may_make=bool(can_manage_collections(view.actor, group)),
        values={"collection": "", "note": ""} | view.form,
        errors=errors_of(refusal),
    )


@page("manage_collections", signed_in=True)
async def collect_form(view: View) -> Response:
    return await _collect(view, None)


@form("manage_collections", refill=_collect)
async def collect(view: View) -> Response:
    number = view.sent_number("collection")
    if not number:
        raise Invalid({"collection": "required"})
    post, thread = view.sent_number("post"), view.sent_number("thread")
    address = f"/p/{post}" if post else f"/t/{thread}"
    await items.add_item(view.actor, number, address=address, home=view.web.base_url, note=view.text("note"))
    return see(f"/c/{number}/edit", said="saved", at="add")
