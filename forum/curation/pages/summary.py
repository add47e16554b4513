"""The summary of a thread: write it, its history, remove it."""
from starlette.responses import Response

from forum.curation.commands.summarise import remove_summary, write_summary
from forum.curation.policies import can_write_summary
from forum.curation.queries import summary as queries
from forum.curation.schemas import SummaryDoc, SummaryRevisions
from forum.curation.summary_text import MOST, summary_text
from forum.kit.errors import NotFound, Refusal
from forum.kit.verdict import require
from forum.threads import queries as threads
from forum.threads.pages.changes import with_changes
from forum.threads.pages.states import thread_of
from forum.threads.schemas import ThreadPage
from forum.web.language import gettext as _
from forum.web.page import View, decoded, errors_of, form, page, see
from forum.web.rendering import fragment
from forum.web.rendering import page as shown


async def _thread(view: View) -> ThreadPage:
    return decoded(await threads.thread_page(view.actor, view.id("id"), 0, 1), ThreadPage)


async def _stored(view: View) -> SummaryDoc | None:
    try:
        return decoded(await queries.summary(view.actor, view.id("id")), SummaryDoc)
    except NotFound:
        return None


async def _form(view: View, refusal: Refusal | None, preview: str | None = None) -> Response:
    """A refused text is kept; a stale one shows the other text as well, and may then be sent over it."""
    thread = await _thread(view)
    require(can_write_summary(view.actor, thread_of(thread)))
    stored = await _stored(view)
    details = refusal.details if refusal is not None else {}
    errors = errors_of(refusal)
    values = {"through": str(thread.last_number)} | view.form
    back = f"/t/{thread.id}/{thread.slug}"
    return shown(
        view,
        "threads/edit_text.html",
        title=_("Edit the summary") if stored else _("Write a summary"),
        action=f"/t/{thread.id}/summary",
        back=back,
        crumb=thread.title,
        body=view.form.get("body", stored.body if stored else ""),
        version=details.get("version", view.text("version") or (stored.version if stored else 0)),
        theirs=details.get("theirs") or None,
        errors=errors,
        preview=preview,
        more=fragment("curation/summary_fields.html", view, values=values, errors=errors),
        remove=f"/t/{thread.id}/summary/remove" if stored else None,
    )


@page("write_summary_or_wiki_post", signed_in=True)
async def summary_form(view: View) -> Response:
    return await _form(view, None)


@form("write_summary_or_wiki_post", refill=_form)
async def save_summary(view: View) -> Response:
    thread_id = view.id("id")
    await write_summary(
        view.actor,
        thread_id,
        view.text("body"),
        version=view.sent_number("version", 2**31 - 1),
        through=view.sent_number("through", 2**31 - 1),
    )
    return see(f"/t/{thread_id}", said="saved", at="summary")


@form("write_summary_or_wiki_post", refill=_form, keyless=True)
async def preview_summary(view: View) -> Response:
    body = view.text("body")[: MOST * 2]
    return await _form(view, None, preview=(await summary_text(body, view.id("id"))).html)


@page("read_edit_history")
async def summary_history(view: View) -> Response:
    """The versions of a summary, newest first, each with what it changed."""
    found = decoded(await queries.summary_revisions(view.actor, view.id("id")), SummaryRevisions)
    thread = await _thread(view)
    return shown(
        view,
        "threads/history.html",
        title=_("History of the summary"),
        back=f"/t/{thread.id}/{thread.slug}",
        crumb=thread.title,
        versions=with_changes(found.items),
    )


async def _removal(view: View, refusal: Refusal | None) -> Response:
    thread = await _thread(view)
    require(can_write_summary(view.actor, thread_of(thread)))
    if thread.summary is None:
        raise NotFound
    return shown(
        view,
        "curation/remove_summary.html",
        title=_("Remove the summary"),
        back=f"/t/{thread.id}/{thread.slug}",
        crumb=thread.title,
        reason=view.text("reason"),
        errors=errors_of(refusal),
    )


@page("write_summary_or_wiki_post", signed_in=True)
async def summary_removal(view: View) -> Response:
    return await _removal(view, None)


@form("write_summary_or_wiki_post", refill=_removal)
async def drop_summary(view: View) -> Response:
    await remove_summary(view.actor, view.id("id"), view.text("reason"))
    return see(f"/t/{view.id('id')}", said="summary_gone")
