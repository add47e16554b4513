"""Which of PgQueuer's objects are ours, said explicitly.

PgQueuer's settings read bare environment names (``DURABILITY``, ``QUEUE_TABLE``, …), one of which would
make the queue unlogged; ours look nowhere but here. The tables themselves are frozen in the migration
``0003_queue``.
"""
from dataclasses import replace
from typing import Any

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence import schema_inspect, schema_plan
from pgqueuer.domain.schema.declaration import target
from pgqueuer.domain.schema.model import Plan
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel
from pydantic_settings import PydanticBaseSettingsSource

CHANNEL = Channel("plenary_jobs")


class QueueSettings(DBSettings):
    """PgQueuer's settings from our own arguments and its defaults only."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: Any, init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


SETTINGS = QueueSettings(channel=CHANNEL, durability=Durability.durable)


async def upgrade_plan(raw: asyncpg.Connection) -> Plan:
    """What the installed PgQueuer would change in this database, its NOTIFY trigger aside."""
    live = await schema_inspect.inspect(AsyncpgDriver(raw), SETTINGS)
    wanted = replace(target(SETTINGS), functions=(), triggers=())
    return schema_plan.plan(live, wanted, SETTINGS)
