"""The polls as records for COPY, table by table; a table's columns stand first."""
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import msgspec

from forum.kit.markdown import RENDERER_VERSION, render
from forum.site.demo.plan import Community

Rows = Iterator[tuple[Any, ...]]
_TERMS: Final = ("method", "anonymous", "results", "most_choices", "score_max", "block_needs_reason", "time_zone")

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "polls": (
        "id", "post_id", "author_id", "question", "kind", *_TERMS, "quorum", "share", "opens_at", "closes_at",
        "closed_at", "reminded_at", "result", "outcome", "outcome_html", "outcome_renderer", "outcome_by_id",
        "outcome_at", "review_on", "version", "created_at",
    ),
    "poll_options": ("id", "poll_id", "position", "text", "stance", "starts_at", "ends_at"),
    "ballots": ("poll_id", "anonymous", "member_id", "marks", "reason", "cast_at"),
    "voters": ("poll_id", "member_id"),
}  # fmt: skip


def polls(community: Community) -> Rows:
    ids = {member.username: member.id for member in community.members}
    for plan in community.polls:
        head = plan.asked.head
        said: tuple[Any, ...] = (None, None, None, None)
        if head.outcome:
            review = (community.now + timedelta(days=head.outcome.review)).date()
            written = community.now - timedelta(days=head.outcome.days_ago)
            said = (RENDERER_VERSION, ids[head.outcome.by], written, review)
        yield (
            plan.id,
            plan.post.id,
            plan.post.author_id,
            head.question,
            head.kind.value,
            *(getattr(head, name) for name in _TERMS),
            head.quorum,
            head.share,
            plan.opens_at,
            plan.closes_at,
            plan.closed_at,
            plan.reminded_at,
            msgspec.json.encode(plan.result).decode() if plan.result else None,
            plan.asked.outcome,
            render(plan.asked.outcome, anchor=f"o{plan.id}").html,
            *said,
            1,
            plan.post.at,
        )


def poll_options(community: Community) -> Rows:
    for plan in community.polls:
        for option in plan.options:
            yield (
                option.id,
                plan.id,
                option.position,
                option.text,
                option.stance,
                option.starts_at,
                option.ends_at,
            )


def ballots(community: Community) -> Rows:
    for plan in community.polls:
        for ballot in plan.ballots:
            marks = json.dumps({str(option): mark for option, mark in ballot.marks.items()})
            yield plan.id, plan.asked.head.anonymous, ballot.member_id, marks, ballot.reason, ballot.at


def voters(community: Community) -> Rows:
    for plan in community.polls:
        for member in plan.voters:
            yield plan.id, member
