"""What kind of site this database serves, and the audit log."""
from enum import StrEnum

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model


class SiteKind(StrEnum):
    """A demo's database is refused by ``serve``, and any other by ``demo``."""

    PRODUCTION = "production"
    DEMO = "demo"


class Site(Model):
    """One row."""

    id = fields.IntField(primary_key=True)
    kind = fields.CharEnumField(SiteKind, max_length=12)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "site"
