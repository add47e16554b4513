"""What a member is told inside the forum."""
from enum import StrEnum

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from forum.groups.models import Group
from forum.initiatives.models import Initiative
from forum.members.models import Member
from forum.moderation.models import Act, Case
from forum.threads.models import Post, Thread


class NoticeKind(StrEnum):
    REPLY = "reply"
    MENTION = "mention"
    FOLLOWED = "followed"
    ACCEPTED = "accepted"
    INVITATION = "invitation"
    REQUEST = "request"
    APPROVED = "approved"
    REFUSED = "refused"
    REPORT = "report"
    ORPHANED_GROUP = "orphaned_group"
    ROSTER_STOPPED = "roster_stopped"
    CO_LEAD_ASKED = "co_lead_asked"
    CONSENT_ASKED = "consent_asked"
    ONE_THIRD = "one_third"
    TWO_THIRDS = "two_thirds"
    GOAL_REACHED = "goal_reached"
    ENDING_SOON = "ending_soon"
    LAPSED = "lapsed"
    ANSWERED = "answered"
    ANSWER_OVERDUE = "answer_overdue"
    REVISED = "revised"
    UPDATE = "update"
    LEAD_CHANGED = "lead_changed"
    LEAD_DECLINED = "lead_declined"
    LEAD_LEFT = "lead_left"
    LEADERLESS = "leaderless"
    ENDED = "ended"
    POLL_CLOSING = "poll_closing"
    POLL_CLOSED = "poll_closed"
    OUTCOME = "outcome"
    WIDENED = "widened"
    CASE_WAITING = "case_waiting"
    LOOKED = "looked"
    APPEALED = "appealed"
    CONFIRMATION = "confirmation"
    ACTED = "acted"
    UNDONE = "undone"
    GLASS = "glass"


class Notice(Model):
    """One row per member and cause, however many reasons there were to tell them.

    ``case`` is for those who look after the place; ``act`` is what concerned the member, with its reason.
    """

    id = fields.BigIntField(primary_key=True)
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="notices")
    member_id: int
    cause = fields.CharField(max_length=80)
    kind = fields.CharEnumField(NoticeKind, max_length=16)
    actor: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="caused_notices", null=True
    )
    actor_id: int | None
    group: fields.ForeignKeyNullableRelation[Group] = fields.ForeignKeyField(
        "forum.Group", related_name="notices", null=True
    )
    group_id: int | None
    thread: fields.ForeignKeyNullableRelation[Thread] = fields.ForeignKeyField(
        "forum.Thread", related_name="notices", null=True
    )
    thread_id: int | None
    post: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "forum.Post", related_name="notices", null=True
    )
    post_id: int | None
    initiative: fields.ForeignKeyNullableRelation[Initiative] = fields.ForeignKeyField(
        "forum.Initiative", related_name="notices", null=True
    )
    initiative_id: int | None
    case: fields.ForeignKeyNullableRelation[Case] = fields.ForeignKeyField(
        "forum.Case", related_name="notices", null=True
    )
    case_id: int | None
    act: fields.ForeignKeyNullableRelation[Act] = fields.ForeignKeyField(
        "forum.Act", related_name="notices", null=True
    )
    act_id: int | None
    note = fields.TextField(db_default="")
    read_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "notices"
        unique_together = (("member", "cause"),)
