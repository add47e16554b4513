"""The demonstration's queue can be worked by the forum's own commands, to its end, and leaves nothing to mend."""
from collections.abc import Callable
from itertools import cycle
from typing import Any, Final

import pytest

from auth.actor import Actor
from forum.directory import actor_of
from forum.kit.transaction import connection
from forum.moderation.commands.appeal import decide_appeal
from forum.moderation.commands.decide import decide
from forum.moderation.commands.undo_act import undo_act
from forum.moderation.models import AppealOutcome, Decision, FlagReason
from forum.moderation.standing import find_astray
from forum.threads.recount import find_gaps, recount_threads
from tests.site.conftest import Demo, create, within

pytestmark = pytest.mark.committed
# Who looks after the group and has nothing to do with the case; of a profile, the staff.
OPEN: Final = """
    SELECT c.id, c.version, (
        SELECT min(m.id) FROM members m WHERE m.id <> c.author_id AND m.status = 'active'
          AND (c.claimed_by_id IS NULL OR m.id = c.claimed_by_id)
          AND NOT EXISTS (SELECT FROM flags f WHERE f.case_id = c.id AND f.member_id = m.id)
          AND CASE WHEN c.group_id IS NULL THEN m.staff IS NOT NULL ELSE EXISTS (
              SELECT FROM memberships p WHERE p.group_id = c.group_id AND p.member_id = m.id AND p.role = 'facilitator')
              OR (m.staff IS NOT NULL AND g.visibility IN ('public', 'members')) END) AS keeper,
        c.member_id IS NOT NULL AS profile, c.initiative_id IS NOT NULL AS initiative
    FROM cases c LEFT JOIN groups g ON g.id = c.group_id WHERE c.decided_at IS NULL ORDER BY c.id
"""
STATES: Final = "SELECT state, count(*) FROM posts WHERE state <> 'public' GROUP BY 1"


@pytest.fixture
def worked(demo: Demo) -> Callable[[Callable[[], Any]], Any]:
    url = create("demonstration_worked", template="demonstration")
    return lambda deed: within(url, deed)


async def _ask(statement: str, *values: Any) -> list[Any]:
    async with connection() as sql:
        return list(await sql.fetch(statement, *values))


async def _actor(member_id: int) -> Actor:
    actor = await actor_of(member_id, acting=True)
    assert actor is not None
    return actor


async def _work() -> None:
    decisions = cycle(Decision)
    for case in await _ask(OPEN):
        decision = Decision.NO_ACTION if case["profile"] or case["initiative"] else next(decisions)
        keeper = await _actor(case["keeper"])
        words = "Because." if decision is not Decision.NO_ACTION else ""
        reason = FlagReason.OTHER if words else None
        await decide(keeper, case["id"], decision, version=case["version"], reason=reason, words=words)


async def _appeal() -> None:
    ((case_id,),) = await _ask("SELECT case_id FROM appeals WHERE decided_at IS NULL")
    staff = await _actor((await _ask("SELECT id FROM members WHERE username = 'moderator'"))[0]["id"])
    await decide_appeal(staff, case_id, AppealOutcome.OVERTURNED, "You are right.")


async def _take_back() -> int:
    """What can still be undone is undone, the newest first."""
    acts = await _ask("""
        SELECT id, actor_id FROM acts WHERE undo IS NOT NULL AND undone_at IS NULL AND actor_id IS NOT NULL
            AND kind IN ('case.decided', 'post.noted', 'post.hidden', 'post.removed')
            AND created_at > now() - interval '23 hours' ORDER BY id DESC
    """)
    for act in acts:
        await undo_act(await _actor(act["actor_id"]), act["id"])
    return len(acts)


async def _nothing_to_mend() -> bool:
    return (await find_gaps(), await recount_threads(), await find_astray()) == (0, 0, [])


def test_the_queue_is_worked_and_taken_back(worked: Callable[[Callable[[], Any]], Any]) -> None:
    async def work() -> None:
        before = await _ask(STATES)
        await _work()
        await _appeal()
        assert not await _ask("SELECT id FROM cases WHERE decided_at IS NULL")
        assert await _ask(STATES) != before
        assert await _nothing_to_mend()
        assert await _take_back() >= 10
        assert await _nothing_to_mend()

    worked(work)
