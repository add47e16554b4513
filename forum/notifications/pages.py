"""What one was told, newest first."""

from starlette.responses import Response

from forum.moderation.pages.acts import reason_words
from forum.notifications import commands, queries
from forum.notifications.acts import told
from forum.notifications.models import NoticeKind
from forum.notifications.schemas import NoticeDoc, NoticeList
from forum.threads.pages.lists import next_before
from forum.web.language import gettext as _
from forum.web.page import View, decoded, form, page, see
from forum.web.rendering import page as shown

LINES = 40


def sentence(notice: NoticeDoc) -> str:
    """What happened; who and where stand beside it."""
    if notice.act is not None:
        return told(notice.act.kind, undone=notice.kind is NoticeKind.UNDONE)
    return _of_moderation(notice.kind) or {
        NoticeKind.REPLY: _("answered you"),
        NoticeKind.MENTION: _("named you"),
        NoticeKind.FOLLOWED: _("wrote in a thread that you follow"),
        NoticeKind.ACCEPTED: _("accepted your answer"),
        NoticeKind.INVITATION: _("invites you to a group"),
        NoticeKind.REQUEST: _("would like to join your group"),
        NoticeKind.APPROVED: _("Your request to join is granted"),
        NoticeKind.REFUSED: _("Your request to join is declined"),
        NoticeKind.ORPHANED_GROUP: _("A group has no facilitator any more"),
        NoticeKind.ROSTER_STOPPED: _("A course roster would let many people go, so nobody was"),
        NoticeKind.CO_LEAD_ASKED: _("asks you to lead an initiative together"),
        NoticeKind.CONSENT_ASKED: _("would like to make an initiative of your thread"),
        NoticeKind.ONE_THIRD: _("A third of the co-sponsors are there"),
        NoticeKind.TWO_THIRDS: _("Two thirds of the co-sponsors are there"),
        NoticeKind.GOAL_REACHED: _("The goal is reached; now the facilitators answer"),
        NoticeKind.ENDING_SOON: _("The time to gather co-sponsors ends within a week"),
        NoticeKind.LAPSED: _("An initiative did not find enough co-sponsors in time"),
        NoticeKind.ANSWERED: _("gave the official answer"),
        NoticeKind.ANSWER_OVERDUE: _("An initiative waits for your official answer; it is overdue"),
        NoticeKind.REVISED: _("handed in a new text, which waits for an answer"),
        NoticeKind.UPDATE: _("tells how it goes"),
        NoticeKind.LEADERLESS: _("Nobody leads this initiative any more. It is withdrawn after 14 days"),
        NoticeKind.LEAD_CHANGED: _("leads it now") if notice.actor else _("You are the lead now"),
        NoticeKind.LEAD_DECLINED: _("would rather not lead it"),
        NoticeKind.LEAD_LEFT: _("leads it no more"),
        NoticeKind.ENDED: _("ended an initiative") if notice.actor else _("An initiative has ended"),
        NoticeKind.POLL_CLOSING: _("A poll closes soon; your vote counts until then"),
        NoticeKind.POLL_CLOSED: _("A poll has closed. Please say what comes of it"),
        NoticeKind.OUTCOME: _("wrote what comes of a poll in which you voted"),
    }.get(notice.kind, _("Something new"))


def _of_moderation(kind: NoticeKind) -> str:
    return {
        NoticeKind.REPORT: _("Something waits for your look"),
        NoticeKind.CASE_WAITING: _("A case has waited for more than a day"),
        NoticeKind.LOOKED: _("Somebody has looked at what you flagged. Thank you"),
        NoticeKind.APPEALED: _("Somebody appealed; another person decides"),
        NoticeKind.GLASS: _("opened your group for an hour and reads it, with this reason"),
        NoticeKind.CONFIRMATION: _("suspended somebody for more than a week; that waits for a second person"),
        NoticeKind.WIDENED: _("Posts of yours were moved to where other people read them as well"),
    }.get(kind, "")


def target(notice: NoticeDoc) -> str:
    """Where a notice leads."""
    if notice.case_id is not None:
        return f"/moderation/cases/{notice.case_id}"
    if notice.post_id is not None:
        return f"/p/{notice.post_id}"
    if notice.initiative_id is not None:
        return f"/i/{notice.initiative_id}"
    if notice.thread_id is not None:
        return f"/t/{notice.thread_id}"
    if notice.kind is NoticeKind.REQUEST and notice.group is not None:
        return f"/g/{notice.group.slug}/requests"
    if notice.kind is NoticeKind.GLASS and notice.group is not None:
        return f"/g/{notice.group.slug}/activity"
    if notice.kind is NoticeKind.CONFIRMATION:
        return "/moderation/confirmations"
    return f"/g/{notice.group.slug}" if notice.group is not None else "/notices"


@page("keep_drafts_and_preview", signed_in=True)
async def notices(view: View) -> Response:
    found = decoded(await queries.notices(view.actor, view.number("before"), LINES), NoticeList)
    return shown(
        view,
        "notifications/notices.html",
        title=_("Notices"),
        section="notices",
        notices=found.items,
        older=next_before(found.next),
        sentence=sentence,
        reason_words=reason_words,
        target=target,
    )


@form("keep_drafts_and_preview")
async def read_notice(view: View) -> Response:
    """Marks it as read and goes where it leads."""
    await commands.mark_notice_read(view.actor, view.id("id"))
    to = view.text("to")
    return see(to if to.startswith(("/p/", "/t/", "/g/", "/i/", "/moderation")) else "/notices")


@form("keep_drafts_and_preview")
async def read_notices(view: View) -> Response:
    await commands.mark_all_notices_read(view.actor)
    return see("/notices", said="read")
