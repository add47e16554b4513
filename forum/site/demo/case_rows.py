"""The moderators' work as records for COPY, table by table; a table's columns stand first."""
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from forum.moderation.acts import About, subject_of
from forum.moderation.models import ActKind
from forum.site.demo.plan import Community

Rows = Iterator[tuple[Any, ...]]
GLASS: Final = timedelta(hours=1)

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "cases": (
        "id", "group_id", "origin", "post_id", "thread_id", "member_id", "initiative_id", "author_id", "weight",
        "auto_hidden", "claimed_by_id", "claimed_until", "decision", "reason", "words", "decided_by_id", "decided_at",
        "reminded_at", "version", "created_at",
    ),
    "flags": ("case_id", "member_id", "reason", "note", "created_at"),
    "appeals": ("case_id", "text", "outcome", "answer", "decided_by_id", "decided_at", "created_at"),
    "sanctions": (
        "id", "member_id", "group_id", "kind", "reason", "until", "case_id", "given_by_id", "needs_confirmation",
        "confirmed_by_id", "created_at",
    ),
    "acts": (
        "id", "kind", "actor_id", "group_id", "other_group_id", "thread_id", "post_id", "member_id", "case_id",
        "reason", "undo", "created_at",
    ),
    "audit_entries": ("actor_id", "action", "subject", "subject_id", "group_id", "reason", "after", "created_at"),
    "glass_openings": ("group_id", "member_id", "reason", "until", "created_at"),
}  # fmt: skip


def cases(community: Community) -> Rows:
    for plan in community.justice.cases:
        claim, verdict = plan.told.head.claim, plan.told.head.verdict
        yield (
            plan.id,
            plan.group.id if plan.group else None,
            plan.told.head.origin.value,
            plan.post.id if plan.post else None,
            plan.thread.id if plan.thread else None,
            plan.member_id,
            plan.initiative.id if plan.initiative else None,
            plan.author_id,
            len(plan.told.head.flag),
            plan.told.auto_hidden,
            plan.members[claim.by] if claim else None,
            plan.claimed_until,
            verdict.decision.value if verdict else None,
            verdict.reason.value if verdict and verdict.reason else None,
            plan.told.parts.get("words", ""),
            plan.members[verdict.by] if verdict else None,
            plan.decided_at,
            plan.reminded_at,
            plan.version,
            plan.created_at,
        )


def flags(community: Community) -> Rows:
    for plan in community.justice.cases:
        for flag, member, at in plan.flags():
            yield plan.id, member, flag.reason.value, flag.note, at


def appeals(community: Community) -> Rows:
    for plan in community.justice.cases:
        if appeal := plan.told.head.appeal:
            yield (
                plan.id,
                plan.told.parts["appeal"],
                appeal.outcome.value if appeal.outcome else None,
                plan.told.parts.get("answer", ""),
                plan.members[appeal.by] if appeal.by else None,
                plan.ago(appeal.decided_days_ago) if appeal.outcome else None,
                plan.ago(appeal.days_ago),
            )


def sanctions(community: Community) -> Rows:
    for plan in community.justice.sanctions:
        yield (
            plan.id,
            plan.case.author_id,
            plan.group.id if plan.group else None,
            plan.kind.value,
            plan.reason,
            plan.until,
            plan.case.id,
            plan.given_by,
            plan.needs_confirmation,
            plan.confirmed_by,
            plan.at,
        )


def acts(community: Community) -> Rows:
    for number, act in community.ledger():
        yield (
            number,
            act.kind.value,
            act.actor_id,
            act.group_id,
            act.other_group_id,
            act.thread_id,
            act.post_id,
            act.member_id,
            act.case_id,
            act.reason,
            json.dumps(act.undo) if act.undo else None,
            act.at,
        )


def audit_entries(community: Community) -> Rows:
    for number, act in community.ledger():
        about = About(
            thread_id=act.thread_id,
            post_id=act.post_id,
            member_id=act.member_id,
            case_id=act.case_id,
            group_id=act.group_id,
        )
        subject, subject_id = subject_of(act.kind, about)
        after = json.dumps({**act.after, "act": number})
        yield act.actor_id, act.kind.value, subject, subject_id, act.group_id, act.reason, after, act.at


def glass_openings(community: Community) -> Rows:
    for _, act in community.ledger():
        if act.kind is ActKind.GLASS_OPENED:
            yield act.group_id, act.actor_id, act.reason, act.at + GLASS, act.at
