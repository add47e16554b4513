"""Learning platforms (LTI 1.3), their courses, and what their rosters last said."""
from enum import StrEnum

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model


class RunState(StrEnum):
    RUNNING = "running"
    COMPLETE = "complete"
    FAILED = "failed"
    STOPPED = "stopped"


class Platform(Model):
    """One registration with one platform; it lands disabled until an administrator has looked at it."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=120)
    issuer = fields.CharField(max_length=500)
    client_id = fields.CharField(max_length=255)
    authorization_url = fields.CharField(max_length=1000)
    token_url = fields.CharField(max_length=1000)
    jwks_url = fields.CharField(max_length=1000)
    enabled = fields.BooleanField(db_default=False)
    created_at = fields.DatetimeField(db_default=Now())
    last_launch_at = fields.DatetimeField(null=True)
    last_error = fields.CharField(max_length=60, null=True)
    last_error_at = fields.DatetimeField(null=True)

    class Meta:
        table = "lti_platforms"
        unique_together = (("issuer", "client_id"),)


class Deployment(Model):
    """A place of the platform where our tool is installed; launches of unknown ones are refused."""

    id = fields.BigIntField(primary_key=True)
    platform: fields.ForeignKeyRelation[Platform] = fields.ForeignKeyField(
        "forum.Platform", related_name="deployments"
    )
    platform_id: int
    deployment_id = fields.CharField(max_length=255)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "lti_deployments"
        unique_together = (("platform", "deployment_id"),)


class Context(Model):
    """A course of a platform, and the group that its people have their places in; label and title as it says."""

    id = fields.BigIntField(primary_key=True)
    deployment: fields.ForeignKeyRelation[Deployment] = fields.ForeignKeyField(
        "forum.Deployment", related_name="contexts"
    )
    deployment_id: int
    context_id = fields.CharField(max_length=255)
    label = fields.CharField(max_length=120, db_default="")
    title = fields.CharField(max_length=200, db_default="")
    group_id = fields.BigIntField(null=True)
    memberships_url = fields.CharField(max_length=2000, null=True)
    created_at = fields.DatetimeField(db_default=Now())
    last_roster_at = fields.DatetimeField(null=True)

    class Meta:
        table = "lti_contexts"
        unique_together = (("deployment", "context_id"),)


class RosterRun(Model):
    """One reading of a course's roster: what it saw and did, or why it stopped."""

    id = fields.BigIntField(primary_key=True)
    context: fields.ForeignKeyRelation[Context] = fields.ForeignKeyField("forum.Context", related_name="runs")
    context_id: int
    state = fields.CharEnumField(RunState, max_length=10, db_default=RunState.RUNNING.value)
    pages = fields.IntField(db_default=0)
    seen = fields.IntField(db_default=0)
    given = fields.IntField(db_default=0)
    leaving = fields.IntField(db_default=0)
    error = fields.CharField(max_length=60, null=True)
    started_at = fields.DatetimeField(db_default=Now())
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "lti_roster_runs"


class SeenRole(Model):
    """The role in which somebody was last seen by launch: for 24 hours the higher of it and the roster's wins."""

    id = fields.BigIntField(primary_key=True)
    context: fields.ForeignKeyRelation[Context] = fields.ForeignKeyField("forum.Context", related_name="seen_roles")
    context_id: int
    subject = fields.CharField(max_length=255)
    role = fields.CharField(max_length=12)
    seen_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "lti_seen_roles"
        unique_together = (("context", "subject"),)


class RegistrationTicket(Model):
    """An administrator's one-time leave for one platform to register itself."""

    id = fields.BigIntField(primary_key=True)
    token_hash = fields.BinaryField()
    created_by_id = fields.BigIntField()
    created_at = fields.DatetimeField(db_default=Now())
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "lti_tickets"


class SigningKey(Model):
    """Our own key towards platforms; the private half is sealed with the site's secret."""

    id = fields.BigIntField(primary_key=True)
    kid = fields.CharField(max_length=64)
    sealed = fields.BinaryField()
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "lti_keys"
