"""What moderation does when something happens elsewhere."""
from forum.groups.facts import MembershipStarted
from forum.moderation.standing import settle_place


async def bring_sanctions(fact: MembershipStarted) -> None:
    """Who left under a sanction and comes back finds it there."""
    await settle_place(fact.member_id, fact.group_id)
