"""Sessions are rows, so that one can be listed and ended."""
from enum import StrEnum

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model


class SessionKind(StrEnum):
    """By which door it began; an embedded one holds only below /embed/."""

    OIDC = "oidc"
    LTI = "lti"
    DCONNECT = "dconnect"
    EMBEDDED = "embedded"


class Session(Model):
    """``token_hash`` is the SHA-256 of a 256-bit token that only the browser holds.

    ``viewing_id``: the member whose view an administrator has on, to read only, until ``viewing_until``.
    """

    id = fields.BigIntField(primary_key=True)
    token_hash = fields.BinaryField()
    member = fields.ForeignKeyField("forum.Member", related_name="sessions")  # type: ignore[var-annotated]
    member_id: int
    kind = fields.CharEnumField(SessionKind, max_length=10, db_default=SessionKind.OIDC.value)
    issuer = fields.CharField(max_length=500)
    subject = fields.CharField(max_length=255)
    sid = fields.CharField(max_length=255, null=True)
    id_token = fields.BinaryField(null=True)
    acr = fields.CharField(max_length=255, null=True)
    auth_time = fields.BigIntField(null=True)
    viewing_id = fields.BigIntField(null=True)
    viewing_until = fields.DatetimeField(null=True)
    user_agent = fields.CharField(max_length=200, db_default="")
    created_at = fields.DatetimeField(db_default=Now())
    last_seen_at = fields.DatetimeField(db_default=Now())
    expires_at = fields.DatetimeField()

    class Meta:
        table = "sessions"
