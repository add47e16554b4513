"""The tries of a job, counted in a row of their own (the queue itself is PgQueuer's tables)."""
from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model


class JobTry(Model):
    """Counted before the job runs and committed, so that a killed worker's try counts, too."""

    id = fields.BigIntField(primary_key=True)
    job_id = fields.BigIntField()
    tries = fields.IntField(db_default=0)
    last_error = fields.TextField(db_default="")
    updated_at = fields.DatetimeField(db_default=Now())

    class Meta:
        table = "job_tries"
