"""What a collection lists: add by address, annotate, order, take out."""
from dataclasses import dataclass
from typing import Any, Final

from auth.actor import Actor
from forum.curation.addresses import LinkTo, PostAt, ThreadAt, led_to
from forum.curation.commands.collections import locked, touch
from forum.curation.models import Collection, CollectionItem
from forum.curation.policies import can_manage_collections
from forum.curation.queries.collections import collection_door
from forum.kit.errors import Conflict, Invalid, NotFound, PreconditionMissing, Refusal, Stale
from forum.kit.fields import body_field, line_field
from forum.kit.markdown import render_async
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.threads.models import Post, PostState
from forum.threads.policies import can_read_post
from forum.threads.queries import post_door, thread_door

MOST_ITEMS: Final = 200
MOST_NOTE: Final = 2000
ORDER: Final = """
    UPDATE collection_items i SET position = x.n
    FROM unnest($2::bigint[]) WITH ORDINALITY x (id, n) WHERE i.id = x.id AND i.collection_id = $1
"""


@dataclass(frozen=True, slots=True)
class Note:
    text: str
    html: str


async def _note(text: str) -> Note:
    text = body_field(text, "note", least=0, most=MOST_NOTE)
    return Note(text, (await render_async(text, anchor="k")).html if text else "")


async def add_item(
    actor: Actor, collection_id: int, *, address: str, home: str, title: str = "", note: str = ""
) -> int:
    """Put what ``address`` leads to at the end; returns its id. ``title`` is a link's, its host where it is empty.

    Raises Invalid for an ``address`` that is none, leads to nothing that this actor may read, or is here already.
    """
    require(can_manage_collections(actor, await collection_door(actor, collection_id)))
    target = led_to(address, home)
    return await _add(actor, collection_id, target, line_field(title, "title", most=200), await _note(note))


@command
async def _add(actor: Actor, collection_id: int, target: ThreadAt | PostAt | LinkTo, title: str, note: Note) -> int:
    stored = await locked(actor, collection_id)
    what = await _found(actor, target, title)
    items = await CollectionItem.filter(collection_id=collection_id).order_by("position", "id")
    if len(items) >= MOST_ITEMS:
        raise Conflict("too_many_items")
    same = {name: value for name, value in what.items() if name != "title"}
    if any(all(getattr(item, name) == value for name, value in same.items()) for item in items):
        raise Invalid({"address": "in_collection"})
    made = await CollectionItem.create(
        collection_id=collection_id,
        position=items[-1].position + 1 if items else 1,
        note=note.text,
        html=note.html,
        **what,
    )
    await touch(stored)
    return int(made.id)


async def _found(actor: Actor, target: ThreadAt | PostAt | LinkTo, title: str) -> dict[str, Any]:
    """The columns that say what it is; what this actor may not read is as good as nothing."""
    if isinstance(target, LinkTo):
        return {"url": target.url, "title": title or target.host[:200]}
    try:
        if isinstance(target, ThreadAt) and target.number is None:
            thread = await thread_door(actor, target.id)
            if not thread.published:
                raise NotFound
            return {"thread_id": thread.id}
        post = await post_door(actor, await _post_id(target))
        require(can_read_post(actor, post))
        if post.state is not PostState.PUBLIC:
            raise NotFound
        return {"post_id": post.id}
    except Refusal as refusal:
        raise Invalid({"address": "leads_nowhere"}) from refusal


async def _post_id(target: ThreadAt | PostAt) -> int:
    if isinstance(target, PostAt):
        return target.id
    found = await Post.get_or_none(thread_id=target.id, number=target.number)
    if found is None:
        raise NotFound
    return int(found.id)


async def annotate_item(actor: Actor, collection_id: int, item_id: int, note: str, version: int | None) -> None:
    """Say why it is here. Raises Stale with both texts."""
    require(can_manage_collections(actor, await collection_door(actor, collection_id)))
    await _annotate(actor, collection_id, item_id, await _note(note), version)


@command
async def _annotate(actor: Actor, collection_id: int, item_id: int, note: Note, version: int | None) -> None:
    stored, items = await _items(actor, collection_id, item_id)
    there = next(item for item in items if item.id == item_id)
    _check(stored, version, yours=note.text, theirs=there.note)
    await CollectionItem.filter(id=item_id).update(note=note.text, html=note.html)
    await touch(stored)


@command
async def place_item(actor: Actor, collection_id: int, item_id: int, position: int, version: int | None) -> None:
    """Make it the one at ``position``, counted from 1; beyond either end it is the first or the last."""
    stored, items = await _items(actor, collection_id, item_id)
    _check(stored, version)
    ids = [item.id for item in items if item.id != item_id]
    ids.insert(max(0, min(position - 1, len(ids))), item_id)
    await _order(stored, ids)


@command
async def move_item(actor: Actor, collection_id: int, item_id: int, steps: int, version: int | None) -> None:
    """Up by a negative number of steps, down by a positive one."""
    _stored, items = await _items(actor, collection_id, item_id)
    at = [item.id for item in items].index(item_id)
    await place_item(actor, collection_id, item_id, at + 1 + steps, version)


@command
async def remove_item(actor: Actor, collection_id: int, item_id: int, version: int | None) -> None:
    stored, items = await _items(actor, collection_id, item_id)
    _check(stored, version)
    await CollectionItem.filter(id=item_id).delete()
    await _order(stored, [item.id for item in items if item.id != item_id])


async def _order(stored: Collection, ids: list[int]) -> None:
    async with connection() as sql:
        await sql.execute(ORDER, stored.id, ids)
    await touch(stored)


async def _items(actor: Actor, collection_id: int, item_id: int) -> tuple[Collection, list[CollectionItem]]:
    """The locked collection and its items in order; NotFound where the item is not one of them."""
    stored = await locked(actor, collection_id)
    items = await CollectionItem.filter(collection_id=collection_id).order_by("position", "id")
    if item_id not in {item.id for item in items}:
        raise NotFound
    return stored, items


def _check(stored: Collection, version: int | None, yours: str = "", theirs: str = "") -> None:
    if version is None:
        raise PreconditionMissing
    if stored.version != version:
        raise Stale(yours=yours, theirs=theirs, version=stored.version)
