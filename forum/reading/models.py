"""How far each member has read."""
from tortoise import fields
from tortoise.models import Model

from forum.groups.models import Group
from forum.members.models import Member
from forum.threads.models import Thread


class ReadingMark(Model):
    """The number of the last post that a member has read in a thread."""

    id = fields.BigIntField(primary_key=True)
    thread: fields.ForeignKeyRelation[Thread] = fields.ForeignKeyField("forum.Thread", related_name="marks")
    thread_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="marks")
    member_id: int
    last_number = fields.IntField()

    class Meta:
        table = "reading_marks"
        unique_together = (("member", "thread"),)


class GroupMark(Model):
    """Every post of the group up to ``through_post_id`` counts as read: set on joining and by "mark all read"."""

    id = fields.BigIntField(primary_key=True)
    group: fields.ForeignKeyRelation[Group] = fields.ForeignKeyField("forum.Group", related_name="marks")
    group_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="group_marks")
    member_id: int
    through_post_id = fields.BigIntField()

    class Meta:
        table = "group_marks"
        unique_together = (("member", "group"),)
