"""Facts are kept 90 days."""
from forum.jobs.queue import Lane, job
from forum.jobs.upkeep import sweep

OLD_FACTS = """
DELETE FROM facts WHERE id IN (
    SELECT id FROM facts WHERE created_at < now() - interval '90 days' ORDER BY created_at LIMIT 5000)
"""


@job("outbox.prune_facts", lane=Lane.UPKEEP)
async def prune_facts() -> None:
    await sweep(OLD_FACTS)
