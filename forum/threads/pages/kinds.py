"""The kinds of threads and the levels of following, in words."""

from forum.threads.models import FollowLevel, ThreadKind
from forum.web.language import gettext as _


def kinds() -> list[tuple[str, str]]:
    return [
        (ThreadKind.DISCUSSION.value, _("Discussion")),
        (ThreadKind.QUESTION.value, _("Question: one reply can be accepted as its answer")),
        (ThreadKind.ANNOUNCEMENT.value, _("Announcement: by the group's facilitators")),
    ]


def levels(otherwise: str) -> list[tuple[str, str]]:
    """``otherwise`` says what no choice of one's own means."""
    return [
        ("", otherwise),
        (FollowLevel.ALL.value, _("Everything")),
        (FollowLevel.MENTIONS.value, _("Only what names or answers me")),
        (FollowLevel.MUTE.value, _("Nothing")),
    ]
