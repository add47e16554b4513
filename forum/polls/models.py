"""Polls: how members of a group decide together, inside a thread."""
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.fields.db_defaults import Now, SqlDefault
from tortoise.models import Model

from forum.members.models import Member
from forum.threads.models import Post


class PollKind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    PROPOSAL = "proposal"
    SCORE = "score"
    RANKED = "ranked"
    TIME = "time"


class Method(StrEnum):
    """How a ranked poll is counted (``forum/polls/README.md``, Methods)."""

    SCHULZE = "schulze"
    INSTANT_RUNOFF = "instant_runoff"


class Results(StrEnum):
    """When they are shown, to whoever may read the poll."""

    ALWAYS = "always"
    AFTER_VOTING = "after_voting"
    AFTER_CLOSING = "after_closing"


class Stance(StrEnum):
    """The four options of a proposal."""

    AGREE = "agree"
    ABSTAIN = "abstain"
    DISAGREE = "disagree"
    BLOCK = "block"


class Poll(Model):
    """As visible as the post that introduces it. ``result`` is the tally, frozen when it closes.

    ``quorum``: least number of voters; ``share``: percent needed to carry; either may be absent. ``anonymous`` can
    never be lifted and ``results = after_closing`` never loosened: the database refuses.
    """

    id = fields.BigIntField(primary_key=True)
    post: fields.OneToOneRelation[Post] = fields.OneToOneField("forum.Post", related_name="poll")
    post_id: int
    author: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="polls", on_delete=fields.RESTRICT
    )
    author_id: int
    question = fields.CharField(max_length=200)
    kind = fields.CharEnumField(PollKind, max_length=10)
    method = fields.CharEnumField(Method, max_length=16, null=True)
    anonymous = fields.BooleanField(db_default=False)
    results = fields.CharEnumField(Results, max_length=14, db_default=Results.ALWAYS.value)
    most_choices = fields.IntField(null=True)
    score_max = fields.IntField(null=True)
    block_needs_reason = fields.BooleanField(db_default=False)
    time_zone = fields.CharField(max_length=64, null=True)
    quorum = fields.IntField(null=True)
    share = fields.IntField(null=True)
    opens_at = fields.DatetimeField(db_default=Now())
    closes_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)
    result = fields.JSONField[Any](null=True)
    outcome = fields.TextField(db_default="")
    outcome_html = fields.TextField(db_default="")
    outcome_renderer = fields.IntField(null=True)
    outcome_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="written_outcomes", null=True, on_delete=fields.RESTRICT
    )
    outcome_by_id: int | None
    outcome_at = fields.DatetimeField(null=True)
    review_on: fields.Field[date | None] = fields.DateField(null=True)
    version = fields.IntField(db_default=1)
    reminded_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "polls"


class PollOption(Model):
    """``text`` is empty for a stance (its ``stance``) and for a moment (its ``starts_at`` to ``ends_at``)."""

    id = fields.BigIntField(primary_key=True)
    poll: fields.ForeignKeyRelation[Poll] = fields.ForeignKeyField("forum.Poll", related_name="options")
    poll_id: int
    position = fields.IntField()
    text = fields.CharField(max_length=200, db_default="")
    stance = fields.CharEnumField(Stance, max_length=10, null=True)
    starts_at = fields.DatetimeField(null=True)
    ends_at = fields.DatetimeField(null=True)

    class Meta:
        table = "poll_options"
        unique_together = (("poll", "position"),)


class Ballot(Model):
    """One vote: ``marks`` maps option ids to whole numbers. An anonymous one has no member and no time.

    Its random id is its only mark, and at closing all of a poll are written anew in random order, so that neither the
    rows' order nor their transactions tell who cast which.
    """

    id: fields.Field[UUID] = fields.UUIDField(primary_key=True, db_default=SqlDefault("gen_random_uuid()"))
    poll: fields.ForeignKeyRelation[Poll] = fields.ForeignKeyField("forum.Poll", related_name="ballots")
    poll_id: int
    anonymous = fields.BooleanField()
    member: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="ballots", null=True, on_delete=fields.RESTRICT
    )
    member_id: int | None
    marks = fields.JSONField[dict[str, int]]()
    reason = fields.TextField(db_default="")
    cast_at = fields.DatetimeField(null=True)

    class Meta:
        table = "ballots"
        unique_together = (("poll", "member"),)


class Voter(Model):
    """Who has voted in a poll; never how, and never when."""

    id = fields.BigIntField(primary_key=True)
    poll: fields.ForeignKeyRelation[Poll] = fields.ForeignKeyField("forum.Poll", related_name="voters")
    poll_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="votes", on_delete=fields.RESTRICT
    )
    member_id: int

    class Meta:
        table = "voters"
        unique_together = (("poll", "member"),)
