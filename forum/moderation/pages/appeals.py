"""What was decided about something of one's own, and the appeal against it."""
from starlette.responses import Response

from forum.kit.errors import Refusal
from forum.moderation.commands.appeal import TEXT_LENGTH, appeal
from forum.moderation.pages import words
from forum.moderation.queries.case import verdict
from forum.moderation.schemas import VerdictDoc
from forum.web.language import gettext as _
from forum.web.page import View, decoded, errors_of, form, page, see
from forum.web.rendering import page as shown


async def _page(view: View, refusal: Refusal | None) -> Response:
    doc = decoded(await verdict(view.actor, view.id("id")), VerdictDoc)
    return shown(
        view,
        "moderation/verdict.html",
        title=_("What was decided, and why"),
        doc=doc,
        told=words.told(doc.decision, doc.target),
        reason=words.short_reasons()[doc.reason] if doc.reason else "",
        outcomes=words.outcomes(),
        text=view.text("text"),
        most=TEXT_LENGTH,
        errors=errors_of(refusal),
    )


@page("appeal_own_case", signed_in=True)
async def verdict_page(view: View) -> Response:
    return await _page(view, None)


@form("appeal_own_case", refill=_page)
async def send_appeal(view: View) -> Response:
    await appeal(view.actor, view.id("id"), view.text("text"))
    return see(f"/appeals/{view.id('id')}", said="appealed")
