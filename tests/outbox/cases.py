"""Two facts, what reacts to them, and a way to hold a transaction open."""
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from forum.jobs.queue import Lane, job
from forum.kit.transaction import command, outermost
from forum.outbox.record import Fact, record


class Sound(StrEnum):
    LOUD = "loud"


@dataclass(frozen=True, slots=True, kw_only=True)
class BellRung(Fact):
    name: ClassVar[str] = "test.bell_rung"
    bell_id: int
    sound: Sound = Sound.LOUD


@dataclass(frozen=True, slots=True, kw_only=True)
class BellBroke(Fact):
    name: ClassVar[str] = "test.bell_broke"
    bell_id: int


@job("test.answer_bell", lane=Lane.NOTICES, dedupe=lambda bell_id: bell_id)
async def answer_bell(bell_id: int) -> None:
    await tell(BellBroke(bell_id=bell_id))


@command
async def tell(*facts: Fact) -> None:
    for fact in facts:
        await record(fact)


@asynccontextmanager
async def open_transaction(*facts: Fact) -> AsyncIterator[None]:
    """Another request that has recorded ``facts`` and commits when the block ends."""
    recorded, commit = asyncio.Event(), asyncio.Event()

    async def other_request() -> None:
        async with outermost():
            await tell(*facts)
            recorded.set()
            await commit.wait()

    task = asyncio.create_task(other_request())
    await recorded.wait()
    try:
        yield
    finally:
        commit.set()
        await task
