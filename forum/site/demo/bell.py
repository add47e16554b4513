"""What the faces were told of initiatives, polls and cases, by the rules of ``forum/notifications``."""
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from forum.initiatives.models import LeadState, Stage
from forum.moderation.models import ActKind
from forum.notifications.jobs.moderation import NOT_TOLD
from forum.notifications.models import NoticeKind
from forum.site.demo.cast import FACES
from forum.site.demo.judging import CasePlan
from forum.site.demo.launching import InitiativePlan
from forum.site.demo.plan import Community, NoticePlan
from forum.site.demo.voting import PollPlan
from forum.threads.models import PostKind

# What is older, they have seen.
FRESH: Final = timedelta(days=14)


def notices(community: Community) -> Iterator[NoticePlan]:
    """Everything, for the faces alone: nobody else will look."""
    faces = {community.member(face.username).id for face in FACES}
    for plan in community.initiatives:
        for member, kind, cause, actor, at in _of_initiative(plan):
            if member in faces and member != actor:
                yield NoticePlan(
                    member_id=member,
                    cause=f"initiative:{plan.id}:{cause}",
                    kind=kind,
                    actor_id=actor,
                    group_id=plan.group.id,
                    thread_id=None,
                    post_id=None,
                    initiative_id=plan.id,
                    read_at=_seen(community, at),
                    created_at=at,
                )
        yield from _updates(community, plan, faces)
    for poll in community.polls:
        yield from _of_poll(community, poll, faces)
    yield from _of_cases(community, faces)
    yield from _of_acts(community, faces)


Told = tuple[int, NoticeKind, str, int | None, datetime]


def _of_initiative(plan: InitiativePlan) -> Iterator[Told]:
    """(member, kind, cause, actor, when)."""
    leads = [lead.member_id for lead in plan.leads if lead.state is LeadState.ACCEPTED]
    for lead in plan.leads:
        if lead.state is LeadState.ASKED:
            cause = f"asked:{int(lead.at.timestamp())}"
            yield lead.member_id, NoticeKind.CO_LEAD_ASKED, cause, plan.lead_id, lead.at
    for line in plan.history:
        kind, cause = {
            Stage.ACTIVE: (NoticeKind.GOAL_REACHED, "goal"),
            Stage.LAPSED: (NoticeKind.LAPSED, f"lapsed:{int(line.at.timestamp())}"),
            Stage.WITHDRAWN: (NoticeKind.ENDED, f"ended:{int(line.at.timestamp())}"),
            Stage.COMPLETED: (NoticeKind.ENDED, f"ended:{int(line.at.timestamp())}"),
        }.get(line.stage, (None, ""))
        actor = None if line.stage is Stage.ACTIVE else line.actor
        if kind:
            for member in {*leads, *_supporters(plan, line.at), *plan.group.facilitators}:
                yield member, kind, cause, actor, line.at
    if plan.reminded_at and plan.gathering_ends_at and plan.stage is Stage.GATHERING:
        cause = f"ending:{int(plan.gathering_ends_at.timestamp())}"
        for member in (*leads, *_supporters(plan, plan.reminded_at)):
            yield member, NoticeKind.ENDING_SOON, cause, None, plan.reminded_at
    elif plan.reminded_at and plan.answer_due_at:
        for member in plan.group.facilitators:
            cause = f"overdue:{int(plan.answer_due_at.timestamp())}"
            yield member, NoticeKind.ANSWER_OVERDUE, cause, None, plan.reminded_at


def _supporters(plan: InitiativePlan, at: datetime) -> list[int]:
    return [member for member, since in plan.supporters if since <= at]


def _updates(community: Community, plan: InitiativePlan, faces: set[int]) -> Iterator[NoticePlan]:
    """An update reaches those who support it by then."""
    for post in plan.thread.posts if plan.thread else ():
        if post.kind is not PostKind.UPDATE:
            continue
        for member in faces.intersection(_supporters(plan, post.at)):
            yield NoticePlan(
                member_id=member,
                cause=f"post:{post.id}",
                kind=NoticeKind.UPDATE,
                actor_id=post.author_id,
                group_id=plan.group.id,
                thread_id=plan.thread.id if plan.thread else None,
                post_id=post.id,
                initiative_id=plan.id,
                read_at=_seen(community, post.at),
                created_at=post.at,
            )


def _of_poll(community: Community, poll: PollPlan, faces: set[int]) -> Iterator[NoticePlan]:
    """That it closes, those who have not voted; its outcome, those who have."""
    told: list[tuple[set[int], NoticeKind, int | None, datetime]] = []
    if poll.reminded_at and not poll.closed_at:
        waiting = set(poll.thread.group.members) - set(poll.voters)
        told.append((waiting, NoticeKind.POLL_CLOSING, None, poll.reminded_at))
    if outcome := poll.asked.head.outcome:
        at = community.now - timedelta(days=outcome.days_ago)
        told.append((set(poll.voters), NoticeKind.OUTCOME, community.member(outcome.by).id, at))
    for members, kind, actor, at in told:
        for member in faces & members - {actor}:
            yield NoticePlan(
                member_id=member,
                cause=f"{kind.value}:{poll.id}",
                kind=kind,
                actor_id=actor,
                group_id=poll.thread.group.id,
                thread_id=poll.thread.id,
                post_id=poll.post.id,
                note=poll.asked.head.question,
                read_at=_seen(community, at),
                created_at=at,
            )


def _of_cases(community: Community, faces: set[int]) -> Iterator[NoticePlan]:
    """What waits, for those who may decide it."""
    staff = {member.id for member in community.members if member.staff}
    told: list[tuple[set[int], NoticeKind, str, CasePlan, datetime]] = []
    for case in community.justice.cases:
        keepers = case.group.facilitators if case.group else staff
        appeal, verdict = case.told.head.appeal, case.told.head.verdict
        if verdict is None:
            told.append((keepers, NoticeKind.REPORT, f"case:{case.id}", case, case.created_at))
        if verdict is None and case.reminded_at:
            told.append((keepers, NoticeKind.CASE_WAITING, f"case_waiting:{case.id}", case, case.reminded_at))
        if appeal and verdict and appeal.outcome is None:
            others = keepers - {case.members[verdict.by]} or staff
            told.append((others, NoticeKind.APPEALED, f"appeal:{case.id}", case, case.ago(appeal.days_ago)))
    for members, kind, cause, case, at in told:
        for member in faces & members - {case.author_id}:
            group_id = case.group.id if case.group else None
            yield NoticePlan(member, cause, kind, None, group_id, None, None, None, at, case_id=case.id)


def _of_acts(community: Community, faces: set[int]) -> Iterator[NoticePlan]:
    """What was done to them or to what they wrote; that their group was opened, its facilitators."""
    facilitators = {group.id: group.facilitators for group in community.groups.values()}
    authors = {thread.id: thread.first.author_id for thread in community.threads}
    for number, act in community.ledger():
        if act.kind is ActKind.GLASS_OPENED and act.group_id:
            told, kind, cause = facilitators[act.group_id], NoticeKind.GLASS, f"glass:{number}"
        elif act.kind not in NOT_TOLD:
            concerned = act.member_id or (authors[act.thread_id] if act.thread_id else 0)
            told, kind, cause = {concerned}, NoticeKind.ACTED, f"act:{number}"
        else:
            continue
        opened = kind is NoticeKind.GLASS
        for member in faces & told - {act.actor_id}:
            yield NoticePlan(
                member_id=member,
                cause=cause,
                kind=kind,
                actor_id=act.actor_id if opened else None,
                group_id=act.group_id,
                thread_id=act.thread_id,
                post_id=act.post_id,
                act_id=None if opened else number,
                note=act.reason if opened else "",
                read_at=_seen(community, act.at),
                created_at=act.at,
            )


def _seen(community: Community, at: datetime) -> datetime | None:
    return at + timedelta(hours=3) if community.now - at > FRESH else None
