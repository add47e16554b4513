"""The initiatives as records for COPY, table by table; a table's columns stand first."""
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from forum.initiatives.models import StepKind
from forum.kit.markdown import RENDERER_VERSION, render
from forum.kit.text import slugify
from forum.site.demo.initiative_files import GOAL
from forum.site.demo.launching import InitiativePlan
from forum.site.demo.plan import Community

Rows = Iterator[tuple[Any, ...]]

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "initiatives": (
        "id", "group_id", "created_by_id", "title", "slug", "aim", "aim_html", "why", "why_html", "ask", "ask_html",
        "renderer", "languages", "stage", "goal", "gathering_ends_at", "cosponsor_count", "thread_id", "space_id",
        "launched_at", "reached_at", "answer_due_at", "ended_at", "reminded_at",
        "version", "created_at",
    ),
    "initiative_leads": ("initiative_id", "member_id", "role", "state", "asked_by_id", "created_at", "answered_at"),
    "cosponsors": ("initiative_id", "member_id", "created_at"),
    "stage_changes": ("initiative_id", "was", "stage", "actor_id", "reason", "created_at"),
    "official_answers": ("initiative_id", "kind", "body", "html", "renderer", "answered_by_id", "created_at"),
    "initiative_steps": (
        "initiative_id", "kind", "title", "due_on", "owner_id", "post_id", "done_at", "done_by_id", "version",
        "created_at",
    ),
    "closing_reports": (
        "initiative_id", "body", "html", "renderer", "numbers", "links", "written_by_id", "created_at",
    ),
}  # fmt: skip


def initiatives(community: Community) -> Rows:
    for plan in community.initiatives:
        head, parts = plan.told.head, plan.told.parts
        texts = (cell for name in ("aim", "why", "ask") for cell in (parts[name], _html(plan, name)))
        yield (
            plan.id,
            plan.group.id,
            plan.lead_id,
            head.title,
            slugify(head.title),
            *texts,
            RENDERER_VERSION,
            head.languages,
            plan.stage.value,
            GOAL if plan.launched_at else None,
            plan.gathering_ends_at,
            len(plan.supporters),
            plan.thread.id if plan.thread else None,
            plan.space.id if plan.space else None,
            plan.launched_at,
            plan.reached_at,
            plan.answer_due_at,
            plan.ago(head.closed),
            plan.reminded_at,
            1 + len(plan.history),
            plan.created_at,
        )


def initiative_leads(community: Community) -> Rows:
    for plan in community.initiatives:
        for number, lead in enumerate(plan.leads):
            asked_by = plan.lead_id if number else None
            yield plan.id, lead.member_id, lead.role.value, lead.state.value, asked_by, lead.at, lead.answered


def cosponsors(community: Community) -> Rows:
    for plan in community.initiatives:
        for member, at in plan.supporters:
            yield plan.id, member, at


def stage_changes(community: Community) -> Rows:
    for plan in community.initiatives:
        for line in plan.history:
            yield plan.id, line.was.value, line.stage.value, line.actor, line.reason, line.at


def official_answers(community: Community) -> Rows:
    for plan in community.initiatives:
        for answer in plan.told.head.answer:
            body, html = plan.told.parts["answer"], _html(plan, "answer")
            by = plan.members[answer.by]
            yield plan.id, answer.verdict.value, body, html, RENDERER_VERSION, by, plan.at(answer.days_ago)


def initiative_steps(community: Community) -> Rows:
    for plan in community.initiatives:
        begun = plan.launched_at or plan.created_at
        posts = {post.origin: post for post in plan.thread.posts} if plan.thread else {}
        for kind, steps in ((StepKind.MILESTONE, plan.told.head.milestone), (StepKind.TASK, plan.told.head.task)):
            for step in steps:
                post = posts[plan.told.key, step.post] if step.post else None
                owner = plan.members[step.owner] if step.owner else None
                done_at = plan.ago(step.done)
                yield (
                    plan.id,
                    kind.value,
                    step.title,
                    plan.on(step.due) if step.due is not None else None,
                    owner,
                    post.id if post else None,
                    done_at,
                    (owner or plan.lead_id) if done_at else None,
                    2 if done_at else 1,
                    post.at + timedelta(hours=1) if post else begun,
                )


def closing_reports(community: Community) -> Rows:
    for plan in community.initiatives:
        report, closed = plan.told.head.report, plan.ago(plan.told.head.closed)
        if report and closed:
            yield (
                plan.id,
                plan.told.parts["report"],
                _html(plan, "report"),
                RENDERER_VERSION,
                json.dumps([{"what": what, "value": value} for what, value in report.numbers]),
                json.dumps([{"title": title, "url": url} for title, url in report.links]),
                plan.lead_id,
                closed,
            )


def _html(plan: InitiativePlan, part: str) -> str:
    """Rendered; the anchors of its footnotes are its own, for several texts share a page."""
    return render(plan.told.parts[part], anchor=f"i{plan.id}{part}").html
