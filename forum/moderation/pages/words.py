"""What the pages of moderation call things."""
from forum.moderation.models import AppealOutcome, Decision, FlagReason, SanctionKind
from forum.moderation.pages.acts import reason_words
from forum.moderation.targets import TargetKind
from forum.web.language import gettext as _


def reasons() -> dict[str, str]:
    """The short list, as a flag chooses from it."""
    return {
        FlagReason.SPAM: _("It is advertising or a fraud"),
        FlagReason.OFFENSIVE: _("It offends or threatens somebody"),
        FlagReason.OFF_TOPIC: _("It does not belong here"),
        FlagReason.PERSONAL_DATA: _("It tells something private of a person"),
        FlagReason.MISLEADING: _("It misleads"),
        FlagReason.OTHER: _("Something else"),
    }


def short_reasons() -> dict[str, str]:
    return {reason.value: reason_words(reason) for reason in FlagReason}


def verdicts(target: TargetKind) -> list[tuple[int, Decision, str]]:
    """The buttons that fit, each with its key."""
    if target is TargetKind.PROFILE:
        return [
            (1, Decision.NO_ACTION, _("No action")),
            (2, Decision.NOTE, _("Note to them")),
            (4, Decision.HIDE_AND_SILENCE, _("Silence")),
        ]
    if target is TargetKind.INITIATIVE:
        return [
            (1, Decision.NO_ACTION, _("No action")),
            (2, Decision.NOTE, _("Note to its lead")),
            (3, Decision.HIDE, _("End it")),
            (4, Decision.HIDE_AND_SILENCE, _("End it and silence")),
        ]
    return [
        (1, Decision.NO_ACTION, _("No action")),
        (2, Decision.NOTE, _("Note to the author")),
        (3, Decision.HIDE, _("Hide")),
        (4, Decision.HIDE_AND_SILENCE, _("Hide and silence")),
        (5, Decision.REMOVE, _("Remove")),
    ]


def decisions() -> dict[str, str]:
    """What was decided, to those who decide."""
    return {
        Decision.NO_ACTION: _("no action"),
        Decision.NOTE: _("a note"),
        Decision.HIDE: _("hidden"),
        Decision.HIDE_AND_SILENCE: _("hidden, author silenced"),
        Decision.REMOVE: _("removed"),
    }


def told(decision: Decision, target: TargetKind) -> str:
    """What was decided, to the one whom it is about."""
    if decision is Decision.NOTE:
        return _("Somebody who looks after this place wrote you a note.")
    if target is TargetKind.PROFILE:
        return _("For a while you can read here, but not write.")
    if target is TargetKind.INITIATIVE:
        return _("Your initiative was ended.")
    return {
        Decision.HIDE: _("What you wrote was hidden. You can still read it."),
        Decision.HIDE_AND_SILENCE: _("What you wrote was hidden, and for a while you can read here, but not write."),
        Decision.REMOVE: _("What you wrote was removed."),
    }[decision]


def targets() -> dict[str, str]:
    return {
        TargetKind.POST: _("Post"),
        TargetKind.THREAD: _("Thread"),
        TargetKind.PROFILE: _("Profile"),
        TargetKind.INITIATIVE: _("Initiative"),
    }


def sanctions() -> dict[str, str]:
    return {
        SanctionKind.WARNING: _("warning"),
        SanctionKind.SILENCE: _("silence"),
        SanctionKind.SUSPENSION: _("suspension"),
    }


def outcomes() -> dict[str, str]:
    return {
        AppealOutcome.UPHELD: _("The decision stays"),
        AppealOutcome.OVERTURNED: _("The decision is overturned"),
    }
