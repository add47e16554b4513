"""What the policies say of initiatives and what their statements return is one thing, whoever asks."""
import hashlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth.actor import Actor
from forum.app import Site
from forum.initiatives.models import Stage
from forum.initiatives.policies import can_see
from forum.initiatives.queries import page as pages
from forum.initiatives.queries.door import initiative_door, state_of
from forum.initiatives.queries.list import initiatives
from forum.initiatives.schemas import InitiativesWanted
from forum.initiatives.stages import LAUNCHED
from forum.kit.transaction import connection
from forum.notifications import queries as notices
from forum.notifications.jobs.initiatives import COSPONSORS, PEOPLE
from tests.cast import STRANGER, Cast, api_token
from tests.initiatives.making import COSPONSOR, make
from tests.permissions.test_agreement import WORLD, _mutate, asked, ids

pytestmark = pytest.mark.anyio

PARTS = (None, "lead", "co_lead", "asked", "declined", "left", "author", "author who agreed")
STANDING = st.fixed_dictionaries({"stage": st.sampled_from(Stage), "part": st.sampled_from(PARTS)})
LEAD = """
    INSERT INTO initiative_leads (initiative_id, member_id, role, state, answered_at) VALUES ($1, $2, $3, $4, now())
"""
NOTICE = """
    INSERT INTO notices (member_id, cause, kind, group_id, initiative_id) VALUES ($1, 'i', 'answered', $2, $3)
"""


@given(world=WORLD, standing=STANDING)
@settings(
    max_examples=70,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_policies_and_statements_agree(
    world: dict[str, Any], standing: dict[str, Any], site: Site, cast: Cast
) -> None:
    async with connection() as raw:
        fresh = raw.transaction()
        await fresh.start()
        try:
            await _mutate(raw, world, cast)
            number = await _undertake(raw, world, standing, cast)
            who = world["who"]
            token = None if who == STRANGER else hashlib.sha256(api_token(who).encode()).digest()
            actor = (await site.directory.actor_for(session_hash=None, token_hash=token)).actor
            await _agree(raw, actor, number, cast)
        finally:
            await fresh.rollback()


async def _undertake(raw: Any, world: dict[str, Any], standing: dict[str, Any], cast: Cast) -> int:
    """An initiative of somebody who is not asking, and the part that the one who asks has in it."""
    group, thread, part = cast.groups["public"], cast.threads["public"], standing["part"]
    eve: int = await raw.fetchval("SELECT id FROM members WHERE username = 'eve'")
    number = await make(
        group, eve, standing["stage"].value, thread_id=thread, consent_asked=str(part).startswith("author")
    )
    member = cast.members.get(world["who"])
    if member is None or part is None:
        return number
    if part.startswith("author"):
        await raw.execute("UPDATE threads SET author_id = $2 WHERE id = $1", thread, member)
        agreed = "UPDATE initiatives SET consented_at = CASE WHEN $2 THEN now() END WHERE id = $1"
        await raw.execute(agreed, number, part != "author")
        return number
    if part == "lead":
        await raw.execute("DELETE FROM initiative_leads WHERE initiative_id = $1", number)
    role, state = (part, "accepted") if part in ("lead", "co_lead") else ("co_lead", part)
    await raw.execute(LEAD, number, member, role, state)
    return number


async def _agree(raw: Any, actor: Actor, number: int, cast: Cast) -> None:
    state = await state_of(number)
    verdict = can_see(actor, state)
    launched = state.stage in LAUNCHED
    for question in (
        initiative_door(actor, number),
        pages.initiative_page(actor, number),
        pages.cosponsors(actor, number, 0, 25),
    ):
        assert await asked(question) == verdict.refusal
    assert (number in await ids(initiatives(actor, InitiativesWanted()))) == (bool(verdict) and launched)
    drafts = InitiativesWanted(stage=Stage.DRAFT)
    assert (number in await ids(initiatives(actor, drafts))) == (bool(verdict) and not launched)
    if actor.member_id is None:
        return
    await raw.execute(NOTICE, actor.member_id, state.group.id, number)
    told = await ids(notices.notices(actor, 0, 25), key="initiative_id")
    assert (number in told) == bool(verdict)
    await raw.execute(COSPONSOR, number, [actor.member_id])
    people = await raw.fetch(PEOPLE, number, [COSPONSORS], None)
    reached = actor.is_active and state.group.id in actor.readable and state.group.id not in actor.banned
    if await raw.fetchval("SELECT status = 'active' FROM members WHERE id = $1", actor.member_id):
        assert (actor.member_id in {row["member_id"] for row in people}) == reached
