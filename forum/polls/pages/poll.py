"""What people do with a poll: vote, see who voted what, close it, say what comes of it."""
from datetime import date
from uuid import UUID

from starlette.responses import Response

from forum.kit.errors import Invalid, NotFound, Refusal
from forum.kit.verdict import require
from forum.polls import queries
from forum.polls.commands.cast_ballot import cast_ballot
from forum.polls.commands.close_poll import close_poll
from forum.polls.commands.write_outcome import write_outcome
from forum.polls.models import PollKind
from forum.polls.pages.block import Typed, block, full_label
from forum.polls.policies import can_write_outcome
from forum.polls.schemas import BallotDoc, BallotList, BallotWish, OutcomeWish, PollDoc
from forum.threads.queries import thread_door
from forum.web.language import gettext as _
from forum.web.page import View, decoded, errors_of, form, page, see
from forum.web.rendering import page as shown

BALLOTS = 100


@page("read_content")
async def poll_address(view: View) -> Response:
    """A poll's permanent address: its post's, after the door."""
    return _to_post(await queries.poll(view.actor, view.id("id")), view.query.get("said", ""))


def _to_post(poll: PollDoc, said: str = "") -> Response:
    return see(f"/p/{poll.post_id}", said=said)


# Vote


def _marks(view: View) -> dict[int, int]:
    """Chosen options have the mark 1; ranks, points and answers stand in fields of their own, empty where none."""
    marks = {_id(value): 1 for value in view.chosen.get("choice", [])}
    for name, value in view.form.items():
        if name.startswith("m") and value:
            marks[_id(name[1:])] = _whole(value)
    return marks


def _id(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Invalid({"marks": "foreign_option"})
    return int(text)


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 3:
        raise Invalid({"marks": "mark_out_of_range"})
    return int(text)


async def _ballot_again(view: View, refusal: Refusal) -> Response:
    """The ballot on a page of its own, as it was sent."""
    poll = await queries.poll(view.actor, view.id("id"))
    thread = await thread_door(view.actor, poll.thread_id)
    try:
        marks = _marks(view)
    except Invalid:
        marks = {}
    typed = Typed(marks=marks, reason=view.text("reason"), refusal=refusal)
    return shown(
        view,
        "polls/again.html",
        title=_("Your vote"),
        poll=poll,
        block=block(view, poll, thread, typed),
        errors=errors_of(refusal),
    )


@form("vote_in_poll", refill=_ballot_again, many=("choice",), keyless=True)
async def vote(view: View) -> Response:
    wish = BallotWish(marks=_marks(view), reason=view.text("reason"))
    await cast_ballot(view.actor, view.id("id"), wish)
    return _to_post(await queries.poll(view.actor, view.id("id")), said="voted")


# Who voted what


@page("read_ballots")
async def poll_ballots(view: View) -> Response:
    poll = await queries.poll(view.actor, view.id("id"))
    after = _uuid(view.query.get("after", ""))
    found = decoded(await queries.ballots(view.actor, poll.id, after, BALLOTS), BallotList)
    return shown(
        view,
        "polls/ballots.html",
        title=_("What was said with the votes") if poll.anonymous else _("Who voted what"),
        poll=poll,
        ballots=[(ballot, _told(view, poll, ballot)) for ballot in found.items],
        next=found.next.partition("after=")[2].partition("&")[0] if found.next else "",
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise NotFound from error


def _told(view: View, poll: PollDoc, ballot: BallotDoc) -> list[tuple[str, str]]:
    """What was marked, each with its mark in words: ranks in their order, all else in the poll's."""
    marked = [option for option in poll.options if option.id in ballot.marks]
    if poll.kind is PollKind.RANKED:
        marked.sort(key=lambda option: ballot.marks[option.id])
    times = {2: _("yes"), 1: _("if need be"), 0: _("no")}
    told = []
    for option in marked:
        mark, said = ballot.marks[option.id], ""
        if poll.kind is PollKind.TIME:
            said = times[mark]
        elif poll.kind in (PollKind.RANKED, PollKind.SCORE):
            said = str(mark)
        told.append((full_label(view, poll, option), said))
    return told


# Close


@form("close_poll")
async def close(view: View) -> Response:
    await close_poll(view.actor, view.id("id"))
    return _to_post(await queries.poll(view.actor, view.id("id")), said="poll_closed")


# The outcome


async def _outcome_form(view: View, refusal: Refusal | None) -> Response:
    opened = await queries.poll_door(view.actor, view.id("id"))
    require(can_write_outcome(view.actor, opened.state))
    poll = await queries.poll(view.actor, view.id("id"))
    details = refusal.details if refusal is not None else {}
    outcome = poll.outcome
    stored = {
        "text": outcome.text if outcome else "",
        "review_on": outcome.review_on.isoformat() if outcome and outcome.review_on else "",
    }
    return shown(
        view,
        "polls/outcome.html",
        title=_("Change the outcome") if outcome else _("Write the outcome"),
        poll=poll,
        values=stored | view.form,
        version=details.get("version", view.text("version") or poll.version),
        theirs=details.get("theirs"),
        errors=errors_of(refusal),
    )


@page("write_outcome", signed_in=True)
async def outcome_form(view: View) -> Response:
    return await _outcome_form(view, None)


@form("write_outcome", refill=_outcome_form)
async def save_outcome(view: View) -> Response:
    wish = OutcomeWish(text=view.text("text"), review_on=_date(view.text("review_on")))
    await write_outcome(view.actor, view.id("id"), wish, view.sent_number("version", 2**31 - 1))
    poll = await queries.poll(view.actor, view.id("id"))
    return see(f"/t/{poll.thread_id}", said="outcome", at=f"outcome-{poll.id}")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid({"review_on": "bad_date"}) from error
