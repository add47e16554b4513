"""Facts: what happened, stored in the transaction in which it happened."""
from tortoise import fields
from tortoise.fields.db_defaults import Now, SqlDefault
from tortoise.models import Model


class RecordedFact(Model):
    """Readers follow (tx, id) behind the oldest running transaction, so that a late commit is never skipped."""

    id = fields.BigIntField(primary_key=True)
    tx = fields.BigIntField(db_default=SqlDefault("pg_current_xact_id()::text::bigint"))
    name = fields.CharField(max_length=60)
    payload = fields.JSONField[dict[str, object]]()
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "facts"


class AuditEntry(Model):
    """Who did what to whom, for whom, and why; the database refuses to change or delete a row.

    ``before`` and ``after`` hold ids and enums only; ``reason`` is what whoever acted gave as theirs.
    """

    id = fields.BigIntField(primary_key=True)
    actor_id = fields.BigIntField(null=True)
    on_behalf_of = fields.BigIntField(null=True)
    action = fields.CharField(max_length=60)
    subject = fields.CharField(max_length=60)
    subject_id = fields.BigIntField(null=True)
    group_id = fields.BigIntField(null=True)
    reason = fields.TextField(db_default="")
    before = fields.JSONField[dict[str, object]](db_default={})
    after = fields.JSONField[dict[str, object]](db_default={})
    created_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "audit_entries"
