"""What was done to a member, or to what they wrote, in words to them."""
from typing import Final

from forum.moderation.models import ActKind
from forum.web.language import gettext
from forum.web.language import mark as _

WORDS: Final = {
    ActKind.CASE_DECIDED: _("Something of yours was looked at"),
    ActKind.APPEAL_DECIDED: _("Your appeal was decided by another person"),
    ActKind.POST_APPROVED: _("Your post was let through"),
    ActKind.POST_NOTED: _("A note about a post of yours"),
    ActKind.POST_HIDDEN: _("A post of yours was hidden; you can still read it"),
    ActKind.POST_RESTORED: _("A post of yours is shown again"),
    ActKind.POST_REMOVED: _("A post of yours was removed"),
    ActKind.POST_PURGED: _("A post of yours was deleted for good"),
    ActKind.POST_EDITED: _("A post of yours was edited by those who look after the place"),
    ActKind.DAY_REMOVED: _("All your posts of one day were removed"),
    ActKind.MEMBER_WARNED: _("You were warned"),
    ActKind.MEMBER_SILENCED: _("For a while you can read but not write"),
    ActKind.MEMBER_SUSPENDED: _("You were suspended for a while"),
    ActKind.SUSPENSION_CONFIRMED: _("A second person confirmed your suspension"),
    ActKind.SANCTION_LIFTED: _("What was held against you is lifted: a warning, a silence or a suspension"),
    ActKind.THREAD_LOCKED: _("Your thread was locked"),
    ActKind.THREAD_UNLOCKED: _("Your thread takes replies again"),
    ActKind.THREAD_MOVED: _("Your thread was moved to another group"),
    ActKind.THREAD_MERGED: _("Your thread was merged into another"),
    ActKind.THREAD_SPLIT: _("Your thread was split"),
    ActKind.THREAD_LISTED: _("Your thread is listed in a second group as well"),
    ActKind.THREAD_UNLISTED: _("Your thread is no longer listed in a second group"),
    ActKind.THREAD_MARKED_DUPLICATE: _("Your thread was marked as a duplicate of another"),
    ActKind.THREAD_UNMARKED_DUPLICATE: _("Your thread is no longer marked as a duplicate"),
    ActKind.WIKI_MADE: _("A post of yours became a wiki post, which others can edit"),
    ActKind.WIKI_ENDED: _("A wiki post of yours is an ordinary one again"),
    ActKind.EDITOR_NAMED: _("You can now write summaries and wiki posts"),
    ActKind.EDITOR_ENDED: _("You no longer write summaries and wiki posts"),
}


def told(kind: ActKind, *, undone: bool) -> str:
    words = gettext(WORDS[kind])
    return gettext("This was undone: %(what)s") % {"what": words} if undone else words
