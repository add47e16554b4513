"""Say what comes of a poll."""
import secrets
from datetime import date

from auth.actor import Actor
from forum.kit.errors import Invalid, PreconditionMissing, Stale
from forum.kit.fields import body_field
from forum.kit.markdown import RENDERER_VERSION, render_async
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.outbox.record import audit, record
from forum.polls import statements
from forum.polls.facts import OutcomeWritten
from forum.polls.policies import can_write_outcome
from forum.polls.queries import poll_door
from forum.polls.schemas import OutcomeWish

YEARS = range(2000, 2101)
TODAY = "SELECT (clock_timestamp() AT TIME ZONE $1::text)::date"


async def write_outcome(actor: Actor, poll_id: int, wish: OutcomeWish, version: int | None) -> None:
    """Write the outcome, or change it if nobody did since ``version``.

    Raises Stale with both texts when ``version`` is not the stored one, PreconditionMissing where there is an outcome
    and no version is named. Rendering comes before the transaction.
    """
    require(can_write_outcome(actor, (await poll_door(actor, poll_id)).state))
    text = body_field(wish.text, "text", least=1, most=8000)
    if wish.review_on is not None and wish.review_on.year not in YEARS:
        raise Invalid({"review_on": "not_valid"})
    html = (await render_async(text, anchor="o" + secrets.token_hex(4))).html
    await _write(actor, poll_id, text, html, wish.review_on, version)


@command
async def _write(
    actor: Actor, poll_id: int, text: str, html: str, review_on: date | None, version: int | None
) -> None:
    poll = await poll_door(actor, poll_id, lock=True)
    require(can_write_outcome(actor, poll.state))
    assert actor.member_id is not None
    if version is None and poll.outcome_written:
        raise PreconditionMissing
    if version not in (None, poll.version):
        raise Stale(yours=text, theirs=poll.outcome, version=poll.version)
    if review_on is not None and review_on != poll.review_on:
        await _check_review(actor, review_on)
    async with connection() as sql:
        await sql.execute(
            statements.WRITE_OUTCOME, poll_id, text, html, RENDERER_VERSION, actor.member_id, review_on
        )
    if poll.outcome_written:
        group_id = poll.state.thread.group.id
        await audit(actor.member_id, "poll.outcome_changed", "poll", poll_id, group_id=group_id)
    await record(
        OutcomeWritten(
            poll_id=poll_id,
            thread_id=poll.state.thread.id,
            group_id=poll.state.thread.group.id,
            actor_id=actor.member_id,
        )
    )


async def _check_review(actor: Actor, review_on: date) -> None:
    """Today at the earliest, as the actor's clock has it; one that was set before may be over by now."""
    async with connection() as sql:
        if review_on < await sql.fetchval(TODAY, actor.time_zone):
            raise Invalid({"review_on": "due_in_past"})
