"""Remove all that one account posted on one day, in one act."""
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from auth.actor import Actor
from forum.groups.policies import can_moderate
from forum.groups.queries import door, state_of
from forum.kit.errors import Conflict, NotAllowed, NotFound
from forum.kit.fields import body_field
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.members.policies import can_read_site_log
from forum.members.queries import id_of
from forum.moderation.acts import REASON_LENGTH, Done, enter, undoes
from forum.moderation.models import ActKind
from forum.moderation.posts import set_states
from forum.threads.models import PostState

# $1 author, $2 and $3 the day's ends, $4 groups
POSTS = """
    SELECT p.id FROM posts p JOIN threads t ON t.id = p.thread_id
    WHERE p.author_id = $1 AND p.created_at >= $2 AND p.created_at < $3 AND p.state = 'public'
      AND t.group_id = ANY($4::bigint[])
    ORDER BY p.id
"""
GROUPS_OF = """
    SELECT DISTINCT t.group_id FROM posts p JOIN threads t ON t.id = p.thread_id WHERE p.id = ANY($1::bigint[])
    ORDER BY 1
"""
STILL_REMOVED = """
    SELECT id FROM posts WHERE id = ANY($1::bigint[]) AND state = 'removed' ORDER BY id
"""


async def posts_of_day(actor: Actor, username: str, day: date, group: str | None) -> tuple[int, list[int]]:
    """The member's id, and what of that day (in UTC) stands where this actor looks after posts.

    ``group`` None: everywhere that they do, for the site's staff.
    """
    if group is not None:
        place = await door(actor, group)
        require(can_moderate(actor, place))
        groups = [place.id]
    else:
        require(can_read_site_log(actor))
        groups = list(actor.readable)
    member_id = await id_of(username)
    if member_id is None:
        raise NotFound
    begins = datetime.combine(day, time(), UTC)
    async with connection() as sql:
        rows = await sql.fetch(POSTS, member_id, begins, begins + timedelta(days=1), groups)
    found = [row["id"] for row in rows]
    return member_id, found if group is not None else await _looked_after(actor, found)


async def _looked_after(actor: Actor, posts: Sequence[int]) -> list[int]:
    """Those in groups that they moderate: a reader's share is more than that."""
    async with connection() as sql:
        groups = [row["group_id"] for row in await sql.fetch(GROUPS_OF, list(posts))]
        theirs = [group for group in groups if can_moderate(actor, await state_of(group))]
        rows = await sql.fetch(
            "SELECT p.id FROM posts p JOIN threads t ON t.id = p.thread_id"
            " WHERE p.id = ANY($1::bigint[]) AND t.group_id = ANY($2::bigint[]) ORDER BY p.id",
            list(posts),
            theirs,
        )
    return [row["id"] for row in rows]


@command
async def remove_day(actor: Actor, username: str, day: date, *, group: str | None, reason: str) -> int:
    """Returns how many posts there were; Conflict for none.

    What was hidden, or waits for its first look, stays as it is.
    """
    member_id, posts = await posts_of_day(actor, username, day, group)
    reason = body_field(reason, "reason", most=REASON_LENGTH)
    if not posts:
        raise Conflict("no_posts_that_day")
    before = await set_states(dict.fromkeys(posts, PostState.REMOVED))
    await enter(
        actor,
        ActKind.DAY_REMOVED,
        group_id=None if group is None else (await door(actor, group)).id,
        member_id=member_id,
        reason=reason,
        after={"posts": len(before)},
        undo={"was": {str(post): state.value for post, state in before.items()}},
    )
    return len(before)


@undoes(ActKind.DAY_REMOVED)
async def _bring_back(actor: Actor, done: Done) -> None:
    """Exactly those that it removed, where nobody has done something else with them since; never by their author."""
    if done.member_id == actor.member_id:
        raise NotAllowed("own_case")
    posts = [int(post) for post in done.undo["was"]]
    async with connection() as sql:
        groups = [row["group_id"] for row in await sql.fetch(GROUPS_OF, posts)]
        for group in groups:
            require(can_moderate(actor, await state_of(group)))
        still = [row["id"] for row in await sql.fetch(STILL_REMOVED, posts)]
    await set_states({post: PostState(done.undo["was"][str(post)]) for post in still})
