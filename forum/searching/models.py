"""Searches that members keep, and what many people look for."""
from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from forum.members.models import Member


class SavedSearch(Model):
    """``seen_position`` is how far its owner has read; ``feed_version`` goes into the key of its feed's address."""

    id = fields.BigIntField(primary_key=True)
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="saved_searches")
    member_id: int
    name = fields.CharField(max_length=80)
    q = fields.TextField()
    seen_position = fields.BigIntField()
    feed_version = fields.IntField(db_default=1)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "saved_searches"


class TrendingQuery(Model):
    """How many people began to ask a query on a day; whoever they were is known nowhere.

    ``run`` is one count of a query by one process: within it nobody is counted twice, across several somebody may be.
    """

    id = fields.BigIntField(primary_key=True)
    run = fields.BigIntField()
    day = fields.DateField()
    query = fields.CharField(max_length=60)
    found = fields.BooleanField()
    people = fields.IntField()

    class Meta:
        table = "trending_queries"
        unique_together = (("run", "day"),)
