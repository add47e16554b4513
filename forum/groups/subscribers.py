"""What groups do when something happens to their people."""
from forum.groups.commands.sources import settle_person
from forum.members.facts import WayInDisconnected


async def let_go(fact: WayInDisconnected) -> None:
    """The places that a door gave leave as their groups say; what somebody has otherwise stays."""
    await settle_person(fact.member_id, fact.source, [])
