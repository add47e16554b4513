"""Who is in which group, and who facilitates it."""
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from auth.actor import Status
from forum.groups.models import Visibility
from forum.site.demo.cast import FACES
from forum.site.demo.discussions import Discussion
from forum.site.demo.plan import GroupPlan, MemberPlan

ALUMNI: Final = "alumni"
# Members of the groups that one cannot simply join.
CLOSED_SIZE: Final = {"partner-academies": 84, "cyber-norms": 96, "hidden": 22, "closed": 58}
SPEAKERS: Final = {"es": 0.75, "pt": 0.8, "fr": 0.5}
FACILITATORS: Final = 3


@dataclass(frozen=True, slots=True)
class Bond:
    """People whom a group must hold, by username."""

    group: str
    people: set[str]
    facilitators: set[str] = field(default_factory=set)


def settle(
    rng: random.Random,
    now: datetime,
    members: list[MemberPlan],
    groups: list[GroupPlan],
    threads: list[Discussion],
    bonds: Iterable[Bond] = (),
) -> None:
    """Fill the groups: faces and hand-written people where they belong, everybody else by inclination.

    Threads and bonds of groups that are not there yet are left alone.
    """
    by_name = {member.username: member for member in members}
    by_slug = {group.slug: group for group in groups}
    for face in FACES:
        for slug in (*face.groups, *face.facilitates):
            _join(rng, now, by_slug[slug], by_name[face.username])
        for slug in face.facilitates:
            by_slug[slug].facilitators.add(by_name[face.username].id)
    for thread in threads:
        if thread.group in by_slug:
            for post in thread.posts:
                _join(rng, now, by_slug[thread.group], by_name[post.author])
    for bond in bonds:
        if bond.group in by_slug:
            for username in sorted(bond.people | bond.facilitators):
                _join(rng, now, by_slug[bond.group], by_name[username])
            by_slug[bond.group].facilitators |= {by_name[username].id for username in bond.facilitators}
    generated = [member for member in members if not member.written and member.status is Status.ACTIVE]
    _fill_open(rng, now, generated, groups)
    _fill_closed(rng, now, generated, groups)
    for group in groups:
        _appoint(rng, group, members)


def _join(rng: random.Random, now: datetime, group: GroupPlan, member: MemberPlan) -> None:
    if member.id not in group.members:
        waited = (now - member.created_at) * (rng.random() ** 2)
        group.members[member.id] = member.created_at + waited


def _fill_open(
    rng: random.Random, now: datetime, members: Iterable[MemberPlan], groups: list[GroupPlan]
) -> None:
    """Each member takes places in one to nine groups, a few of the groups being in greater demand."""
    wanted = [group for group in groups if group.visibility in (Visibility.PUBLIC, Visibility.MEMBERS)]
    common = [group for group in wanted if group.language == "en" and group.slug != ALUMNI]
    demand = [1 / (1 + index * 0.09) for index in range(len(common))]
    rng.shuffle(demand)
    by_language = [group for group in wanted if group.language != "en"]
    alumni = next(group for group in wanted if group.slug == ALUMNI)
    for member in members:
        for group in rng.choices(common, demand, k=1 + min(8, int(rng.expovariate(0.27)))):
            _join(rng, now, group, member)
        for group in by_language:
            if group.language in member.languages and rng.random() < SPEAKERS.get(group.language, 0.5):
                _join(rng, now, group, member)
        if rng.random() < 0.55:
            _join(rng, now, alumni, member)


def _fill_closed(
    rng: random.Random, now: datetime, members: list[MemberPlan], groups: list[GroupPlan]
) -> None:
    for group in groups:
        if group.visibility in (Visibility.CLOSED, Visibility.HIDDEN):
            size = CLOSED_SIZE.get(group.slug, CLOSED_SIZE[group.visibility.value])
            for member in rng.sample(members, size - rng.randrange(8)):
                _join(rng, now, group, member)


def _appoint(rng: random.Random, group: GroupPlan, members: list[MemberPlan]) -> None:
    """Name one to three facilitators; of the faces only the facilitator is one."""
    faces = {face.username for face in FACES}
    by_id = {member.id: member for member in members}
    able = [number for number in group.members if by_id[number].username not in faces]
    known = [number for number in able if by_id[number].written]
    count = rng.randint(1, FACILITATORS)
    if known and rng.random() < 0.5:
        group.facilitators.add(rng.choice(known))
    while len(group.facilitators) < count:
        group.facilitators.add(rng.choice(able))
