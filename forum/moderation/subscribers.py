"""What moderation does when something happens elsewhere."""
from forum.groups.facts import MembershipStarted
from forum.moderation.commands.open_case import open_case
from forum.moderation.models import CaseOrigin
from forum.moderation.standing import settle_place
from forum.moderation.targets import Target, TargetKind
from forum.threads.facts import PostHeld


async def bring_sanctions(fact: MembershipStarted) -> None:
    """Who left under a sanction and comes back finds it there."""
    await settle_place(fact.member_id, fact.group_id)


async def have_first_post_looked_at(fact: PostHeld) -> None:
    """It waits until somebody who looks after the group has decided the case."""
    await open_case(Target(TargetKind.POST, fact.post_id), CaseOrigin.NEWCOMER, fact.author_id, fact.group_id)
