"""Sign-ins under way, identities that wait for their owner's word, and logout tokens that were used."""
from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model


class LoginTransaction(Model):
    """One row per attempt, used once, bound to the browser that began it."""

    id = fields.BigIntField(primary_key=True)
    state_hash = fields.BinaryField()
    browser_hash = fields.BinaryField()
    provider = fields.CharField(max_length=60)
    data = fields.JSONField[dict[str, object]]()
    created_at = fields.DatetimeField(db_default=Now())
    expires_at = fields.DatetimeField()

    class Meta:
        table = "login_transactions"


class WaitingIdentity(Model):
    """Somebody proved to be (issuer, subject) and met an address that is taken: theirs to join or to begin anew."""

    id = fields.BigIntField(primary_key=True)
    token_hash = fields.BinaryField()
    provider = fields.CharField(max_length=60)
    data = fields.JSONField[dict[str, object]]()
    created_at = fields.DatetimeField(db_default=Now())
    expires_at = fields.DatetimeField()

    class Meta:
        table = "waiting_identities"


class UsedLogoutToken(Model):
    """The ``jti`` of a logout token, kept for as long as the token could be sent again."""

    id = fields.BigIntField(primary_key=True)
    issuer = fields.CharField(max_length=500)
    jti = fields.CharField(max_length=255)
    expires_at = fields.DatetimeField()

    class Meta:
        table = "used_logout_tokens"
        unique_together = (("issuer", "jti"),)
