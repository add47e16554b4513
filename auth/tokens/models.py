"""API tokens: shown once, stored as a hash."""
from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.db_defaults import Now
from tortoise.models import Model


class ApiToken(Model):
    """``group_ids``: the only groups it opens; null opens all that its owner may."""

    id = fields.BigIntField(primary_key=True)
    member = fields.ForeignKeyField("forum.Member", related_name="api_tokens")  # type: ignore[var-annotated]
    member_id: int
    name = fields.CharField(max_length=80)
    prefix = fields.CharField(max_length=24)
    token_hash = fields.BinaryField()
    scopes: fields.Field[list[str]] = ArrayField(element_type="text")
    group_ids: fields.Field[list[int] | None] = ArrayField(element_type="bigint", null=True)
    expires_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "api_tokens"
