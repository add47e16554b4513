"""What was just done, told on the page that follows: a code in the address, a fixed sentence on the page."""

from typing import Final

from markupsafe import escape

from forum.web.language import gettext
from forum.web.language import mark as _

_SENTENCES: Final = {
    "joined": _("You are in. Welcome!"),
    "requested": _("Your request is with the facilitators. You will find their answer in your notices."),
    "left": _("You have left this group. You can come back any time."),
    "saved": _("Saved."),
    "curated": _("Done. You can undo it within a day, in the group's log."),
    "draft": _("Your draft is kept."),
    "draft_gone": _("The draft is deleted."),
    "withdrawn": _("Your post is withdrawn. Its place in the thread stays."),
    "flagged": _("Thank you. Somebody will look at it, and you will be told once they have."),
    "flag_gone": _("Your flag is taken back."),
    "decided": _("Decided."),
    "restored": _("The post is back."),
    "appealed": _("Your appeal is with another person. You will find the answer here."),
    "read": _("Everything here is marked as read."),
    "invited": _("The invitation is on its way."),
    "approved": _("They are in."),
    "refused": _("The request is declined, and they have been told."),
    "removed": _("They are no longer in the group."),
    "banned": _("They are out, and cannot come back in."),
    "unbanned": _("The ban is lifted."),
    "role": _("Their role is changed."),
    "day_removed": _("They are removed. For 24 hours the log has a button that brings them back."),
    "purged": _("The text is deleted for good."),
    "sanctioned": _("It holds from now on, and they have been told why."),
    "sanction_lifted": _("It is lifted."),
    "confirmed": _("You agreed. It holds until the day that was said."),
    "glass_opened": _("The group is open to you for an hour. Its facilitators are told."),
    "glass_closed": _("The group is closed to you again."),
    "ended": _("That session is ended."),
    "token_made": _("This token was made already, and is shown only once. If you have not copied it, end it here."),
    "token_ended": _("The token is ended. Nothing can be done with it any more."),
    "client_made": _("This client was made already, and its token is shown only once. Without it, remove the client."),
    "client_removed": _("The client is removed. Its token opens nothing any more."),
    "link_made": _("This link was made already, and is shown only once."),
    "connected": _("Connected. From now on this way leads to your account as well."),
    "disconnected": _("That way to sign in no longer leads to your account."),
    "others_ended": _("You are signed in here only."),
    "search_saved": _("The search is saved. It tells you here what is new."),
    "search_gone": _("The search is deleted, and its feed has ended."),
    "feed_renewed": _("The feed has a new address. There is nothing at the old one any more."),
    "kept": _("Kept in your bookmarks."),
    "roster_read": _("The forum has read the roster."),
    "roster_stopped": _("So many would leave that the forum waits: an administrator decides."),
    "roster_failed": _("The forum could not read the roster. Nobody has lost a place."),
    "roster_unknown": _("The forum has no group for this course yet. Link a discussion first."),
    "course_ended": _("The course has ended, and its learners are among the alumni."),
    "roster": _("The roster is being read. Look again in a minute."),
    "drafted": _("Your draft is kept. Those whom you asked to lead it with you have been told."),
    "launched": _("Launched. From now on members can put their names to it."),
    "supported": _("Your name stands on it. Thank you."),
    "support_back": _("Your name is taken back."),
    "leading": _("You lead this initiative now. Thank you."),
    "not_leading": _("Thank you for the answer. You do not lead it."),
    "consented": _("Thank you. Your thread can become the discussion of this initiative."),
    "not_consented": _("Your thread stays as it is. The draft goes on without it."),
    "lead_asked": _("They have been asked, and will answer on this page."),
    "answered": _("Your answer stands beside the goal now."),
    "voted": _("Your vote is counted. Thank you."),
    "poll_closed": _("The poll is closed."),
    "outcome": _("The outcome is kept, here and among the group's decisions."),
    "update_sent": _("Your update stands in the discussion, and the co-sponsors are told."),
    "space_opened": _("This is the working group. The co-sponsors find their places in it in a moment."),
    "initiative_withdrawn": _("The initiative is withdrawn. What was said about it stays."),
    "reopened": _("The initiative is taken up again."),
    "completed": _("Completed. Thank you for carrying it to its end."),
    "undone": _("Undone."),
    "collection_gone": _("The collection is deleted."),
    "summary_gone": _("The summary is removed. The group's log can bring it back within a day."),
    "accepted": _("This is now the accepted answer."),
}


def said(code: str) -> str:
    """The sentence as a status line; nothing for a code that is not ours."""
    sentence = _SENTENCES.get(code)
    return f'<p class="said" role="status">{escape(gettext(sentence))}</p>' if sentence else ""
