"""Texts not yet sent, kept on the server: several at a time, each with its version."""
from typing import Any

from tortoise.expressions import F

from auth.actor import Actor
from forum.groups import queries as groups
from forum.groups.policies import can_read
from forum.kit.errors import Conflict, Invalid, NotFound, PreconditionMissing, Stale
from forum.kit.fields import body_field, line_field
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.members.policies import can_keep_own_things
from forum.threads.models import Draft
from forum.threads.queries import thread_door
from forum.threads.schemas import DraftText

MOST_DRAFTS = 100
TOUCH = "UPDATE drafts SET updated_at = now() WHERE id = $1"


@command
async def keep_draft(actor: Actor, text: DraftText) -> int:
    """Store a new draft; returns its id. Raises Conflict beyond ``MOST_DRAFTS``."""
    require(can_keep_own_things(actor))
    if await Draft.filter(member_id=actor.member_id).count() >= MOST_DRAFTS:
        raise Conflict("too_many_drafts")
    group_id, thread_id = await _place(actor, text)
    draft = await Draft.create(
        member_id=actor.member_id, group_id=group_id, thread_id=thread_id, **_content(actor, text)
    )
    return int(draft.id)


@command
async def change_draft(actor: Actor, draft_id: int, text: DraftText, version: int | None) -> None:
    """Replace a draft; two tabs that both write it get a Stale instead of losing a text."""
    require(can_keep_own_things(actor))
    draft = await Draft.get_or_none(id=draft_id, member_id=actor.member_id)
    if draft is None:
        raise NotFound
    if version is None:
        raise PreconditionMissing
    changed = await Draft.filter(id=draft_id, version=version).update(
        **_content(actor, text), version=F("version") + 1
    )
    if not changed:
        raise Stale(yours=text.body, theirs=draft.body, version=draft.version)
    async with connection() as sql:
        await sql.execute(TOUCH, draft_id)


@command
async def drop_draft(actor: Actor, draft_id: int) -> None:
    require(can_keep_own_things(actor))
    if not await Draft.filter(id=draft_id, member_id=actor.member_id).delete():
        raise NotFound


async def _place(actor: Actor, text: DraftText) -> tuple[int | None, int | None]:
    if (text.group is None) == (text.thread is None):
        raise Invalid({"group": "one_place"})
    if text.group is not None:
        group = await groups.door(actor, text.group)
        require(can_read(actor, group))
        return group.id, None
    assert text.thread is not None
    return None, (await thread_door(actor, text.thread)).id


def _content(actor: Actor, text: DraftText) -> dict[str, Any]:
    return {
        "title": line_field(text.title, "title", most=200),
        "body": body_field(text.body, "body", least=0),
        "in_reply_to": text.in_reply_to,
        "kind": text.kind,
        "language": text.language or actor.language,
    }
