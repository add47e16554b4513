"""Threads, posts, and what members attach to them."""
from enum import StrEnum

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from forum.groups.models import Group
from forum.members.models import Member


class ThreadKind(StrEnum):
    DISCUSSION = "discussion"
    QUESTION = "question"
    ANNOUNCEMENT = "announcement"


class PostState(StrEnum):
    """``PENDING`` waits to be looked at; ``HIDDEN`` is still its author's to read, ``REMOVED`` only its keepers'.

    ``MOVED`` is never stored: so a number is shown whose post went to another thread.
    """

    PUBLIC = "public"
    PENDING = "pending"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"
    MOVED = "moved"


class PostKind(StrEnum):
    """What a post is besides a text: an initiative's ``UPDATE`` to its co-sponsors, or what introduces a ``POLL``."""

    PLAIN = "plain"
    UPDATE = "update"
    POLL = "poll"


class ReactionKind(StrEnum):
    """Small and fixed: what a practitioner would say with a nod."""

    THANKS = "thanks"
    AGREE = "agree"
    INSIGHT = "insight"
    CELEBRATE = "celebrate"


class FollowLevel(StrEnum):
    ALL = "all"
    MENTIONS = "mentions"
    MUTE = "mute"


class Thread(Model):
    """``last_number`` allots post numbers and never goes down; ``post_count`` counts the public posts.

    ``last_post_id`` is its place in lists: the highest place (`Post`) of its public posts. ``merged_into``: where all
    its posts went; the thread stays as a redirect.
    """

    id = fields.BigIntField(primary_key=True)
    group: fields.ForeignKeyRelation[Group] = fields.ForeignKeyField(
        "forum.Group", related_name="threads", on_delete=fields.RESTRICT
    )
    group_id: int
    author: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="threads", on_delete=fields.RESTRICT
    )
    author_id: int
    title = fields.CharField(max_length=200)
    slug = fields.CharField(max_length=80)
    kind = fields.CharEnumField(ThreadKind, max_length=12, db_default=ThreadKind.DISCUSSION.value)
    language = fields.CharField(max_length=8, db_default="en")
    accepted_post_id = fields.BigIntField(null=True)
    post_count = fields.IntField(db_default=0)
    last_number = fields.IntField(db_default=0)
    last_post_id = fields.BigIntField(db_default=0)
    last_post_at = fields.DatetimeField(null=True)
    last_author: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="last_in_threads", null=True
    )
    last_author_id: int | None
    pinned_at = fields.DatetimeField(null=True)
    pinned_until = fields.DatetimeField(null=True)
    pinned_everywhere = fields.BooleanField(db_default=False)
    locked_at = fields.DatetimeField(null=True)
    locked_until = fields.DatetimeField(null=True)
    lock_reason = fields.TextField(db_default="")
    tags: fields.Field[list[str]] = ArrayField(element_type="text", db_default=[])
    merged_into: fields.ForeignKeyNullableRelation["Thread"] = fields.ForeignKeyField(
        "forum.Thread", related_name="merged", null=True, on_delete=fields.RESTRICT
    )
    merged_into_id: int | None
    duplicate_of: fields.ForeignKeyNullableRelation["Thread"] = fields.ForeignKeyField(
        "forum.Thread", related_name="duplicates", null=True, on_delete=fields.SET_NULL
    )
    duplicate_of_id: int | None
    generated = fields.BooleanField(db_default=False)
    source_key = fields.CharField(max_length=300, null=True)
    version = fields.IntField(db_default=1)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "threads"


class Post(Model):
    """``place`` is where it stands in the order of all posts, if not at its id: it became public after others.

    ``wiki``: whoever may edit wiki posts in its group changes it, with its history.
    """

    id = fields.BigIntField(primary_key=True)
    thread: fields.ForeignKeyRelation[Thread] = fields.ForeignKeyField("forum.Thread", related_name="posts")
    thread_id: int
    author: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="posts", on_delete=fields.RESTRICT
    )
    author_id: int
    number = fields.IntField(null=True)
    kind = fields.CharEnumField(PostKind, max_length=10, db_default=PostKind.PLAIN.value)
    in_reply_to: fields.ForeignKeyNullableRelation["Post"] = fields.ForeignKeyField(
        "forum.Post", related_name="replies", null=True
    )
    in_reply_to_id: int | None
    body = fields.TextField()
    html = fields.TextField()
    text = fields.TextField()
    renderer = fields.IntField()
    state = fields.CharEnumField(PostState, max_length=10, db_default=PostState.PUBLIC.value)
    reactions = fields.JSONField[dict[str, int]](db_default={})
    version = fields.IntField(db_default=1)
    oversize = fields.BooleanField(db_default=False)
    place = fields.BigIntField(null=True)
    wiki = fields.BooleanField(db_default=False)
    source_key = fields.CharField(max_length=300, null=True)
    created_at = fields.DatetimeField(db_default=Now())
    edited_at = fields.DatetimeField(null=True)

    class Meta:
        table = "posts"
        unique_together = (("thread", "number"),)


class Revision(Model):
    """The text of a post as it stood at one version."""

    id = fields.BigIntField(primary_key=True)
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField("forum.Post", related_name="revisions")
    post_id: int
    version = fields.IntField()
    body = fields.TextField()
    # Who replaced it, at ``created_at``: who wrote it is in the row before, or it was the author.
    edited_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="revisions", on_delete=fields.RESTRICT
    )
    edited_by_id: int
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "revisions"
        unique_together = (("post", "version"),)


class MovedPost(Model):
    """A number that a post had before it went to another thread; it stays the address of that post."""

    id = fields.BigIntField(primary_key=True)
    thread: fields.ForeignKeyRelation[Thread] = fields.ForeignKeyField("forum.Thread", related_name="moved_posts")
    thread_id: int
    number = fields.IntField()
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField("forum.Post", related_name="former_places")
    post_id: int

    class Meta:
        table = "moved_posts"
        unique_together = (("thread", "number"),)


class Listing(Model):
    """A thread that is listed in a second group as well; who may read it is decided by its own group alone."""

    id = fields.BigIntField(primary_key=True)
    thread: fields.ForeignKeyRelation[Thread] = fields.ForeignKeyField("forum.Thread", related_name="listings")
    thread_id: int
    group: fields.ForeignKeyRelation[Group] = fields.ForeignKeyField("forum.Group", related_name="listings")
    group_id: int
    listed_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="listings", on_delete=fields.RESTRICT
    )
    listed_by_id: int
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "listings"
        unique_together = (("thread", "group"),)


class Reaction(Model):
    id = fields.BigIntField(primary_key=True)
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField("forum.Post", related_name="given_reactions")
    post_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="reactions")
    member_id: int
    kind = fields.CharEnumField(ReactionKind, max_length=12)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "reactions"
        unique_together = (("post", "member", "kind"),)


class Mention(Model):
    id = fields.BigIntField(primary_key=True)
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField("forum.Post", related_name="mentions")
    post_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="mentions")
    member_id: int

    class Meta:
        table = "mentions"
        unique_together = (("post", "member"),)


class GroupFollow(Model):
    id = fields.BigIntField(primary_key=True)
    group: fields.ForeignKeyRelation[Group] = fields.ForeignKeyField("forum.Group", related_name="follows")
    group_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="group_follows")
    member_id: int
    level = fields.CharEnumField(FollowLevel, max_length=10)

    class Meta:
        table = "group_follows"
        unique_together = (("group", "member"),)


class ThreadFollow(Model):
    id = fields.BigIntField(primary_key=True)
    thread: fields.ForeignKeyRelation[Thread] = fields.ForeignKeyField("forum.Thread", related_name="follows")
    thread_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="thread_follows")
    member_id: int
    level = fields.CharEnumField(FollowLevel, max_length=10)

    class Meta:
        table = "thread_follows"
        unique_together = (("thread", "member"),)


class Bookmark(Model):
    id = fields.BigIntField(primary_key=True)
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField("forum.Post", related_name="bookmarks")
    post_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="bookmarks")
    member_id: int
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "bookmarks"
        unique_together = (("post", "member"),)


class Draft(Model):
    """A text not yet sent; ``place`` says where it will go: ``group:<id>`` or ``thread:<id>``."""

    id = fields.BigIntField(primary_key=True)
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="drafts")
    member_id: int
    group: fields.ForeignKeyNullableRelation[Group] = fields.ForeignKeyField(
        "forum.Group", related_name="drafts", null=True
    )
    group_id: int | None
    thread: fields.ForeignKeyNullableRelation[Thread] = fields.ForeignKeyField(
        "forum.Thread", related_name="drafts", null=True
    )
    thread_id: int | None
    in_reply_to = fields.BigIntField(null=True)
    title = fields.TextField(db_default="")
    body = fields.TextField(db_default="")
    kind = fields.CharEnumField(ThreadKind, max_length=12, db_default=ThreadKind.DISCUSSION.value)
    language = fields.CharField(max_length=8, db_default="en")
    version = fields.IntField(db_default=1)
    updated_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "drafts"
