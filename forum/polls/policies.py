"""Who may do what with polls. Pure; whatever is unknown is refused."""
from dataclasses import dataclass
from enum import StrEnum

from auth.actor import Actor
from forum.groups.policies import can_act, can_contribute, can_read, taken_for_somebody
from forum.kit.verdict import ALLOWED, Verdict
from forum.polls.models import Results
from forum.threads.policies import ThreadState, can_reply


class Phase(StrEnum):
    """``COUNTING``: the time is over and nobody may vote any more, but the tally is not frozen yet."""

    WAITING = "waiting"
    OPEN = "open"
    COUNTING = "counting"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class PollState:
    """What a policy needs to know of a poll; only the visibility door makes one. ``voted``: the actor has."""

    id: int
    thread: ThreadState
    post_id: int
    author_id: int
    anonymous: bool
    results: Results
    phase: Phase
    voted: bool = False


def can_start_poll(actor: Actor, thread: ThreadState) -> Verdict:
    """A poll comes with a reply."""
    return can_reply(actor, thread)


def can_vote(actor: Actor, poll: PollState) -> Verdict:
    """Also in a locked thread: what is locked there is writing, and a poll says itself when it closes."""
    if not (verdict := can_contribute(actor, poll.thread.group)):
        return verdict
    if poll.phase is Phase.WAITING:
        return Verdict("poll_not_open")
    return ALLOWED if poll.phase is Phase.OPEN else Verdict("poll_closed")


def can_close(actor: Actor, poll: PollState) -> Verdict:
    """Before its time, or while it waits to be counted."""
    if not (verdict := _answers_for(actor, poll)):
        return verdict
    return Verdict("poll_closed") if poll.phase is Phase.CLOSED else ALLOWED


def can_write_outcome(actor: Actor, poll: PollState) -> Verdict:
    if not (verdict := _answers_for(actor, poll)):
        return verdict
    return ALLOWED if poll.phase is Phase.CLOSED else Verdict("poll_not_closed")


def shows_results(poll: PollState) -> bool:
    """Whether the tally may be told to the actor that this state was made for."""
    if poll.phase is Phase.CLOSED:
        return True
    if poll.phase is Phase.WAITING or poll.results is Results.AFTER_CLOSING:
        return False
    return poll.results is Results.ALWAYS or poll.voted


def can_read_ballots(actor: Actor, poll: PollState) -> Verdict:
    """Who voted how: for approved members who may read it, while the results are shown.

    Of an anonymous poll, what was said with the votes, once it is closed: a text that appears tells when it came.
    """
    group = poll.thread.group
    for verdict in (can_read(actor, group), taken_for_somebody(actor, group), can_act(actor)):
        if not verdict:
            return verdict
    shown = poll.phase is Phase.CLOSED if poll.anonymous else shows_results(poll)
    return ALLOWED if shown else Verdict("results_hidden")


def _answers_for(actor: Actor, poll: PollState) -> Verdict:
    if not (verdict := can_contribute(actor, poll.thread.group)):
        return verdict
    if actor.member_id == poll.author_id or actor.facilitates(poll.thread.group.id):
        return ALLOWED
    return Verdict("not_yours")
