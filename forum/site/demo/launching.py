"""From the written initiatives to what is stored: who put their names to them, when, and each step of their stories."""
import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from forum.groups.models import Visibility
from forum.initiatives.models import AnswerKind, LeadRole, LeadState, Stage
from forum.site.demo.initiative_files import ENDED, GATHERING_DAYS, GOAL, ToDo, Told
from forum.site.demo.plan import GroupPlan, MemberPlan, ThreadPlan

ANSWER_WITHIN: Final = timedelta(days=30)
REMINDED_BEFORE: Final = timedelta(days=7)
DRAFTED_BEFORE: Final = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class LeadPlan:
    """``answered`` None: asked, and silent so far; the first one has asked the others."""

    member_id: int
    role: LeadRole
    state: LeadState
    at: datetime
    answered: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history; ``actor`` None: time did it."""

    was: Stage
    stage: Stage
    actor: int | None
    at: datetime
    reason: str = ""


@dataclass(slots=True, kw_only=True)
class InitiativePlan:
    """``supporters`` are (member, when), in the order of time; ``members`` finds ids by username."""

    id: int
    told: Told
    now: datetime
    group: GroupPlan
    members: dict[str, int]
    created_at: datetime
    leads: list[LeadPlan] = field(default_factory=list)
    supporters: list[tuple[int, datetime]] = field(default_factory=list)
    history: list[Line] = field(default_factory=list)
    space: GroupPlan | None = None
    thread: ThreadPlan | None = None

    @property
    def stage(self) -> Stage:
        return self.told.head.stage

    def ago(self, days: float | None) -> datetime | None:
        return None if days is None else self.now - timedelta(days=days)

    def at(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def on(self, days: int) -> date:
        return (self.now + timedelta(days=days)).date()

    @property
    def launched_at(self) -> datetime | None:
        return None if self.stage is Stage.DRAFT else self.at(self.told.head.days_ago)

    @property
    def reached_at(self) -> datetime | None:
        return self.ago(self.told.head.reached)

    @property
    def gathering_ends_at(self) -> datetime | None:
        """Frozen at the launch, and anew when it was reopened."""
        if self.launched_at is None:
            return None
        left = self.told.head.days_left
        return self.launched_at + timedelta(days=GATHERING_DAYS) if left is None else self.at(-left)

    @property
    def answer_due_at(self) -> datetime | None:
        owed = self.stage is Stage.ACTIVE and self.reached_at and not self.told.head.answer
        return self.reached_at + ANSWER_WITHIN if owed and self.reached_at else None

    @property
    def reminded_at(self) -> datetime | None:
        """When its people were told that its days end, or its facilitators that they owe an answer."""
        if self.stage is Stage.GATHERING and self.gathering_ends_at:
            ends = self.gathering_ends_at - REMINDED_BEFORE
        elif self.answer_due_at:
            ends = self.answer_due_at
        else:
            return None
        return ends if ends <= self.now else None

    @property
    def accepted_at(self) -> datetime | None:
        days = [one.days_ago for one in self.told.head.answer if one.verdict is AnswerKind.ACCEPTED]
        return self.at(days[-1]) if days else None

    @property
    def lead_id(self) -> int:
        return self.members[self.told.head.lead]

    def steps(self) -> list[ToDo]:
        return [*self.told.head.milestone, *self.told.head.task]


def plan_initiatives(
    rng: random.Random, now: datetime, written: list[Told], groups: dict[str, GroupPlan], members: list[MemberPlan]
) -> list[InitiativePlan]:
    """Plan them all, ids from 1 in the order in which they were drafted."""
    ids = {member.username: member.id for member in members}
    crowd = {member.id for member in members if not member.written}
    planned = []
    for number, told in enumerate(sorted(written, key=_age, reverse=True), start=1):
        plan = InitiativePlan(
            id=number,
            told=told,
            now=now,
            group=groups[told.head.group],
            members=ids,
            created_at=now - timedelta(days=_age(told)),
        )
        _lead(plan)
        _support(rng, plan, crowd)
        _tell(plan)
        _house(plan, max(group.id for group in groups.values()) + 1)
        if plan.space:
            groups[plan.space.slug] = plan.space
        planned.append(plan)
    return planned


def _age(told: Told) -> float:
    """How many days ago it was drafted."""
    head = told.head
    return head.days_ago + (0 if head.stage is Stage.DRAFT else DRAFTED_BEFORE.days)


def _lead(plan: InitiativePlan) -> None:
    """The lead, the co-leads, who agreed within two days of the draft, and whoever has not answered."""
    head, begun = plan.told.head, plan.created_at
    plan.leads = [LeadPlan(plan.lead_id, LeadRole.LEAD, LeadState.ACCEPTED, begun, None)]
    for hours, name in enumerate(head.co_leads, start=9):
        answered = begun + timedelta(hours=2 * hours)
        lead = LeadPlan(plan.members[name], LeadRole.CO_LEAD, LeadState.ACCEPTED, begun, answered)
        plan.leads.append(lead)
    for name in head.asked:
        plan.leads.append(LeadPlan(plan.members[name], LeadRole.CO_LEAD, LeadState.ASKED, begun, None))


def _support(rng: random.Random, plan: InitiativePlan, crowd: set[int]) -> None:
    """Those who are named, and others of the group, at moments of the time in which it was open to them."""
    named = plan.told.named
    fixed = [(plan.members[name], plan.at(days)) for name, days in named.items() if days is not None]
    loose: list[int | None] = [plan.members[name] for name, days in named.items() if days is None]
    loose += [None] * (plan.told.head.supporters - len(named))
    rng.shuffle(loose)
    moments = _moments(plan, len(loose) + len(fixed))
    for _, at in fixed:
        moments.remove(min(moments, key=lambda moment: abs(moment - at)))
    taken = {lead.member_id for lead in plan.leads} | {plan.members[name] for name in named}
    for member, at in zip(loose, moments, strict=True):
        if member is None:
            able = [one for one, joined in plan.group.members.items() if one in crowd and joined < at]
            member = rng.choice([one for one in able if one not in taken])
            taken.add(member)
        fixed.append((member, at))
    plan.supporters = sorted(fixed, key=lambda pair: pair[1])


def _moments(plan: InitiativePlan, count: int) -> list[datetime]:
    """When somebody joins: up to the goal while it gathers, the last of these on the day it is reached."""
    head, begun = plan.told.head, plan.launched_at
    if begun is None or not count:
        return []
    end = plan.at(head.closed or 0)
    if plan.reached_at:
        first = (plan.reached_at - begun) / GOAL
        later = (end - plan.reached_at) / (count - GOAL + 2)
        return [
            *(begun + first * number for number in range(1, GOAL)),
            plan.reached_at,
            *(plan.reached_at + later * number for number in range(1, count - GOAL + 1)),
        ]
    shut = timedelta(days=(head.lapsed or 0) - (head.reopened or 0))
    step = (end - begun - shut) / (count + 0.5)
    moments = [begun + step * number for number in range(1, count + 1)]
    lapsed = plan.ago(head.lapsed)
    return [at + shut if lapsed and at >= lapsed else at for at in moments]


def _tell(plan: InitiativePlan) -> None:
    """The history, line by line."""
    head, lead = plan.told.head, plan.lead_id
    if plan.launched_at is None:
        return
    stages: list[tuple[Stage, datetime, int | None, str]] = [(Stage.GATHERING, plan.launched_at, lead, "")]
    if lapsed := plan.ago(head.lapsed):
        assert head.reopening
        stages.append((Stage.LAPSED, lapsed, None, ""))
        by = plan.members[head.reopening.by]
        stages.append((Stage.GATHERING, plan.at(head.reopened or 0), by, head.reopening.reason))
    if plan.reached_at:
        last = next(member for member, at in plan.supporters if at == plan.reached_at)
        stages.append((Stage.ACTIVE, plan.reached_at, last, ""))
    if plan.stage in ENDED:
        actor = {Stage.LAPSED: None, Stage.DECLINED: _speaker(plan)}.get(plan.stage, lead)
        stages.append((plan.stage, plan.at(head.closed or 0), actor, plan.told.parts.get("note", "")))
    was = Stage.DRAFT
    for stage, at, who, reason in stages:
        plan.history.append(Line(was, stage, who, at, reason))
        was = stage


def _speaker(plan: InitiativePlan) -> int | None:
    answers = plan.told.head.answer
    return plan.members[answers[-1].by] if answers else None


def _house(plan: InitiativePlan, number: int) -> None:
    """The working space, from the day after the answer: led by the leads, the co-sponsors its members."""
    wish, accepted = plan.told.head.space, plan.accepted_at
    if wish is None or accepted is None:
        return
    opened = accepted + timedelta(days=1)
    leads = [lead.member_id for lead in plan.leads if lead.state is LeadState.ACCEPTED]
    plan.space = GroupPlan(
        id=number,
        slug=wish.slug,
        theme=plan.group.theme,
        language=plan.told.language,
        visibility=Visibility(wish.visibility),
        members={who: max(at, opened) for who, at in [*((one, opened) for one in leads), *plan.supporters]},
        facilitators=set(leads),
        source=f"initiative:{plan.id}",
        title=wish.title,
        purpose=f"Where those who support “{plan.told.head.title}” work on it together.",
        founded=opened,
    )
