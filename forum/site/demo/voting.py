"""From the written polls to what is stored: options, ballots, who has voted, the tally of those that are closed."""
import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from forum.polls.ballots import check_ballot
from forum.polls.counting import rules_of
from forum.polls.models import PollKind, Stance
from forum.polls.tally import Tally, tally
from forum.site.demo.plan import MemberPlan, PostPlan, ThreadPlan
from forum.site.demo.poll_files import Asked, Vote, marks

# From then on those who have not voted have been told that it closes.
REMINDED_BEFORE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionPlan:
    """Exactly one of a text, a stance and a moment."""

    id: int
    position: int
    text: str = ""
    stance: Stance | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BallotPlan:
    """Without a member and a time where the poll is anonymous."""

    member_id: int | None
    marks: dict[int, int]
    reason: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollPlan:
    """``voters`` in no order; ``result`` None: it is not closed."""

    id: int
    asked: Asked
    thread: ThreadPlan
    post: PostPlan
    opens_at: datetime
    closes_at: datetime
    closed_at: datetime | None
    reminded_at: datetime | None
    options: list[OptionPlan]
    ballots: list[BallotPlan]
    voters: list[int]
    result: Tally | None


def plan_polls(
    rng: random.Random, now: datetime, written: list[Asked], threads: list[ThreadPlan], members: list[MemberPlan]
) -> list[PollPlan]:
    """Plan them all, ids from 1 in the order in which they were posted."""
    place = {post.origin: (thread, post) for thread in threads if thread.key for post in thread.posts}
    box = _Box(rng, members)
    planned: list[PollPlan] = []
    for asked in sorted(written, key=lambda one: one.head.days_ago, reverse=True):
        thread, post = place[asked.key, 1]
        taken = sum(len(plan.options) for plan in planned)
        planned.append(_plan(box, now, asked, thread, post, number=len(planned) + 1, first=taken + 1))
    return planned


def _plan(
    box: "_Box", now: datetime, asked: Asked, thread: ThreadPlan, post: PostPlan, *, number: int, first: int
) -> PollPlan:
    head = asked.head
    opens = post.at if head.opens is None else now + timedelta(days=head.opens)
    closes = now + timedelta(days=head.closes)
    options = _options(asked, now, first)
    ids = [option.id for option in options]
    rules = rules_of(msgspec.structs.asdict(head))
    voters, ballots = [], []
    for who, vote, at in box.cast(asked, thread, opens, min(closes, now)):
        chosen = {ids[position - 1]: mark for position, mark in marks(head.kind, vote.mark).items()}
        checked = check_ballot(rules, ids, chosen, vote.reason)
        voters.append(who)
        secret = head.anonymous
        ballots.append(
            BallotPlan(None if secret else who, checked.marks, checked.reason, None if secret else at)
        )
    box.shake(voters)
    if head.anonymous:
        box.shake(ballots)
    over = closes < now
    return PollPlan(
        id=number,
        asked=asked,
        thread=thread,
        post=post,
        opens_at=opens,
        closes_at=closes,
        closed_at=closes if over else None,
        reminded_at=max(opens, reminded) if (reminded := closes - REMINDED_BEFORE) <= now else None,
        options=options,
        ballots=ballots,
        voters=voters,
        result=tally(rules, ids, [ballot.marks for ballot in ballots]) if over else None,
    )


def _options(asked: Asked, now: datetime, first: int) -> list[OptionPlan]:
    head = asked.head
    numbered = enumerate(range(first, first + asked.size), start=1)
    if head.kind is PollKind.PROPOSAL:
        stances = zip(numbered, Stance, strict=True)
        return [OptionPlan(id=id, position=at, stance=stance) for (at, id), stance in stances]
    if head.kind is not PollKind.TIME:
        texts = zip(numbered, head.options, strict=True)
        return [OptionPlan(id=id, position=at, text=text) for (at, id), text in texts]
    zone = ZoneInfo(head.time_zone or "UTC")
    found = []
    for (at, id), moment in zip(numbered, head.moments, strict=True):
        day = (now.astimezone(zone) + timedelta(days=moment.days)).date()
        starts = datetime.combine(day, time.fromisoformat(moment.time), tzinfo=zone)
        ends = starts + timedelta(minutes=moment.minutes)
        found.append(OptionPlan(id=id, position=at, starts_at=starts, ends_at=ends))
    return found


class _Box:
    """Finds people of the group for the votes that name nobody."""

    def __init__(self, rng: random.Random, members: list[MemberPlan]) -> None:
        self.rng = rng
        self.ids = {member.username: member.id for member in members}
        self.crowd = {member.id for member in members if not member.written}

    def shake(self, things: list[int] | list[BallotPlan]) -> None:
        self.rng.shuffle(things)

    def cast(
        self, asked: Asked, thread: ThreadPlan, opens: datetime, until: datetime
    ) -> list[tuple[int, Vote, datetime]]:
        """(member, vote, when) of everybody who votes; a reason stays with the first of its vote."""
        named = {self.ids[name] for vote in asked.head.vote for name in vote.by}
        able = [who for who, joined in thread.group.members.items() if who in self.crowd and joined < until]
        wanted = sum(vote.crowd for vote in asked.head.vote)
        others = self.rng.sample([who for who in able if who not in named], wanted)
        found = []
        for vote in asked.head.vote:
            people = [self.ids[name] for name in vote.by] + [others.pop() for _ in range(vote.crowd)]
            for number, who in enumerate(people):
                said = vote if number == 0 else Vote(mark=vote.mark)
                since = max(opens, thread.group.members[who]) if who in self.crowd else opens
                at = since + (until - since) * self.rng.uniform(0.02, 0.95)
                found.append((who, said, at))
        return found


