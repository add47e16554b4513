"""One post: edit, history, withdraw, react, bookmark, report."""

from starlette.responses import Response

from forum.kit.errors import Invalid, Refusal
from forum.kit.markdown import render_async
from forum.kit.verdict import require
from forum.threads import queries
from forum.threads.commands import follow as follows
from forum.threads.commands import react as reactions
from forum.threads.commands.edit_post import edit_post
from forum.threads.commands.withdraw_post import withdraw_post
from forum.threads.models import ReactionKind
from forum.threads.pages.changes import with_changes
from forum.threads.pages.compose import to_post
from forum.threads.pages.thread import back_to_thread, page_of
from forum.threads.policies import can_edit, can_withdraw
from forum.threads.schemas import RevisionList, SinglePost
from forum.web.language import gettext as _
from forum.web.page import View, decoded, errors_of, form, page, see
from forum.web.rendering import page as shown


async def _post(view: View) -> SinglePost:
    return decoded(await queries.single_post(view.actor, view.id("id")), SinglePost)


# Edit


async def _edit_form(view: View, refusal: Refusal | None, preview: str | None = None) -> Response:
    """A refused edit keeps the text; a stale one shows the other text as well, and may then be sent over it."""
    require(can_edit(view.actor, await queries.post_door(view.actor, view.id("id"))))
    post = await _post(view)
    details = refusal.details if refusal is not None else {}
    sent = view.text("version") or str(post.version)
    return shown(
        view,
        "threads/edit_text.html",
        title=_("Edit your post") if _is_mine(view, post) else _("Edit this post"),
        action=f"/p/{post.id}/edit",
        back=f"/p/{post.id}",
        crumb=post.thread_title,
        body=view.form.get("body", post.body or ""),
        version=details.get("version", sent),
        theirs=details.get("theirs"),
        errors=errors_of(refusal),
        preview=preview,
    )


def _is_mine(view: View, post: SinglePost) -> bool:
    return post.author is not None and post.author.username == view.actor.username


@page("edit_own_post", signed_in=True)
async def edit_form(view: View) -> Response:
    return await _edit_form(view, None)


@form("edit_own_post", refill=_edit_form)
async def save_post(view: View) -> Response:
    version = view.sent_number("version", 2**31 - 1)
    await edit_post(view.actor, view.id("id"), view.text("body"), version)
    return to_post(await _post(view), said="saved")


@form("edit_own_post", refill=_edit_form, keyless=True)
async def preview_edit(view: View) -> Response:
    rendered = await render_async(view.text("body")[:200_000])
    return await _edit_form(view, None, preview=rendered.html)


# History


@page("read_edit_history")
async def history(view: View) -> Response:
    """The versions of a post, newest first, each with what it changed."""
    versions = decoded(await queries.revisions(view.actor, view.id("id")), RevisionList).items
    post = await _post(view)
    return shown(
        view,
        "threads/history.html",
        title=_("History of post #%(n)s") % {"n": post.number},
        back=f"/p/{post.id}",
        crumb=post.thread_title,
        versions=with_changes(versions),
    )


# Withdraw


@page("delete_own_post", signed_in=True)
async def withdraw_form(view: View) -> Response:
    require(can_withdraw(view.actor, await queries.post_door(view.actor, view.id("id"))))
    return shown(view, "threads/withdraw.html", title=_("Withdraw your post"), post=await _post(view))


@form("delete_own_post")
async def withdraw(view: View) -> Response:
    info = await queries.post_door(view.actor, view.id("id"))
    await withdraw_post(view.actor, info.id)
    if info.number is None and not info.thread.published:
        return see(f"/g/{info.thread.group.slug}", said="withdrawn")
    nth = page_of(info.number or 1)
    return see(f"/t/{info.thread.id}", page=nth if nth > 1 else "", said="withdrawn", at=f"p{info.number or 1}")


# React, bookmark


@form("react")
async def react(view: View) -> Response:
    """`give` or `take` names the reaction; both say the end, so that twice is once."""
    kind = view.text("give") or view.text("take")
    if kind not in set(ReactionKind):
        raise Invalid({"give": "unknown_choice"})
    post_id = view.id("id")
    if view.text("give"):
        await reactions.give_reaction(view.actor, post_id, ReactionKind(kind))
    else:
        await reactions.take_reaction(view.actor, post_id, ReactionKind(kind))
    return await _back(view, post_id)


@form("follow_or_bookmark")
async def bookmark(view: View) -> Response:
    post_id = view.id("id")
    if view.text("do") == "drop":
        await follows.drop_bookmark(view.actor, post_id)
        return await _back(view, post_id)
    await follows.keep_bookmark(view.actor, post_id)
    return await _back(view, post_id, said="kept")


async def _back(view: View, post_id: int, said: str = "") -> Response:
    info = await queries.post_door(view.actor, post_id)
    return back_to_thread(view, info.thread.id, said)
