"""Groups, and the places people have in them."""
from enum import StrEnum

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from auth.actor import GroupRole
from forum.members.models import Member


class Visibility(StrEnum):
    PUBLIC = "public"
    MEMBERS = "members"
    CLOSED = "closed"
    HIDDEN = "hidden"


class JoinPolicy(StrEnum):
    OPEN = "open"
    REQUEST = "request"
    INVITATION = "invitation"


class OnLeave(StrEnum):
    """What becomes of a place that a course gave, once the course no longer lists its holder."""

    REMOVE = "remove"
    READ_ONLY = "read_only"
    ALUMNI = "alumni"


class RequestState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Group(Model):
    """``cosponsor_goal``, ``gathering_days``: what an initiative launched here needs, and how long it may take.

    ``anyone_may_cosponsor``: whoever may read it, not only the group's members (never in closed and hidden groups).
    ``slow_seconds``: how long a member waits between two posts (0: not at all).
    ``log_names_moderators``: whether its public log says who did it.
    """

    id = fields.BigIntField(primary_key=True)
    slug = fields.CharField(max_length=60)
    title = fields.CharField(max_length=120)
    theme = fields.CharField(max_length=40)
    purpose = fields.TextField()
    rules = fields.TextField(db_default="")
    language = fields.CharField(max_length=8, db_default="en")
    visibility = fields.CharEnumField(Visibility, max_length=10)
    policy = fields.CharEnumField(JoinPolicy, max_length=12)
    members_may_invite = fields.BooleanField(db_default=False)
    cosponsor_goal = fields.IntField(db_default=10)
    gathering_days = fields.IntField(db_default=120)
    anyone_may_cosponsor = fields.BooleanField(db_default=True)
    slow_seconds = fields.IntField(db_default=0)
    log_names_moderators = fields.BooleanField(db_default=False)
    on_leave = fields.CharEnumField(OnLeave, max_length=10, db_default=OnLeave.REMOVE.value)
    grace_days = fields.IntField(db_default=14)
    alumni_group: fields.ForeignKeyNullableRelation["Group"] = fields.ForeignKeyField(
        "forum.Group", related_name="courses", null=True, on_delete=fields.OnDelete.SET_NULL
    )
    alumni_group_id: int | None
    position = fields.IntField(db_default=0)
    had_facilitator = fields.BooleanField(db_default=False)
    member_count = fields.IntField(db_default=0)
    thread_count = fields.IntField(db_default=0)
    post_count = fields.IntField(db_default=0)
    last_post_id = fields.BigIntField(db_default=0)
    last_post_at = fields.DatetimeField(null=True)
    source_key = fields.CharField(max_length=200, null=True)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "groups"


class Membership(Model):
    """A member's place in a group; its role is the highest of its grants, and it ends with the last of them.

    ``silenced_until``, ``suspended_until`` repeat the sanctions of moderation, where every request finds them.
    ``editor``: named by a facilitator to write summaries and wiki posts.
    """

    id = fields.BigIntField(primary_key=True)
    group: fields.ForeignKeyRelation[Group] = fields.ForeignKeyField("forum.Group", related_name="memberships")
    group_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="memberships")
    member_id: int
    role = fields.CharEnumField(GroupRole, max_length=12)
    editor = fields.BooleanField(db_default=False)
    silenced_until = fields.DatetimeField(null=True)
    suspended_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "memberships"
        unique_together = (("group", "member"),)


class Grant(Model):
    """Where a membership comes from: ``manual``, ``oidc:<provider>``, ``lti:<platform>:<context>``, …

    ``leaves_at``: its source no longer names the holder; from then on the group's ``on_leave`` holds.
    ``ends_at_once``: once no longer named, it ends whatever ``on_leave`` says, without days of grace.
    ``kept``: what ``on_leave`` let its holder keep; the source takes it back only by naming them anew.
    """

    id = fields.BigIntField(primary_key=True)
    membership: fields.ForeignKeyRelation[Membership] = fields.ForeignKeyField(
        "forum.Membership", related_name="grants"
    )
    membership_id: int
    source = fields.CharField(max_length=200)
    role = fields.CharEnumField(GroupRole, max_length=12)
    leaves_at = fields.DatetimeField(null=True)
    ends_at_once = fields.BooleanField(db_default=False)
    kept = fields.BooleanField(db_default=False)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "grants"
        unique_together = (("membership", "source"),)


class JoinRequest(Model):
    id = fields.BigIntField(primary_key=True)
    group: fields.ForeignKeyRelation[Group] = fields.ForeignKeyField("forum.Group", related_name="requests")
    group_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="requests")
    member_id: int
    reason = fields.TextField(db_default="")
    state = fields.CharEnumField(RequestState, max_length=10, db_default=RequestState.WAITING.value)
    decided_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="decided_requests", null=True
    )
    decided_by_id: int | None
    answer = fields.TextField(db_default="")
    created_at = fields.DatetimeField(db_default=Now())
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        table = "join_requests"


class Invitation(Model):
    """To one member by name, or to whoever holds the link (``token_hash``), at most ``uses_left`` times."""

    id = fields.BigIntField(primary_key=True)
    group: fields.ForeignKeyRelation[Group] = fields.ForeignKeyField("forum.Group", related_name="invitations")
    group_id: int
    member: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="invitations", null=True
    )
    member_id: int | None
    invited_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "forum.Member", related_name="sent_invitations"
    )
    invited_by_id: int
    token_hash = fields.BinaryField(null=True)
    uses_left = fields.IntField(db_default=1)
    expires_at = fields.DatetimeField()
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "invitations"


class Ban(Model):
    id = fields.BigIntField(primary_key=True)
    group: fields.ForeignKeyRelation[Group] = fields.ForeignKeyField("forum.Group", related_name="bans")
    group_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="bans")
    member_id: int
    banned_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="set_bans")
    banned_by_id: int
    reason = fields.TextField(db_default="")
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "bans"
        unique_together = (("group", "member"),)
