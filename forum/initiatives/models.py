"""Initiatives: what members undertake together, from a draft to a record."""
from datetime import date
from enum import StrEnum

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from forum.groups.models import Group
from forum.members.models import Member
from forum.threads.models import Post, Thread


class Stage(StrEnum):
    """Where an initiative stands; ``forum/initiatives/stages.py`` says what leads where."""

    DRAFT = "draft"
    GATHERING = "gathering"
    ACTIVE = "active"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    DECLINED = "declined"


class LeadRole(StrEnum):
    LEAD = "lead"
    CO_LEAD = "co_lead"


class LeadState(StrEnum):
    """``LEFT``: stepped down, left the group, or may not come in any more."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LEFT = "left"


class AnswerKind(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"
    NEEDS_WORK = "needs_work"


class StepKind(StrEnum):
    MILESTONE = "milestone"
    TASK = "task"


class Initiative(Model):
    """``goal`` and ``gathering_ends_at`` are frozen at the launch; ``cosponsor_count`` is a cache of ``cosponsors``.

    ``reached_at`` stays once the goal was reached. ``answer_due_at`` is set while the facilitators owe an answer.
    ``thread_id``: its discussion, from the launch on, and no other's; a draft's is the thread that it was made from.
    ``consent_asked_at``, ``consented_at``: of that thread's author, when it is another member's. ``leaderless_since``:
    nobody leads it any more. ``reminded_at``: its people were told that its days end soon, or its facilitators that
    they owe an answer.
    """

    id = fields.BigIntField(primary_key=True)
    group: fields.ForeignKeyRelation[Group] = fields.ForeignKeyField(
        "forum.Group", related_name="initiatives", on_delete=fields.RESTRICT
    )
    group_id: int
    created_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="drafted_initiatives", on_delete=fields.RESTRICT
    )
    created_by_id: int
    title = fields.CharField(max_length=200)
    slug = fields.CharField(max_length=80)
    aim = fields.TextField()
    aim_html = fields.TextField()
    why = fields.TextField()
    why_html = fields.TextField()
    ask = fields.TextField()
    ask_html = fields.TextField()
    renderer = fields.IntField()
    languages: fields.Field[list[str]] = ArrayField(element_type="text", db_default=[])
    stage = fields.CharEnumField(Stage, max_length=10, db_default=Stage.DRAFT.value)
    goal = fields.IntField(null=True)
    gathering_ends_at = fields.DatetimeField(null=True)
    cosponsor_count = fields.IntField(db_default=0)
    thread: fields.ForeignKeyNullableRelation[Thread] = fields.ForeignKeyField(
        "forum.Thread", related_name="initiatives", null=True, on_delete=fields.RESTRICT
    )
    thread_id: int | None
    consent_asked_at = fields.DatetimeField(null=True)
    consented_at = fields.DatetimeField(null=True)
    space: fields.OneToOneNullableRelation[Group] = fields.OneToOneField(
        "forum.Group", related_name="working_space_of", null=True, on_delete=fields.RESTRICT
    )
    space_id: int | None
    launched_at = fields.DatetimeField(null=True)
    reached_at = fields.DatetimeField(null=True)
    answer_due_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    leaderless_since = fields.DatetimeField(null=True)
    reminded_at = fields.DatetimeField(null=True)
    version = fields.IntField(db_default=1)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "initiatives"


class InitiativeRevision(Model):
    """The text of an initiative as it stood at one version."""

    id = fields.BigIntField(primary_key=True)
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField(
        "forum.Initiative", related_name="revisions"
    )
    initiative_id: int
    version = fields.IntField()
    title = fields.CharField(max_length=200)
    aim = fields.TextField()
    why = fields.TextField()
    ask = fields.TextField()
    edited_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="edited_initiatives", on_delete=fields.RESTRICT
    )
    edited_by_id: int
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "initiative_revisions"
        unique_together = (("initiative", "version"),)


class Lead(Model):
    """Who leads an initiative, or was asked to; there is one accepted ``lead`` at most."""

    id = fields.BigIntField(primary_key=True)
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField("forum.Initiative", related_name="leads")
    initiative_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="leads", on_delete=fields.RESTRICT
    )
    member_id: int
    role = fields.CharEnumField(LeadRole, max_length=8)
    state = fields.CharEnumField(LeadState, max_length=8)
    asked_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="asked_leads", null=True
    )
    asked_by_id: int | None
    created_at = fields.DatetimeField(db_default=Now())
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "initiative_leads"
        unique_together = (("initiative", "member"),)


class CoSponsor(Model):
    id = fields.BigIntField(primary_key=True)
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField(
        "forum.Initiative", related_name="cosponsors"
    )
    initiative_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="cosponsorships", on_delete=fields.RESTRICT
    )
    member_id: int
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "cosponsors"
        unique_together = (("initiative", "member"),)


class StageChange(Model):
    """One line of an initiative's history; ``actor`` null: time did it."""

    id = fields.BigIntField(primary_key=True)
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField(
        "forum.Initiative", related_name="history"
    )
    initiative_id: int
    was = fields.CharEnumField(Stage, max_length=10)
    stage = fields.CharEnumField(Stage, max_length=10)
    actor: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="stage_changes", null=True, on_delete=fields.RESTRICT
    )
    actor_id: int | None
    reason = fields.TextField(db_default="")
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "stage_changes"


class OfficialAnswer(Model):
    """What the group's facilitators said; the newest holds."""

    id = fields.BigIntField(primary_key=True)
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField(
        "forum.Initiative", related_name="answers"
    )
    initiative_id: int
    kind = fields.CharEnumField(AnswerKind, max_length=10)
    body = fields.TextField()
    html = fields.TextField()
    renderer = fields.IntField()
    answered_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="official_answers", on_delete=fields.RESTRICT
    )
    answered_by_id: int
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "official_answers"


class Step(Model):
    """A milestone, or a task taken from a post; ``owner`` is a member of the group who said yes to nothing else."""

    id = fields.BigIntField(primary_key=True)
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField("forum.Initiative", related_name="steps")
    initiative_id: int
    kind = fields.CharEnumField(StepKind, max_length=10)
    title = fields.CharField(max_length=200)
    due_on: fields.Field[date | None] = fields.DateField(null=True)
    owner: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="owned_steps", null=True, on_delete=fields.RESTRICT
    )
    owner_id: int | None
    post: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "forum.Post", related_name="tasks", null=True
    )
    post_id: int | None
    done_at = fields.DatetimeField(null=True)
    done_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="done_steps", null=True, on_delete=fields.RESTRICT
    )
    done_by_id: int | None
    version = fields.IntField(db_default=1)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "initiative_steps"


class ClosingReport(Model):
    """What was achieved: a text, ``numbers`` as ``[{"what": …, "value": …}]``, ``links`` as ``[{"title", "url"}]``.

    The newest holds; the earlier ones are of the times that the initiative was completed before.
    """

    id = fields.BigIntField(primary_key=True)
    initiative: fields.ForeignKeyRelation[Initiative] = fields.ForeignKeyField(
        "forum.Initiative", related_name="reports"
    )
    initiative_id: int
    body = fields.TextField()
    html = fields.TextField()
    renderer = fields.IntField()
    numbers = fields.JSONField[list[dict[str, str]]](db_default=[])
    links = fields.JSONField[list[dict[str, str]]](db_default=[])
    written_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="closing_reports", on_delete=fields.RESTRICT
    )
    written_by_id: int
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "closing_reports"
