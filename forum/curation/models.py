"""What keeps what was learned: summaries at the head of threads, and collections."""
from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from forum.groups.models import Group
from forum.members.models import Member
from forum.threads.models import Post, Thread


class Summary(Model):
    """The summary of a thread as far as post ``through_number``; ``removed_at``: it is shown no more."""

    id = fields.BigIntField(primary_key=True)
    thread: fields.OneToOneRelation[Thread] = fields.OneToOneField("forum.Thread", related_name="summary")
    thread_id: int
    body = fields.TextField()
    html = fields.TextField()
    renderer = fields.IntField()
    through_number = fields.IntField()
    version = fields.IntField(db_default=1)
    edited_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="summaries", on_delete=fields.RESTRICT
    )
    edited_by_id: int
    edited_at = fields.DatetimeField(db_default=Now())
    removed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "summaries"


class SummaryRevision(Model):
    """A summary as it stood at one version; ``edited_by`` wrote that version."""

    id = fields.BigIntField(primary_key=True)
    summary: fields.ForeignKeyRelation[Summary] = fields.ForeignKeyField("forum.Summary", related_name="revisions")
    summary_id: int
    version = fields.IntField()
    body = fields.TextField()
    through_number = fields.IntField()
    edited_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="summary_revisions", on_delete=fields.RESTRICT
    )
    edited_by_id: int
    edited_at = fields.DatetimeField()

    class Meta:
        table = "summary_revisions"
        unique_together = (("summary", "version"),)


class Collection(Model):
    """An ordered, annotated list of threads, posts and links, with an introduction; as visible as its group."""

    id = fields.BigIntField(primary_key=True)
    group: fields.ForeignKeyRelation[Group] = fields.ForeignKeyField("forum.Group", related_name="collections")
    group_id: int
    title = fields.CharField(max_length=200)
    slug = fields.CharField(max_length=80)
    language = fields.CharField(max_length=8, db_default="en")
    body = fields.TextField(db_default="")
    html = fields.TextField(db_default="")
    renderer = fields.IntField()
    version = fields.IntField(db_default=1)
    made_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="collections", on_delete=fields.RESTRICT
    )
    made_by_id: int
    created_at = fields.DatetimeField(db_default=Now())
    edited_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "collections"


class CollectionItem(Model):
    """A thread, a post or a link (``url`` with its ``title``), and why it is here (``note``)."""

    id = fields.BigIntField(primary_key=True)
    collection: fields.ForeignKeyRelation[Collection] = fields.ForeignKeyField(
        "forum.Collection", related_name="items"
    )
    collection_id: int
    position = fields.IntField()
    thread: fields.ForeignKeyNullableRelation[Thread] = fields.ForeignKeyField(
        "forum.Thread", related_name="collection_items", null=True
    )
    thread_id: int | None
    post: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "forum.Post", related_name="collection_items", null=True
    )
    post_id: int | None
    url = fields.TextField(db_default="")
    title = fields.CharField(max_length=200, db_default="")
    note = fields.TextField(db_default="")
    html = fields.TextField(db_default="")
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "collection_items"
