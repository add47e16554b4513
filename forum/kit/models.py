"""Answers already given, kept for a day so that nothing is done twice (promise 2)."""
from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model


class KeptAnswer(Model):
    id = fields.BigIntField(primary_key=True)
    member_id = fields.BigIntField()
    key = fields.CharField(max_length=200)
    request_hash = fields.BinaryField()
    status = fields.IntField(null=True)
    headers = fields.JSONField[dict[str, str]](null=True)
    body = fields.BinaryField(null=True)
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "kept_answers"
        unique_together = (("member_id", "key"),)
