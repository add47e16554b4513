"""Launch a draft: from now on members may put their names to it."""
from auth.actor import Actor
from forum.initiatives.commands.advance import advance
from forum.initiatives.commands.draft import require_free, require_whole
from forum.initiatives.models import Initiative
from forum.initiatives.policies import InitiativeState, can_launch
from forum.initiatives.queries.door import initiative_door
from forum.initiatives.stages import Move
from forum.kit.errors import Stale
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.threads.commands.start_thread import open_thread
from forum.threads.commands.written import Written, write
from forum.threads.models import ThreadKind
from forum.threads.pace import require_trust
from forum.threads.queries import thread_door

# The goal is the group's of this day; a later change of the setting is for later ones.
FREEZE = """
    UPDATE initiatives i SET thread_id = $2, goal = g.cosponsor_goal
    FROM groups g WHERE i.id = $1 AND g.id = i.group_id RETURNING g.gathering_days
"""


async def launch(actor: Actor, initiative_id: int) -> None:
    """Needs a whole text, a co-lead who agreed, and the consent of the author whose thread it has, if it has one."""
    state = await initiative_door(actor, initiative_id)
    require(can_launch(actor, state))
    draft = await Initiative.get(id=initiative_id)
    require_whole(draft)
    opening = None
    if state.thread_id is None:
        opening = await write("\n\n".join((draft.aim, draft.why, draft.ask)), state.group)
    await _launch(actor, initiative_id, draft.version, opening)


@command
async def _launch(actor: Actor, initiative_id: int, version: int, opening: Written | None) -> None:
    state = await initiative_door(actor, initiative_id, lock=True)
    require(can_launch(actor, state))
    draft = await Initiative.get(id=initiative_id)
    if draft.version != version or (draft.thread_id is None) != (opening is not None):
        raise Stale(yours="", theirs="", version=draft.version)
    await require_trust(actor, state.group)
    thread_id = await _discussion(actor, state, draft, opening)
    async with connection() as sql:
        days = await sql.fetchval(FREEZE, initiative_id, thread_id)
    await advance(state, Move.LAUNCH, actor.member_id, days=days)


async def _discussion(actor: Actor, state: InitiativeState, draft: Initiative, opening: Written | None) -> int:
    if opening is None:
        assert draft.thread_id is not None
        await require_free(await thread_door(actor, draft.thread_id, lock=True))
        return draft.thread_id
    assert actor.member_id is not None
    return await open_thread(
        actor.member_id, state.group.id, draft.title, opening, ThreadKind.DISCUSSION, draft.languages[0]
    )
