"""Flags and cases, sanctions, appeals, and the acts of those who look after the place."""
from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from forum.groups.models import Group
from forum.initiatives.models import Initiative
from forum.members.models import Member
from forum.threads.models import Post, Thread


class FlagReason(StrEnum):
    """The short list that a flag chooses from, and that the transparency report counts by."""

    SPAM = "spam"
    OFFENSIVE = "offensive"
    OFF_TOPIC = "off_topic"
    PERSONAL_DATA = "personal_data"
    MISLEADING = "misleading"
    OTHER = "other"


class CaseOrigin(StrEnum):
    """Why a case was opened: members flagged it, a newcomer's post waits, or a machine would like it looked at."""

    FLAG = "flag"
    NEWCOMER = "newcomer"
    MACHINE = "machine"


class Decision(StrEnum):
    """What became of a case, on keys 1 to 5."""

    NO_ACTION = "no_action"
    NOTE = "note"
    HIDE = "hide"
    HIDE_AND_SILENCE = "hide_and_silence"
    REMOVE = "remove"


class AppealOutcome(StrEnum):
    UPHELD = "upheld"
    OVERTURNED = "overturned"


class SanctionKind(StrEnum):
    WARNING = "warning"
    SILENCE = "silence"
    SUSPENSION = "suspension"


class ActKind(StrEnum):
    """What those who look after the place do; the value is the action in the audit log as well."""

    @property
    def noun(self) -> str:
        return self.value.partition(".")[0]

    CASE_DECIDED = "case.decided"
    APPEAL_DECIDED = "appeal.decided"
    POST_APPROVED = "post.approved"
    POST_NOTED = "post.noted"
    POST_HIDDEN = "post.hidden"
    POST_RESTORED = "post.restored"
    POST_REMOVED = "post.removed"
    POST_PURGED = "post.purged"
    POST_EDITED = "post.edited_by_staff"
    DAY_REMOVED = "posts.day_removed"
    MEMBER_WARNED = "member.warned"
    MEMBER_SILENCED = "member.silenced"
    MEMBER_SUSPENDED = "member.suspended"
    SUSPENSION_CONFIRMED = "member.suspension_confirmed"
    SANCTION_LIFTED = "member.sanction_lifted"
    GLASS_OPENED = "glass.opened"
    SLOW_MODE_SET = "group.slow_mode_set"
    THREAD_PINNED = "thread.pinned"
    THREAD_UNPINNED = "thread.unpinned"
    THREAD_LOCKED = "thread.locked"
    THREAD_UNLOCKED = "thread.unlocked"
    THREAD_MOVED = "thread.moved"
    THREAD_MERGED = "thread.merged"
    THREAD_SPLIT = "thread.split"
    THREAD_LISTED = "thread.listed"
    THREAD_UNLISTED = "thread.unlisted"
    THREAD_TAGGED = "thread.tagged"
    THREAD_MARKED_DUPLICATE = "thread.marked_duplicate"
    THREAD_UNMARKED_DUPLICATE = "thread.unmarked_duplicate"
    THREAD_LANGUAGE_SET = "thread.language_set"
    WIKI_MADE = "post.wiki_made"
    WIKI_ENDED = "post.wiki_ended"
    EDITOR_NAMED = "group.editor_named"
    EDITOR_ENDED = "group.editor_ended"
    SUMMARY_REMOVED = "thread.summary_removed"


class Case(Model):
    """One thing to be looked at, with all its flags: a post, a thread, a profile or an initiative.

    At most one open case a target. ``group`` is where it lies; none: a profile, which is the site's. ``version``
    grows with each change, so that of two who decide at once one wins.
    """

    id = fields.BigIntField(primary_key=True)
    group: fields.ForeignKeyNullableRelation[Group] = fields.ForeignKeyField(
        "forum.Group", related_name="cases", null=True
    )
    group_id: int | None
    origin = fields.CharEnumField(CaseOrigin, max_length=10)
    post: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "forum.Post", related_name="cases", null=True
    )
    post_id: int | None
    thread: fields.ForeignKeyNullableRelation[Thread] = fields.ForeignKeyField(
        "forum.Thread", related_name="cases", null=True
    )
    thread_id: int | None
    member: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="cases", null=True
    )
    member_id: int | None
    initiative: fields.ForeignKeyNullableRelation[Initiative] = fields.ForeignKeyField(
        "forum.Initiative", related_name="cases", null=True
    )
    initiative_id: int | None
    author: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="cases_about", on_delete=fields.RESTRICT
    )
    author_id: int
    weight = fields.IntField(db_default=0)
    auto_hidden = fields.BooleanField(db_default=False)
    claimed_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="claimed_cases", null=True
    )
    claimed_by_id: int | None
    claimed_until = fields.DatetimeField(null=True)
    decision = fields.CharEnumField(Decision, max_length=16, null=True)
    reason = fields.CharEnumField(FlagReason, max_length=14, null=True)
    words = fields.TextField(db_default="")
    decided_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="decided_cases", null=True
    )
    decided_by_id: int | None
    decided_at = fields.DatetimeField(null=True)
    reminded_at = fields.DatetimeField(null=True)
    version = fields.IntField(db_default=1)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "cases"


class Flag(Model):
    """One member's word on a case; a second one by the same member replaces the first."""

    id = fields.BigIntField(primary_key=True)
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField("forum.Case", related_name="flags")
    case_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="flags")
    member_id: int
    reason = fields.CharEnumField(FlagReason, max_length=14)
    note = fields.TextField(db_default="")
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "flags"
        unique_together = (("case", "member"),)


class Appeal(Model):
    """The author asks that another person looks at what was decided; once a case."""

    id = fields.BigIntField(primary_key=True)
    case: fields.OneToOneRelation[Case] = fields.OneToOneField("forum.Case", related_name="appeal")
    case_id: int
    text = fields.TextField()
    outcome = fields.CharEnumField(AppealOutcome, max_length=10, null=True)
    answer = fields.TextField(db_default="")
    decided_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="decided_appeals", null=True
    )
    decided_by_id: int | None
    decided_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "appeals"


class Sanction(Model):
    """A warning, a silence or a suspension, in one group or (``group`` none) on the whole site.

    ``until`` none: without an end. A suspension of more than seven days holds for seven until a second person has
    confirmed it (``confirmed_by``); ``needs_confirmation`` says that it does. This table is the truth; members and
    memberships repeat what of it holds now.
    """

    id = fields.BigIntField(primary_key=True)
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="sanctions")
    member_id: int
    group: fields.ForeignKeyNullableRelation[Group] = fields.ForeignKeyField(
        "forum.Group", related_name="sanctions", null=True
    )
    group_id: int | None
    kind = fields.CharEnumField(SanctionKind, max_length=10)
    reason = fields.TextField()
    until = fields.DatetimeField(null=True)
    case: fields.ForeignKeyNullableRelation[Case] = fields.ForeignKeyField(
        "forum.Case", related_name="sanctions", null=True
    )
    case_id: int | None
    given_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="given_sanctions", on_delete=fields.RESTRICT
    )
    given_by_id: int
    needs_confirmation = fields.BooleanField(db_default=False)
    confirmed_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="confirmed_sanctions", null=True
    )
    confirmed_by_id: int | None
    lifted_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="lifted_sanctions", null=True
    )
    lifted_by_id: int | None
    lifted_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "sanctions"


class Act(Model):
    """What somebody who looks after the place did, why, and (``undo``) how it is taken back within a day.

    It is what a group's public log shows and what the people concerned are told. ``group`` is where it was done,
    ``other_group`` where it led to. ``undo`` none: it cannot be undone.
    """

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharEnumField(ActKind, max_length=40)
    actor: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="acts", null=True, on_delete=fields.RESTRICT
    )
    actor_id: int | None
    group: fields.ForeignKeyNullableRelation[Group] = fields.ForeignKeyField(
        "forum.Group", related_name="acts", null=True
    )
    group_id: int | None
    other_group: fields.ForeignKeyNullableRelation[Group] = fields.ForeignKeyField(
        "forum.Group", related_name="other_acts", null=True
    )
    other_group_id: int | None
    thread: fields.ForeignKeyNullableRelation[Thread] = fields.ForeignKeyField(
        "forum.Thread", related_name="acts", null=True
    )
    thread_id: int | None
    post: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "forum.Post", related_name="acts", null=True
    )
    post_id: int | None
    member: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="acts_about", null=True
    )
    member_id: int | None
    case: fields.ForeignKeyNullableRelation[Case] = fields.ForeignKeyField(
        "forum.Case", related_name="acts", null=True
    )
    case_id: int | None
    reason = fields.TextField(db_default="")
    undo = fields.JSONField[dict[str, Any]](null=True)
    undone_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="undone_acts", null=True
    )
    undone_by_id: int | None
    undone_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "acts"


class GlassOpening(Model):
    """Site staff opened a group that is not theirs (break-glass), for an hour, with a reason its facilitators read."""

    id = fields.BigIntField(primary_key=True)
    group: fields.ForeignKeyRelation[Group] = fields.ForeignKeyField("forum.Group", related_name="glass_openings")
    group_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="glass_openings")
    member_id: int
    reason = fields.TextField()
    until = fields.DatetimeField()
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "glass_openings"
