"""Name a member of a group to write its summaries and wiki posts, and end that."""
from auth.actor import Actor, GroupRole
from forum.groups.models import Membership
from forum.groups.policies import GroupState, can_name_facilitator
from forum.groups.queries import door, state_of
from forum.kit.errors import Conflict, NotFound
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.members.queries import id_of
from forum.moderation.acts import Done, enter, undoes
from forum.moderation.models import ActKind


@command
async def name_editor(actor: Actor, slug: str, username: str) -> None:
    """Once is enough; whoever only reads the group cannot be named. Raises NotFound for who has no place in it."""
    await _set(actor, slug, username, editor=True)


@command
async def end_editor(actor: Actor, slug: str, username: str) -> None:
    await _set(actor, slug, username, editor=False)


async def _set(actor: Actor, slug: str, username: str, *, editor: bool) -> None:
    group = await door(actor, slug)
    require(can_name_facilitator(actor, group))
    member_id = await id_of(username)
    if member_id is None or not await _change(group, member_id, editor=editor):
        return
    await enter(
        actor,
        ActKind.EDITOR_NAMED if editor else ActKind.EDITOR_ENDED,
        group_id=group.id,
        member_id=member_id,
        before={"editor": not editor},
        after={"editor": editor},
        undo={"editor": not editor},
    )


async def _change(group: GroupState, member_id: int, *, editor: bool) -> bool:
    """Whether anything changed."""
    place = await Membership.select_for_update().get_or_none(group_id=group.id, member_id=member_id)
    if place is None or place.role is GroupRole.READER:
        raise NotFound
    return bool(await Membership.filter(id=place.id, editor=not editor).update(editor=editor))


@undoes(ActKind.EDITOR_NAMED, ActKind.EDITOR_ENDED)
async def set_back(actor: Actor, done: Done) -> None:
    assert done.group_id is not None and done.member_id is not None
    group = await state_of(done.group_id)
    require(can_name_facilitator(actor, group))
    try:
        await _change(group, done.member_id, editor=bool(done.undo["editor"]))
    except NotFound as gone:
        raise Conflict("moved_on") from gone
