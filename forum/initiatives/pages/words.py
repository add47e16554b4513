"""Stages, answers and days in words."""

from datetime import UTC, datetime

from markupsafe import Markup

from forum.initiatives.models import AnswerKind, Stage
from forum.initiatives.schemas import InitiativeHead, Sort
from forum.web.dates import moment
from forum.web.language import gettext as _
from forum.web.language import ngettext


def stages() -> dict[str, str]:
    return {
        Stage.DRAFT.value: _("Draft"),
        Stage.GATHERING.value: _("Gathering co-sponsors"),
        Stage.ACTIVE.value: _("Active"),
        Stage.COMPLETED.value: _("Completed"),
        Stage.WITHDRAWN.value: _("Withdrawn"),
        Stage.LAPSED.value: _("Lapsed"),
        Stage.DECLINED.value: _("Declined"),
    }


def answers() -> dict[str, str]:
    return {
        AnswerKind.ACCEPTED.value: _("Accepted"),
        AnswerKind.DECLINED.value: _("Declined"),
        AnswerKind.NEEDS_WORK.value: _("Needs work"),
    }


def sorts() -> dict[str, str]:
    return {
        Sort.NEWEST.value: _("Newest"),
        Sort.SUPPORTED.value: _("Most supported"),
        Sort.CLOSING.value: _("Closing soon"),
    }


def left(until: datetime | None) -> str:
    """How much time is left, in days; hours are for nobody who still has to find co-sponsors."""
    if until is None:
        return ""
    seconds = (until - datetime.now(UTC)).total_seconds()
    if seconds <= 0:
        return _("The time is over")
    days = int(seconds // 86_400)
    if days == 0:
        return _("Less than a day left")
    return ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}


def overdue(head: InitiativeHead) -> bool:
    """Whether the official answer is late."""
    return head.answer_due_at is not None and head.answer_due_at <= datetime.now(UTC)


def moment_of(at: datetime, zone: str) -> Markup:
    """A moment in full, as paper needs it, which nobody can touch to learn more."""
    found = moment(at, zone)
    return Markup('<time datetime="%s">%s</time>') % (found.machine, found.full)
