"""Who provisions people here (SCIM 2.0), and what they said of them."""
from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.db_defaults import Now
from tortoise.models import Model


class ScimClient(Model):
    """One provisioning system; ``issuer`` and ``subject_from`` say which identity its users sign in with.

    ``group_ids`` are the forum's groups that its Groups may stand for by their name.
    """

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(max_length=60)
    issuer = fields.CharField(max_length=500)
    subject_from = fields.CharField(max_length=20, db_default="externalId")
    group_ids: fields.Field[list[int]] = ArrayField(element_type="bigint", db_default=[])
    token_hash = fields.BinaryField()
    created_at = fields.DatetimeField(db_default=Now())
    last_used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "scim_clients"


class ScimResource(Model):
    """A user or group as the client wrote it; ``member_id`` or ``group_id`` is what it stands for here.

    ``unique_name`` is ``userName`` or ``displayName`` as names are compared (RFC 7643 2.2: not by case).
    """

    id = fields.UUIDField(primary_key=True)
    client: fields.ForeignKeyRelation[ScimClient] = fields.ForeignKeyField(
        "forum.ScimClient", related_name="resources"
    )
    client_id: int
    kind = fields.CharField(max_length=20)
    unique_name = fields.CharField(max_length=500)
    external_id = fields.CharField(max_length=255, null=True)
    member_id = fields.BigIntField(null=True)
    group_id = fields.BigIntField(null=True)
    data = fields.JSONField[dict[str, object]]()
    version = fields.IntField(db_default=1)
    created_at = fields.DatetimeField(db_default=Now())
    updated_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "scim_resources"
