"""The first page, for those who are at home here and for those who look in."""
import msgspec

from forum.groups.schemas import GroupCard
from forum.notifications.schemas import NoticeDoc
from forum.threads.schemas import DraftDoc, ThreadLine


class Home(msgspec.Struct, frozen=True):
    """Signed in: what is new for me."""

    unread: list[ThreadLine]
    notices: list[NoticeDoc]
    drafts: list[DraftDoc]
    groups: list[GroupCard]


class Front(msgspec.Struct, frozen=True):
    """Signed out: what this is, and what goes on in the open."""

    threads: list[ThreadLine]
    groups: list[GroupCard]
    member_count: int
    group_count: int
    post_count: int
