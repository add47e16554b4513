"""From the written cases to what is stored: flags, verdicts, appeals, sanctions, and the ledger's lines."""
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from forum.moderation.commands.decide import OF_POSTS
from forum.moderation.commands.flag import HIDING
from forum.moderation.commands.sanctions import ALONE, GIVEN
from forum.moderation.models import ActKind, CaseOrigin, Decision, SanctionKind
from forum.site.demo.case_files import STATES, Penalty, Told, Verdict, Word
from forum.site.demo.launching import InitiativePlan
from forum.site.demo.plan import ActPlan, GroupPlan, MemberPlan, PostPlan, ThreadPlan
from forum.threads.models import PostState

CLAIM: Final = timedelta(minutes=15)
REMINDED_AFTER: Final = timedelta(hours=24)
CONFIRMED_AFTER: Final = timedelta(hours=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePlan:
    """One row of ``cases`` with its flags and its appeal, if any; ``home`` is the thread of the ``post``."""

    id: int
    told: Told
    now: datetime
    members: dict[str, int]
    group: GroupPlan | None
    thread: ThreadPlan | None
    home: ThreadPlan | None
    post: PostPlan | None
    member_id: int | None
    initiative: InitiativePlan | None
    author_id: int
    created_at: datetime

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def flags(self) -> list[tuple[Word, int, datetime]]:
        """(flag, member, when), in the order of time."""
        said = [(flag, self.members[flag.by], self.now - flag.ago) for flag in self.told.head.flag]
        return sorted(said, key=lambda flag: flag[2])

    @property
    def claimed_until(self) -> datetime | None:
        claim = self.told.head.claim
        return self.now - timedelta(minutes=claim.minutes_ago) + CLAIM if claim else None

    @property
    def decided_at(self) -> datetime | None:
        verdict = self.told.head.verdict
        return self.ago(verdict.days_ago) if verdict else None

    @property
    def reminded_at(self) -> datetime | None:
        at = self.created_at + REMINDED_AFTER
        return at if at <= (self.decided_at or self.now) else None

    @property
    def version(self) -> int:
        """Each flag after the first, a claim and a verdict change it."""
        head = self.told.head
        return max(1, len(head.flag)) + (head.claim is not None) + (head.verdict is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SanctionPlan:
    """``group`` none: on the whole site."""

    id: int
    case: CasePlan
    kind: SanctionKind
    group: GroupPlan | None
    reason: str
    until: datetime | None
    given_by: int
    confirmed_by: int | None
    at: datetime

    @property
    def needs_confirmation(self) -> bool:
        return self.kind is SanctionKind.SUSPENSION and self.until is not None and self.until - self.at > ALONE


@dataclass(frozen=True, slots=True)
class JusticePlan:
    cases: list[CasePlan]
    sanctions: list[SanctionPlan]
    acts: list[ActPlan]


def states(cases: Iterable[Told]) -> dict[tuple[str, int], PostState]:
    """What has become of the posts that cases are about, by origin."""
    return {(case.key, case.head.post): case.state for case in cases if case.posts and case.is_about_post}


def judge(
    now: datetime,
    told: list[Told],
    threads: list[ThreadPlan],
    initiatives: list[InitiativePlan],
    members: list[MemberPlan],
) -> JusticePlan:
    """Plan them all, ids from 1 in the order in which they were opened; whom a sanction binds is marked."""
    court = _Court(now, threads, initiatives, members)
    opened = sorted(told, key=court.opened)
    cases = [court.case(number, one) for number, one in enumerate(opened, start=1)]
    punished = [(case, case.told.head.sanction) for case in cases if case.told.head.sanction]
    sanctions = [_sanction(number, *pair) for number, pair in enumerate(punished, start=1)]
    by_id = {member.id: member for member in members}
    for case in cases:
        if case.told.head.origin is CaseOrigin.NEWCOMER:
            author = by_id[case.author_id]
            author.waits, author.trusted_at = case.decided_at is None, case.decided_at
    for sanction in sanctions:
        if sanction.until and sanction.until > now:
            _bind(sanction, by_id[sanction.case.author_id])
    given = {sanction.case.id: sanction for sanction in sanctions}
    acts = [act for case in cases for act in _acts(case, given.get(case.id))]
    acts += [act for sanction in sanctions for act in _of_sanction(sanction)]
    return JusticePlan(cases, sanctions, acts)


class _Court:
    """Finds what a case is about."""

    def __init__(
        self,
        now: datetime,
        threads: list[ThreadPlan],
        initiatives: list[InitiativePlan],
        members: list[MemberPlan],
    ) -> None:
        self.now = now
        self.threads = {thread.key: thread for thread in threads if thread.key}
        self.posts = {post.origin: (thread, post) for thread in self.threads.values() for post in thread.posts}
        self.initiatives = {plan.told.key: plan for plan in initiatives}
        self.members = {member.username: member.id for member in members}

    def opened(self, told: Told) -> datetime:
        if told.head.flag:
            return self.now - told.opened
        return self.posts[told.key, told.head.post][1].at

    def case(self, number: int, told: Told) -> CasePlan:
        head = told.head
        group, thread, home, post, initiative = None, None, None, None, None
        member = self.members[head.profile] if head.profile else None
        author = member or 0
        if head.initiative:
            initiative = self.initiatives[head.initiative]
            group, author = initiative.group, initiative.lead_id
        elif told.is_about_post:
            home, post = self.posts[told.key, head.post]
            group, author = home.group, post.author_id
        elif not member:
            thread = self.threads[head.thread or told.key]
            group, author = thread.group, thread.first.author_id
        return CasePlan(
            id=number,
            told=told,
            now=self.now,
            members=self.members,
            group=group,
            thread=thread,
            home=home,
            post=post,
            member_id=member,
            initiative=initiative,
            author_id=author,
            created_at=self.opened(told),
        )


def _sanction(number: int, case: CasePlan, penalty: Penalty) -> SanctionPlan:
    verdict, at = case.told.head.verdict, case.decided_at
    assert verdict and at
    return SanctionPlan(
        id=number,
        case=case,
        kind=penalty.kind,
        group=case.group if penalty.scope == "group" else None,
        reason=penalty.words or case.told.parts["words"],
        until=at + timedelta(days=penalty.days) if penalty.days else None,
        given_by=case.members[verdict.by],
        confirmed_by=case.members[penalty.confirmed_by] if penalty.confirmed_by else None,
        at=at,
    )


def _bind(sanction: SanctionPlan, member: MemberPlan) -> None:
    """What holds now is repeated where every request reads it."""
    assert sanction.until
    if sanction.kind is SanctionKind.SUSPENSION and sanction.group is None:
        member.suspended_until, member.suspension_reason = sanction.until, sanction.reason
    elif sanction.kind is SanctionKind.SILENCE and sanction.group is not None:
        sanction.group.silenced[member.id] = sanction.until
    else:
        raise ValueError(f"nobody has written yet how a {sanction.kind.value} of that scope is kept")


def _acts(case: CasePlan, sanction: SanctionPlan | None) -> Iterator[ActPlan]:
    """What flags hid by themselves, the verdict, and what was said of the appeal."""
    home = case.thread or case.home
    act = ActPlan(
        kind=ActKind.CASE_DECIDED,
        actor_id=None,
        at=case.created_at,
        group_id=case.group.id if case.group else None,
        thread_id=home.id if home else None,
        post_id=case.post.id if case.post else None,
        case_id=case.id,
    )
    if case.told.auto_hidden:
        hidden_at, undo = case.flags()[HIDING - 1][2], _undo(case, PostState.PUBLIC, PostState.HIDDEN)
        yield replace(act, kind=ActKind.POST_HIDDEN, at=hidden_at, after={"flaggers": HIDING}, undo=undo)
    verdict, appeal = case.told.head.verdict, case.told.head.appeal
    if verdict:
        yield _of_verdict(case, verdict, sanction, act)
    if appeal and appeal.by and appeal.outcome:
        yield replace(
            act,
            kind=ActKind.APPEAL_DECIDED,
            actor_id=case.members[appeal.by],
            at=case.ago(appeal.decided_days_ago),
            reason=case.told.parts["answer"],
            thread_id=None,
            post_id=None,
            member_id=case.author_id,
            after={"outcome": appeal.outcome.value},
        )


def _of_verdict(case: CasePlan, verdict: Verdict, sanction: SanctionPlan | None, act: ActPlan) -> ActPlan:
    """A newcomer who was let in is not shut out again by a button; nobody is told that nothing was done."""
    approved = case.told.head.origin is CaseOrigin.NEWCOMER and verdict.decision is Decision.NO_ACTION
    kind = OF_POSTS.get(verdict.decision, act.kind) if act.thread_id else act.kind
    was = PostState.HIDDEN if case.told.auto_hidden else PostState.PUBLIC
    undo = None if approved else _undo(case, was, STATES.get(verdict.decision))
    if undo and sanction and sanction.kind is SanctionKind.SILENCE:
        undo["sanction"] = sanction.id
    reason = verdict.reason.value if verdict.reason else None
    return replace(
        act,
        kind=ActKind.POST_APPROVED if approved else kind,
        actor_id=case.members[verdict.by],
        at=case.ago(verdict.days_ago),
        reason=case.told.parts.get("words", ""),
        member_id=case.author_id if approved or verdict.decision is not Decision.NO_ACTION else None,
        after={"decision": verdict.decision.value, "reason": reason},
        undo=undo,
    )


def _undo(case: CasePlan, was: PostState, now: PostState | None) -> dict[str, object]:
    if now is None or case.post is None:
        return {"case": case.id}
    return {"case": case.id, "was": {str(case.post.id): was.value}, "now": now.value}


def _of_sanction(sanction: SanctionPlan) -> Iterator[ActPlan]:
    given: dict[str, object] = {"sanction": sanction.id}
    group_id = sanction.group.id if sanction.group else None
    until = sanction.until.isoformat() if sanction.until else None
    yield ActPlan(
        kind=GIVEN[sanction.kind],
        actor_id=sanction.given_by,
        at=sanction.at,
        reason=sanction.reason,
        group_id=group_id,
        member_id=sanction.case.author_id,
        case_id=sanction.case.id,
        after=given | {"until": until},
        undo=given,
    )
    if sanction.confirmed_by:
        yield ActPlan(
            kind=ActKind.SUSPENSION_CONFIRMED,
            actor_id=sanction.confirmed_by,
            at=sanction.at + CONFIRMED_AFTER,
            reason=sanction.reason,
            group_id=group_id,
            member_id=sanction.case.author_id,
            after=given,
        )
