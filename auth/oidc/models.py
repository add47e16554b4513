"""A sign-in under way: one row per attempt, used once, bound to the browser that began it."""
from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model


class LoginTransaction(Model):
    id = fields.BigIntField(primary_key=True)
    state_hash = fields.BinaryField()
    browser_hash = fields.BinaryField()
    provider = fields.CharField(max_length=60)
    data = fields.JSONField[dict[str, object]]()
    created_at = fields.DatetimeField(db_default=Now())
    expires_at = fields.DatetimeField()

    class Meta:
        table = "login_transactions"
