"""Polls in words: their kinds, their rules, their results."""
from datetime import datetime

from forum.polls.models import Method, PollKind, Results, Stance
from forum.polls.policies import Phase
from forum.polls.schemas import PollDoc
from forum.polls.tally import Failing, OptionTotal, Tally
from forum.web.language import gettext as _
from forum.web.language import ngettext

MINUTE, HOUR, DAY = 60, 3600, 86_400


def kinds() -> dict[PollKind, tuple[str, str]]:
    """A name and a sentence for each."""
    return {
        PollKind.PROPOSAL: (_("Proposal"), _("Members agree, abstain, disagree or block, each with their reasons.")),
        PollKind.SINGLE: (_("One choice"), _("Members choose one of several options.")),
        PollKind.MULTIPLE: (_("Several choices"), _("Members tick every option that they would accept.")),
        PollKind.RANKED: (_("Ranking"), _("Members put the options in the order in which they prefer them.")),
        PollKind.SCORE: (_("Scores"), _("Members give points to every option.")),
        PollKind.TIME: (_("Find a time"), _("Members say when they can come, each by their own clock.")),
    }


def methods() -> list[tuple[str, str]]:
    return [
        (Method.SCHULZE.value, _("Schulze: every option is compared with every other")),
        (Method.INSTANT_RUNOFF.value, _("Instant run-off: the last one leaves, round by round")),
    ]


def times_of_results() -> list[tuple[str, str]]:
    return [
        (Results.ALWAYS.value, _("Everybody, at any time")),
        (Results.AFTER_VOTING.value, _("Whoever has voted")),
        (Results.AFTER_CLOSING.value, _("Nobody until it is closed")),
    ]


def stances() -> dict[Stance, str]:
    return {
        Stance.AGREE: _("Agree"),
        Stance.ABSTAIN: _("Abstain"),
        Stance.DISAGREE: _("Disagree"),
        Stance.BLOCK: _("Block"),
    }


def left(until: datetime, now: datetime) -> str:
    """How long it is until then, in the largest unit that fits."""
    seconds = int((until - now).total_seconds())
    if seconds >= DAY:
        days = seconds // DAY
        return ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}
    if seconds >= HOUR:
        hours = seconds // HOUR
        return ngettext("%(n)s hour left", "%(n)s hours left", hours) % {"n": hours}
    minutes = max(1, seconds // MINUTE)
    return ngettext("%(n)s minute left", "%(n)s minutes left", minutes) % {"n": minutes}


def count_of(poll: PollDoc, result: Tally, total: OptionTotal) -> tuple[str, int]:
    """What an option got, in words, and as a percentage for its bar."""
    voters = result.voters or 1
    if poll.kind is PollKind.SCORE:
        best = poll.score_max or 1
        told = _("%(mean)s of %(best)s") % {"mean": f"{total.mean:.1f}", "best": best}
        return told, round(100 * total.points / (voters * best))
    if poll.kind is PollKind.TIME:
        told = _("%(yes)s yes, %(perhaps)s if need be, %(no)s no") % {
            "yes": total.votes,
            "perhaps": total.if_need_be,
            "no": total.no,
        }
        return told, round(100 * (total.votes + total.if_need_be) / voters)
    percent = round(100 * total.votes / voters)
    if poll.kind is PollKind.RANKED:
        return ngettext("%(n)s first choice", "%(n)s first choices", total.votes) % {"n": total.votes}, percent
    words = ngettext("%(n)s vote", "%(n)s votes", total.votes) % {"n": total.votes}
    return f"{words} · {percent} %", percent


def verdict(poll: PollDoc, result: Tally, winner: str) -> str:
    """What came of a closed poll, in a sentence."""
    if result.why_not is not None:
        return _failing(result.why_not)
    if poll.kind is PollKind.PROPOSAL:
        return _("The proposal carries.")
    return _("%(option)s has won.") % {"option": winner}


def _failing(why_not: Failing) -> str:
    return {
        Failing.NO_VOTES: _("Nobody voted."),
        Failing.NO_QUORUM: _("Too few have voted: the quorum was not reached."),
        Failing.BLOCKED: _("It does not carry: it was blocked."),
        Failing.TIED: _("It is a tie."),
        Failing.OUTVOTED: _("It does not carry: more disagree than agree."),
        Failing.BELOW_SHARE: _("It does not carry: the share it needed was not reached."),
    }[why_not]


def hidden(poll: PollDoc) -> str:
    """Why there is no result to see."""
    if poll.phase is Phase.WAITING or poll.results is Results.ALWAYS:
        return ""
    if poll.results is Results.AFTER_CLOSING:
        return _("The result is shown once the poll is closed.")
    return _("The result is shown to you once you have voted.")
