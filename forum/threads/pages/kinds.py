"""The kinds of threads, the levels of following and what is done with threads, in words."""

from forum.threads.models import FollowLevel, ThreadKind
from forum.threads.schemas import ThreadHead
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


def verbs(thread: ThreadHead) -> list[tuple[str, str]]:
    """What those who look after a thread can do with it: the end of the form's address, and words."""
    return [
        ("pin", _("Pinned: change it") if thread.pinned else _("Pin")),
        ("lock", _("Locked: change it") if thread.locked else _("Lock")),
        ("split", _("Split posts off")),
        ("merge", _("Merge into another thread")),
        ("move", _("Move to another group")),
        ("list", _("List in a second group")),
        ("duplicate", _("Mark as a duplicate")),
    ]
