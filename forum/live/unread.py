"""Unread counts for the members who have a stream open: one statement for many, and only when due."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from time import monotonic

from forum.groups.facts import MembershipEnded, MembershipStarted
from forum.jobs.reach import UNREACHABLE
from forum.live.follower import Credential, Person
from forum.live.queries import UnreadNow, unread_now
from forum.live.schemas import Unread, frame
from forum.outbox.stream import StoredFact
from forum.threads.facts import PostWithdrawn, ReplyPosted, ThreadStarted

log = logging.getLogger(__name__)

# Seconds. What a fact brings about (a notice, by a job) has mostly been done after SETTLE.
SETTLE = 1.0
EACH = 2.0
TICK = 0.25
# A round that took long is followed by a rest of so many times its length.
REST = 4

COUNTED = frozenset(
    {ThreadStarted.name, ReplyPosted.name, PostWithdrawn.name, MembershipStarted.name, MembershipEnded.name}
)
NEVER = float("inf")


def expect(people: Iterable[Person], facts: Iterable[StoredFact], now: float) -> None:
    """Note whose counts these facts may change."""
    groups = {fact.payload["group_id"] for fact in facts if fact.name in COUNTED}
    about = {fact.payload.get("member_id") for fact in facts if not fact.name.startswith("thread.")} - {None}
    if not (groups or about):
        return
    for person in people:
        if person.actor.member_id in about or not groups.isdisjoint(person.actor.roles):
            person.due = min(person.due, now + SETTLE)


async def keep_counting(people: Mapping[Credential, Person], most: int) -> None:
    """Count for those who are due, each at most every ``EACH`` seconds, ``most`` in one statement."""
    while True:
        await asyncio.sleep(TICK)
        now = monotonic()
        due = [
            person
            for person in people.values()
            if person.due <= now and now - person.counted >= EACH and person.actor.member_id is not None
        ]
        for start in range(0, len(due), most):
            await _count(due[start : start + most], now)
        await asyncio.sleep((monotonic() - now) * REST)


async def _count(people: Sequence[Person], now: float) -> None:
    for person in people:
        person.counted, person.due = now, NEVER
    try:
        found = await unread_now({person.actor.member_id or 0 for person in people})
    except UNREACHABLE as error:
        log.warning("live: unread counts are late: %r", error)
        found = {}
    except Exception:
        log.exception("live: unread counts failed")
        found = {}
    for person in people:
        member_id = person.actor.member_id
        if member_id is not None and member_id in found:
            _tell(person, found[member_id])
        else:
            person.due = min(person.due, now + EACH)


def _tell(person: Person, found: UnreadNow) -> None:
    """Tell what has changed, of the groups that may still be read."""
    mine = {group.slug: group.threads for group in found.groups if group.id in person.actor.readable}
    notices = 0 if person.actor.restricted else found.notices
    word = frame("unread", Unread(mine, notices))
    person.notices = notices
    if word != person.unread:
        person.unread = word
        for follower in person.followers:
            follower.say(word)
