"""Make a collection, change its title and introduction, delete it."""
from datetime import UTC, datetime

from auth.actor import Actor
from forum.curation.models import Collection
from forum.curation.policies import can_manage_collections
from forum.curation.queries.collections import collection_door
from forum.curation.summary_text import Kept, kept_text
from forum.groups.queries import door, state_of
from forum.kit.errors import PreconditionMissing, Stale
from forum.kit.fields import line_field
from forum.kit.text import slugify
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.outbox.record import audit

# What stands below a collection's address is not its name.
TAKEN = frozenset({"edit", "items", "feed", "delete"})


def _title(title: str) -> str:
    return line_field(title, "title", least=2, most=200)


def slug_of(title: str) -> str:
    slug = slugify(title)
    return f"{slug}-" if slug in TAKEN else slug


async def make_collection(actor: Actor, slug: str, *, title: str, body: str, language: str | None = None) -> int:
    """An empty one, as visible as its group; returns its id."""
    group = await door(actor, slug)
    require(can_manage_collections(actor, group))
    return await _make(actor, group.id, _title(title), await kept_text(body, least=0), language or actor.language)


@command
async def _make(actor: Actor, group_id: int, title: str, text: Kept, language: str) -> int:
    require(can_manage_collections(actor, await state_of(group_id)))
    made = await Collection.create(
        group_id=group_id,
        title=title,
        slug=slug_of(title),
        language=language,
        body=text.body,
        html=text.html,
        renderer=text.renderer,
        made_by_id=actor.member_id,
    )
    await audit(actor.member_id, "collection.made", "collection", made.id, group_id=group_id)
    return int(made.id)


async def edit_collection(
    actor: Actor, collection_id: int, *, title: str, body: str, version: int | None, language: str | None = None
) -> None:
    """Raises Stale with both texts when somebody else changed it since ``version``."""
    require(can_manage_collections(actor, await collection_door(actor, collection_id)))
    if version is None:
        raise PreconditionMissing
    await _edit(actor, collection_id, _title(title), await kept_text(body, least=0), version, language)


@command
async def _edit(
    actor: Actor, collection_id: int, title: str, text: Kept, version: int, language: str | None
) -> None:
    stored = await locked(actor, collection_id)
    if stored.version != version:
        yours, theirs = f"{title}\n\n{text.body}", f"{stored.title}\n\n{stored.body}"
        raise Stale(yours=yours, theirs=theirs, version=stored.version)
    await Collection.filter(id=stored.id).update(
        title=title,
        slug=slug_of(title),
        language=language or stored.language,
        body=text.body,
        html=text.html,
        renderer=text.renderer,
    )
    await touch(stored)


@command
async def delete_collection(actor: Actor, collection_id: int) -> None:
    """The list goes; what it lists stays where it is."""
    stored = await locked(actor, collection_id)
    await Collection.filter(id=stored.id).delete()
    await audit(actor.member_id, "collection.deleted", "collection", stored.id, group_id=stored.group_id)


async def locked(actor: Actor, collection_id: int) -> Collection:
    """The collection, its row locked, for somebody who keeps it; within a command."""
    group = await collection_door(actor, collection_id, lock=True)
    require(can_manage_collections(actor, group))
    return await Collection.get(id=collection_id)


async def touch(stored: Collection) -> None:
    """Whatever changed in a collection makes a new version of it."""
    await Collection.filter(id=stored.id).update(version=stored.version + 1, edited_at=datetime.now(UTC))
