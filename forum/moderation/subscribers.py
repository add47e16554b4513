"""What moderation does when something happens elsewhere."""
from auth.actor import Actor
from forum.groups.facts import MembershipStarted
from forum.kit.transaction import connection
from forum.moderation.acts import enter
from forum.moderation.commands.open_case import open_case
from forum.moderation.models import ActKind, CaseOrigin
from forum.moderation.standing import settle_place
from forum.moderation.targets import Target, TargetKind
from forum.threads.facts import PostEdited, PostHeld

# A newcomer's own text is to be looked at again. Nobody edits a post of another but staff who opened the group, with
# the reason that they gave then; a wiki post is everybody's who may edit such ones.
EDITED = """
    SELECT p.author_id, p.author_id = $2 AS own, coalesce((SELECT o.reason FROM glass_openings o
        WHERE o.member_id = $2 AND o.group_id = $3 AND o.until > now() ORDER BY o.id DESC LIMIT 1), '') AS reason
    FROM posts p JOIN members m ON m.id = p.author_id
    WHERE p.id = $1 AND CASE WHEN p.author_id = $2 THEN m.trusted_at IS NULL ELSE NOT p.wiki END
"""


async def bring_sanctions(fact: MembershipStarted) -> None:
    """Who left under a sanction and comes back finds it there."""
    await settle_place(fact.member_id, fact.group_id)


async def have_first_post_looked_at(fact: PostHeld) -> None:
    """It waits until somebody who looks after the group has decided the case."""
    await open_case(Target(TargetKind.POST, fact.post_id), CaseOrigin.NEWCOMER, fact.author_id, fact.group_id)


async def look_at_edit(fact: PostEdited) -> None:
    """A newcomer changed what was let through: somebody looks once more.

    Staff changed a text that is not theirs: it stands in the ledger, and its author is told.
    """
    async with connection() as sql:
        row = await sql.fetchrow(EDITED, fact.post_id, fact.editor_id, fact.group_id)
    if row is not None and row["own"]:
        await open_case(
            Target(TargetKind.POST, fact.post_id), CaseOrigin.NEWCOMER, row["author_id"], fact.group_id
        )
    elif row is not None:
        await enter(
            Actor(member_id=fact.editor_id),
            ActKind.POST_EDITED,
            group_id=fact.group_id,
            thread_id=fact.thread_id,
            post_id=fact.post_id,
            member_id=row["author_id"],
            reason=row["reason"],
        )
