"""Whatever is done through the commands: one act, one entry in the audit log, one fact; and nobody rewrites the log."""
import random
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from auth.actor import Actor
from forum.curation.commands.edit_head import edit_head
from forum.curation.commands.editors import end_editor, name_editor
from forum.curation.commands.list_thread import list_thread, unlist_thread
from forum.curation.commands.lock import lock, unlock
from forum.curation.commands.mark_duplicate import mark_duplicate, unmark_duplicate
from forum.curation.commands.merge import merge
from forum.curation.commands.move import move
from forum.curation.commands.pin import pin, unpin
from forum.curation.commands.wiki import end_wiki, make_wiki
from forum.kit.errors import Refusal
from forum.kit.transaction import command, connection
from forum.moderation.acts import enter
from forum.moderation.commands.appeal import appeal, decide_appeal
from forum.moderation.commands.decide import decide
from forum.moderation.commands.flag import flag
from forum.moderation.commands.glass import break_glass
from forum.moderation.commands.sanctions import give_sanction, lift_sanction
from forum.moderation.commands.slow_mode import set_slow_mode
from forum.moderation.commands.undo_act import undo_act
from forum.moderation.models import ActKind, AppealOutcome, Decision, FlagReason, SanctionKind
from forum.moderation.targets import Target, TargetKind
from tests.cast import KINDS, Cast
from tests.moderation.asking import actor, sql

pytestmark = pytest.mark.anyio
ACTS = 1000
# Each act has its one entry with the same words, each undone one a second; neither has one without an act.
ASTRAY = """
    WITH entries AS (
        SELECT e.*, (e.after ->> 'act')::bigint AS act FROM audit_entries e WHERE e.after ? 'act'
    ), told AS (
        SELECT (payload ->> 'act_id')::bigint AS act, name FROM facts WHERE name LIKE 'moderation.act_%'
    )
    SELECT count(*) FROM acts k
    FULL JOIN (SELECT act, count(*) FILTER (WHERE action NOT LIKE '%.undone') AS done,
                   count(*) FILTER (WHERE action LIKE '%.undone') AS undone, min(action) AS action,
                   min(reason) FILTER (WHERE action NOT LIKE '%.undone') AS reason,
                   min(actor_id) FILTER (WHERE action NOT LIKE '%.undone') AS actor
               FROM entries GROUP BY act) e ON e.act = k.id
    FULL JOIN (SELECT act, count(*) FILTER (WHERE name = 'moderation.act_done') AS done,
                   count(*) FILTER (WHERE name = 'moderation.act_undone') AS undone
               FROM told GROUP BY act) f ON f.act = k.id
    WHERE k.id IS NULL OR e.act IS NULL OR f.act IS NULL OR e.action <> k.kind OR e.reason <> k.reason
       OR e.actor IS DISTINCT FROM k.actor_id OR (e.done, f.done) <> (1, 1)
       OR (e.undone, f.undone) <> ((k.undone_at IS NOT NULL)::int, (k.undone_at IS NOT NULL)::int)
"""


class House:
    """Who looks after the place, and what they do at random: some of it is refused."""

    def __init__(self, cast: Cast, people: dict[str, Actor], chance: random.Random) -> None:
        self.cast, self.people, self.chance = cast, people, chance

    def threads(self) -> list[Callable[[Actor], Awaitable[Any]]]:
        one, other = self.chance.sample(list(self.cast.threads.values()), 2)
        slug = self.cast.group(self.chance.choice(KINDS))
        return [
            lambda who: pin(who, one),
            lambda who: unpin(who, one),
            lambda who: lock(who, one, reason="It went in circles."),
            lambda who: unlock(who, one),
            lambda who: list_thread(who, one, slug),
            lambda who: unlist_thread(who, one, slug),
            lambda who: mark_duplicate(who, one, other),
            lambda who: unmark_duplicate(who, one),
            lambda who: move(who, one, slug, widening=True),
            lambda who: self.merge(who, one, other),
            lambda who: edit_head(who, one, title="A title", version=None, tags=[self.chance.choice(("ixp", "rpki"))]),
        ]

    def people_and_posts(self) -> list[Callable[[Actor], Awaitable[Any]]]:
        post = self.chance.choice([*self.cast.first.values(), *self.cast.second.values()])
        slug, name = self.cast.group(self.chance.choice(KINDS)), self.chance.choice(("ben", "sol", "cem"))
        kind, target = self.chance.choice(list(SanctionKind)), Target(TargetKind.POST, post)
        days = None if kind is SanctionKind.WARNING else 3
        return [
            lambda who: make_wiki(who, post, "For all."),
            lambda who: end_wiki(who, post),
            lambda who: name_editor(who, slug, name),
            lambda who: end_editor(who, slug, name),
            lambda who: set_slow_mode(who, slug, self.chance.randrange(0, 600, 60), "It runs hot."),
            lambda who: break_glass(who, slug, "A complaint by mail."),
            lambda who: give_sanction(who, name, kind, group=slug, reason="Because.", days=days),
            lambda who: self.lift(who),
            lambda who: flag(self.people[name], target, FlagReason.SPAM),
            lambda who: self.decide(who),
            lambda who: self.appeal(who),
            lambda who: self.undo(who),
            lambda who: self.undo(who),
        ]

    async def merge(self, who: Actor, one: int, other: int) -> None:
        """A few times: each adds all numbers of the one thread to those of the other."""
        if await sql("SELECT count(*) < 8 FROM acts WHERE kind = 'thread.merged'"):
            await merge(who, one, other, widening=True)

    async def lift(self, who: Actor) -> None:
        newest = await sql("SELECT coalesce(max(id), 0) FROM sanctions WHERE lifted_at IS NULL")
        await lift_sanction(who, newest, "Over.")

    async def decide(self, who: Actor) -> None:
        case, version = await _row("SELECT id, version FROM cases WHERE decided_at IS NULL ORDER BY id LIMIT 1")
        made = self.chance.choice(list(Decision))
        await decide(who, case, made, version=version, reason=FlagReason.SPAM, words="Here is why.")

    async def appeal(self, who: Actor) -> None:
        case, author = await _row("""
            SELECT id, (SELECT username FROM members m WHERE m.id = c.author_id) FROM cases c
            WHERE decision <> 'no_action' ORDER BY random() LIMIT 1""")
        await appeal(self.people[author], case, "Please look again.")
        await decide_appeal(who, case, self.chance.choice(list(AppealOutcome)), "Looked again.")

    async def undo(self, who: Actor) -> None:
        recent = await sql("SELECT id FROM acts WHERE undo IS NOT NULL AND undone_at IS NULL ORDER BY random() LIMIT 1")
        await undo_act(who, recent or 0, "On second thoughts.")


async def _row(statement: str) -> tuple[Any, Any]:
    async with connection() as raw:
        return await raw.fetchrow(statement) or (0, "fay")


@pytest.mark.committed
async def test_a_thousand_acts_are_a_thousand_entries(committed_site, cast):
    """On a database of its own: in one transaction each change of a row would be read again at every later one."""
    people = {name: await actor(committed_site, name) for name in ("ada", "adi", "fay", "ben", "sol", "cem")}
    chance = random.Random(6)
    house = House(cast, people, chance)
    done = refused = 0
    while await sql("SELECT count(*) FROM acts") < ACTS:
        for _ in range(50):
            deed = chance.choice(chance.choice((house.threads, house.people_and_posts))())
            try:
                await deed(people[chance.choice(("fay", "fay", "ada", "adi", "ben"))])
                done += 1
            except Refusal:
                refused += 1
    assert await sql(ASTRAY) == 0
    entries = "SELECT count(*) FROM audit_entries WHERE action = ANY($1)"
    assert await sql(entries, [kind.value for kind in ActKind]) == await sql("SELECT count(*) FROM acts")
    assert refused > 100 and await sql("SELECT count(DISTINCT kind) FROM acts") > 20
    assert await sql("SELECT count(*) FROM acts WHERE undone_at IS NOT NULL") > 10


async def test_what_fails_half_way_leaves_no_act_and_no_entry(site, cast):
    @command
    async def fail() -> None:
        await enter(await actor(site, "fay"), ActKind.THREAD_PINNED, thread_id=cast.threads["public"], reason="Once.")
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        await fail()
    for table in ("acts", "audit_entries", "facts", "pgqueuer"):
        assert await sql(f"SELECT count(*) FROM {table}") == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entries SET reason = 'Otherwise.'",
        "UPDATE audit_entries SET on_behalf_of = NULL",
        "UPDATE audit_entries SET after = '{}'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
    ],
)
async def test_nobody_rewrites_the_log(site, cast, change):
    await set_slow_mode(await actor(site, "fay"), "public-group", 60, "It runs hot.")
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        async with connection() as raw, raw.transaction():
            await raw.execute(change)
    assert await sql("SELECT reason FROM audit_entries WHERE action = 'group.slow_mode_set'") == "It runs hot."
