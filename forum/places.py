"""The forum's side of courses and claims: `auth.places.Places`, by the commands of the groups."""
import logging
from collections.abc import Mapping, Sequence

from auth.actor import GroupRole
from auth.places import Pick, Settled, Wanted
from config.settings import SiteSettings
from forum.groups.commands.courses import found_course_group
from forum.groups.commands.sources import Place, give_places, settle_person, settle_roster
from forum.groups.queries import held_by, ids_of, looked_after, state_of
from forum.kit.transaction import command
from forum.outbox.record import audit

log = logging.getLogger(__name__)

RANK = (GroupRole.READER, GroupRole.MEMBER, GroupRole.FACILITATOR)


class GroupPlaces:
    """Places as sources give and take them."""

    def __init__(self, site: SiteSettings) -> None:
        self._site = site

    async def give(self, member_id: int, group_id: int, source: str, role: GroupRole) -> bool:
        return bool(await give_places(source, [Place(group_id, member_id, role)]))

    async def held(self, member_id: int, source: str) -> list[str]:
        return await held_by(member_id, source)

    async def settle_member(self, member_id: int, source: str, wanted: Sequence[Wanted]) -> None:
        await _settle_member(member_id, source, wanted)

    async def settle_group(
        self, group_id: int, source: str, wanted: Mapping[int, GroupRole], *, force: bool = False
    ) -> Settled:
        outcome = await settle_roster(group_id, source, wanted, force=force)
        return Settled(given=outcome.given, leaving=outcome.leaving, stopped=outcome.stopped)

    async def course_group(self, key: str, title: str, by: int) -> Pick:
        found = await found_course_group(
            key, title, by, language=self._site.language, alumni_group=self._site.alumni_group
        )
        return Pick(id=found[0], slug=found[1], title=found[2])

    async def to_pick(self, member_id: int) -> list[Pick]:
        return [Pick(id=row["id"], slug=row["slug"], title=row["title"]) for row in await looked_after(member_id)]

    async def named(self, group_id: int) -> Pick:
        group = await state_of(group_id)
        return Pick(id=group.id, slug=group.slug, title=group.title)


@command
async def _settle_member(member_id: int, source: str, wanted: Sequence[Wanted]) -> None:
    """The highest role that is wanted in each group; a slug that no group has is logged, and counted in the audit."""
    ids = await ids_of({one.group for one in wanted})
    unknown = sorted({one.group for one in wanted} - ids.keys())
    places: dict[int, Place] = {}
    for one in wanted:
        if (group_id := ids.get(one.group)) is None:
            continue
        place, other = Place(group_id, member_id, one.role, one.ends_at_once), places.get(group_id)
        if other is None or RANK.index(place.role) > RANK.index(other.role):
            places[group_id] = place
    await settle_person(member_id, source, list(places.values()))
    if unknown:
        log.warning("%s names groups that are not there: %s", source, ", ".join(unknown)[:500])
        await audit(
            None,
            "grant.passed_over",
            "member",
            member_id,
            after={"source": source, "reason": "unknown_group", "count": len(unknown)},
        )
