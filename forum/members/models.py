"""People, and where they sign in."""
from enum import StrEnum

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.db_defaults import Now
from tortoise.models import Model

from auth.actor import StaffRole, Status


class Sector(StrEnum):
    """The seven sectors by which the secretariat reports."""

    GOVERNMENT = "government"
    CIVIL_SOCIETY = "civil_society"
    INTERNATIONAL_ORGANISATION = "international_organisation"
    BUSINESS = "business"
    ACADEMIA = "academia"
    MEDIA = "media"
    OTHER = "other"


class Gender(StrEnum):
    """Counted by the secretariat, never shown."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class Audience(StrEnum):
    """Who sees one field of a profile."""

    MEMBERS = "members"
    GROUPS = "groups"
    ME = "me"


class Member(Model):
    """``trusted_at``: since when their posts appear at once; until then they wait to be looked at."""

    id = fields.BigIntField(primary_key=True)
    username = fields.CharField(max_length=40)
    display_name = fields.CharField(max_length=80)
    email = fields.CharField(max_length=254, null=True)
    email_verified = fields.BooleanField(db_default=False)
    country = fields.CharField(max_length=2, null=True)
    sector = fields.CharEnumField(Sector, max_length=30, null=True)
    gender = fields.CharEnumField(Gender, max_length=10, null=True)
    languages: fields.Field[list[str]] = ArrayField(element_type="text", db_default=[])
    language = fields.CharField(max_length=8, db_default="en")
    time_zone = fields.CharField(max_length=64, db_default="UTC")
    bio = fields.TextField(db_default="")
    audiences = fields.JSONField[dict[str, str]](db_default={})
    status = fields.CharEnumField(Status, max_length=12, db_default=Status.PENDING.value)
    staff = fields.CharEnumField(StaffRole, max_length=10, null=True)
    silenced_until = fields.DatetimeField(null=True)
    suspended_until = fields.DatetimeField(null=True)
    suspension_reason = fields.TextField(null=True)
    trusted_at = fields.DatetimeField(null=True)
    generated = fields.BooleanField(db_default=False)
    source_key = fields.CharField(max_length=200, null=True)
    created_at = fields.DatetimeField(db_default=Now())
    version = fields.IntField(db_default=1)

    class Meta:
        table = "members"


class Identity(Model):
    """A person is (issuer, subject); an e-mail address is never a key."""

    id = fields.BigIntField(primary_key=True)
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="identities")
    member_id: int
    issuer = fields.CharField(max_length=500)
    subject = fields.CharField(max_length=255)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "identities"
        unique_together = (("issuer", "subject"),)


class Hold(Model):
    """A source (``scim:<client>``) says that somebody is gone: while there is any, they are suspended.

    ``status_before`` and ``until_before`` are what the last one to be lifted brings back.
    """

    id = fields.BigIntField(primary_key=True)
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField("forum.Member", related_name="holds")
    member_id: int
    source = fields.CharField(max_length=200)
    status_before = fields.CharEnumField(Status, max_length=12)
    until_before = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "holds"
        unique_together = (("member", "source"),)
