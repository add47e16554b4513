"""What was done, in words without names: for a group's public log."""
from typing import Final

from forum.moderation.models import ActKind, FlagReason
from forum.web.language import gettext
from forum.web.language import mark as _

WORDS: Final = {
    ActKind.CASE_DECIDED: _("A case was looked at"),
    ActKind.APPEAL_DECIDED: _("An appeal was decided"),
    ActKind.POST_APPROVED: _("A newcomer's post was let through"),
    ActKind.POST_NOTED: _("An author was sent a note"),
    ActKind.POST_HIDDEN: _("A post was hidden"),
    ActKind.POST_RESTORED: _("A post was shown again"),
    ActKind.POST_REMOVED: _("A post was removed"),
    ActKind.POST_PURGED: _("A post was deleted for good"),
    ActKind.POST_EDITED: _("A post was edited by those who look after the place"),
    ActKind.DAY_REMOVED: _("All posts of one account and day were removed"),
    ActKind.MEMBER_WARNED: _("A member was warned"),
    ActKind.MEMBER_SILENCED: _("A member was silenced for a while"),
    ActKind.MEMBER_SUSPENDED: _("A member was suspended for a while"),
    ActKind.SUSPENSION_CONFIRMED: _("A suspension was confirmed by a second person"),
    ActKind.SANCTION_LIFTED: _("A silence or a suspension was lifted"),
    ActKind.GLASS_OPENED: _("The site's staff opened this group for an hour"),
    ActKind.SLOW_MODE_SET: _("Slow mode was set"),
    ActKind.THREAD_PINNED: _("A thread was pinned"),
    ActKind.THREAD_UNPINNED: _("A thread was taken off the top"),
    ActKind.THREAD_LOCKED: _("A thread was locked"),
    ActKind.THREAD_UNLOCKED: _("A thread was opened for replies again"),
    ActKind.THREAD_MOVED: _("A thread was moved to another group"),
    ActKind.THREAD_MERGED: _("A thread was merged into another"),
    ActKind.THREAD_SPLIT: _("A thread was split"),
    ActKind.THREAD_LISTED: _("A thread was listed in a second group"),
    ActKind.THREAD_UNLISTED: _("A thread is no longer listed in a second group"),
    ActKind.THREAD_TAGGED: _("The tags of a thread were changed"),
    ActKind.THREAD_MARKED_DUPLICATE: _("A thread was marked as a duplicate"),
    ActKind.THREAD_UNMARKED_DUPLICATE: _("A thread is no longer marked as a duplicate"),
    ActKind.THREAD_LANGUAGE_SET: _("The language of a thread was changed"),
    ActKind.WIKI_MADE: _("A post became a wiki post"),
    ActKind.WIKI_ENDED: _("A wiki post became an ordinary one"),
    ActKind.EDITOR_NAMED: _("A member was named to write summaries and wiki posts"),
    ActKind.EDITOR_ENDED: _("A member no longer writes summaries and wiki posts"),
    ActKind.SUMMARY_REMOVED: _("The summary of a thread was removed"),
}
REASONS: Final = {
    FlagReason.SPAM: _("Advertising"),
    FlagReason.OFFENSIVE: _("Offensive"),
    FlagReason.OFF_TOPIC: _("Off topic"),
    FlagReason.PERSONAL_DATA: _("Private details of people"),
    FlagReason.MISLEADING: _("Misleading"),
    FlagReason.OTHER: _("Something else"),
}


def act_words(kind: ActKind) -> str:
    return gettext(WORDS[kind])


def reason_words(reason: FlagReason) -> str:
    return gettext(REASONS[reason])
