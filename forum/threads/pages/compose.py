"""The composer: one form for a new thread, a reply and an edit, with preview and drafts from the server."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
from markupsafe import Markup
from starlette.responses import Response

from forum.groups import queries as groups
from forum.groups.models import Visibility
from forum.groups.policies import can_read
from forum.groups.schemas import GroupPage
from forum.kit.errors import Invalid, NotFound, Refusal
from forum.kit.fields import body_field
from forum.kit.markdown import render_async
from forum.kit.verdict import require
from forum.searching.queries.similar import similar_titles
from forum.searching.schemas import SimilarThread
from forum.threads import queries
from forum.threads.commands import drafts
from forum.threads.commands.post_reply import post_reply
from forum.threads.commands.start_thread import start_thread
from forum.threads.models import PostState, ThreadKind
from forum.threads.pages.kinds import kinds
from forum.threads.pages.states import group_of_card, thread_of
from forum.threads.policies import can_reply, can_start_thread
from forum.threads.schemas import DraftDoc, DraftText, ReplyDraft, SinglePost, ThreadHead, ThreadPage
from forum.web.dates import languages
from forum.web.language import formats
from forum.web.language import gettext as _
from forum.web.page import View, decoded, errors_of, form, page, see
from forum.web.rendering import fragment
from forum.web.rendering import page as shown


@dataclass(slots=True)
class Composer:
    """Where a text goes (``action``), who will read it, and what stands in its fields."""

    action: str
    send: str
    audience: str
    values: dict[str, str]
    hidden: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    titled: bool = False
    parent: SinglePost | None = None
    preview: Markup | None = None
    language: str = ""
    rules: str = ""
    continued: ReplyDraft | None = None
    back: str = ""
    alike: list[SimilarThread] = field(default_factory=list)


def audience(visibility: Visibility, title: str) -> str:
    """Who can read what is written here, in one line."""
    if visibility is Visibility.PUBLIC:
        return _("Everybody on the web can read this.")
    if visibility is Visibility.MEMBERS:
        return _("Every member of this community can read this.")
    return _("Only the members of %(group)s can read this.") % {"group": title}


def reply_below(view: View, doc: ThreadHead, page_number: int) -> Markup:
    """The reply form at the end of a thread, with the draft that waits there; empty where one may not reply."""
    if not can_reply(view.actor, thread_of(doc)):
        return Markup("")
    draft = doc.draft
    composer = _reply_composer(view, doc, {"body": draft.body if draft else ""})
    if draft:
        composer.continued, composer.back = draft, f"/t/{doc.id}/{doc.slug}?page={page_number}"
        composer.hidden |= {"draft": str(draft.id), "draft_version": str(draft.version)}
        if draft.in_reply_to is not None:
            composer.hidden["in_reply_to"] = str(draft.in_reply_to)
    return fragment("threads/composer.html", view, composer=composer)


def _reply_composer(view: View, doc: ThreadHead, values: dict[str, str]) -> Composer:
    return Composer(
        action=f"/t/{doc.id}/reply",
        send=_("Send reply"),
        audience=audience(doc.group.visibility, doc.group.title),
        values=values,
        hidden={"thread": str(doc.id)},
        language=doc.language,
    )


async def _reply_page(
    view: View, thread_id: int, values: dict[str, str], parent_id: int | None, *, kept: bool = False
) -> Composer:
    """A ``kept`` text may be looked at by whoever may read the thread: it outlives the right to send it."""
    doc = decoded(await queries.thread_page(view.actor, thread_id, 0, 1), ThreadPage)
    if not kept:
        require(can_reply(view.actor, thread_of(doc)))
    composer = _reply_composer(view, doc, values)
    view.request.state.thread = doc
    if parent_id is not None:
        parent = decoded(await queries.single_post(view.actor, parent_id), SinglePost)
        if parent.thread_id != thread_id or parent.state is not PostState.PUBLIC:
            raise NotFound
        composer.parent = parent
        composer.hidden["in_reply_to"] = str(parent_id)
    return composer


async def _new_thread_page(view: View, slug: str, values: dict[str, str], *, kept: bool = False) -> Composer:
    group = decoded(await groups.group_page(view.actor, slug), GroupPage)
    state = group_of_card(group, has_facilitator=group.has_facilitator)
    require(can_read(view.actor, state) if kept else can_start_thread(view.actor, state))
    view.request.state.group = group
    return Composer(
        action=f"/g/{slug}/new",
        send=_("Start the thread"),
        audience=audience(group.visibility, group.title),
        values={"title": "", "body": "", "kind": "", "language": group.language} | values,
        hidden={"group": slug},
        titled=True,
        language=group.language,
        rules=group.rules,
        alike=await similar_titles(view.actor, title) if (title := values.get("title", "").strip()) else [],
    )


def _page(view: View, composer: Composer, title: str, refusal: Refusal | None = None) -> Response:
    """The composer on a page of its own; the draft that it continues stays named in it."""
    composer.errors = errors_of(refusal)
    composer.hidden |= {name: view.form[name] for name in ("draft", "draft_version") if view.form.get(name)}
    may_announce = composer.titled and view.actor.facilitates(view.request.state.group.id)
    offered = [kind for kind in kinds() if may_announce or kind[0] != ThreadKind.ANNOUNCEMENT]
    return shown(
        view,
        "threads/compose.html",
        title=title,
        composer=composer,
        group=getattr(view.request.state, "group", None),
        thread=getattr(view.request.state, "thread", None),
        kinds=offered,
        languages=list(languages(formats()).items()),
    )


def _typed(view: View) -> dict[str, str]:
    return {name: view.form[name] for name in ("title", "body", "kind", "language") if name in view.form}


# A new thread


@page("start_thread", signed_in=True)
async def new_thread(view: View) -> Response:
    return _page(view, await _new_thread_page(view, view.slug(), {}), _("New thread"))


async def _thread_again(view: View, refusal: Refusal) -> Response:
    return _page(view, await _new_thread_page(view, view.slug(), _typed(view)), _("New thread"), refusal)


@form("start_thread", refill=_thread_again)
async def send_thread(view: View) -> Response:
    kind, language = view.text("kind") or ThreadKind.DISCUSSION, view.text("language")
    if kind not in set(ThreadKind):
        raise Invalid({"kind": "unknown_choice"})
    if language and language not in languages("en"):
        raise Invalid({"language": "unknown_choice"})
    thread_id = await start_thread(
        view.actor,
        view.slug(),
        title=view.text("title"),
        body=view.text("body"),
        kind=ThreadKind(kind),
        language=language or None,
        draft=view.sent_number("draft"),
    )
    return see(f"/t/{thread_id}")


# A reply


@page("reply", signed_in=True)
async def reply_to_post(view: View) -> Response:
    """`?quote=1` begins with the post's text, quoted."""
    parent = decoded(await queries.single_post(view.actor, view.id("id")), SinglePost)
    quoted = _quoted(parent) if view.query.get("quote") else ""
    composer = await _reply_page(view, parent.thread_id, {"body": quoted}, parent.id)
    return _page(view, composer, _("Reply"))


def _quoted(post: SinglePost) -> str:
    lines = "\n".join("> " + line if line else ">" for line in (post.body or "").split("\n"))
    name = f"@{post.author.username}" if post.author else ""
    return f"{name}:\n\n{lines}\n\n" if name else lines + "\n\n"


async def _reply_again(view: View, refusal: Refusal) -> Response:
    try:
        parent = view.sent_number("in_reply_to")
        composer = await _reply_page(view, view.id("id"), _typed(view), parent)
    except (Invalid, NotFound):
        # The post that it answers is gone: the text answers the thread.
        composer = await _reply_page(view, view.id("id"), _typed(view), None)
    return _page(view, composer, _("Reply"), refusal)


@form("reply", refill=_reply_again)
async def send_reply(view: View) -> Response:
    post_id = await post_reply(
        view.actor,
        view.id("id"),
        view.text("body"),
        in_reply_to=view.sent_number("in_reply_to"),
        draft=view.sent_number("draft"),
    )
    return to_post(decoded(await queries.single_post(view.actor, post_id), SinglePost))


def to_post(post: SinglePost, said: str = "") -> Response:
    """Where it stands in its thread; one that has no number yet waits below the others."""
    path = f"/t/{post.thread_id}/{post.thread_slug}"
    if post.number is None:
        return see(path, said=said, at=f"waiting-{post.id}")
    nth = (post.number - 1) // queries.PAGE_SIZE + 1
    return see(path, page=nth if nth > 1 else "", said=said, at=f"p{post.number}")


# Preview and drafts, for all of them


async def _composer_of(view: View) -> tuple[Composer, str]:
    """The composer that a preview or a draft came from."""
    if slug := view.text("group"):
        return await _new_thread_page(view, slug, _typed(view), kept=True), _("New thread")
    thread_id = view.sent_number("thread")
    if thread_id is None:
        raise Invalid({"thread": "required"})
    parent = view.sent_number("in_reply_to")
    return await _reply_page(view, thread_id, _typed(view), parent, kept=True), _("Reply")


async def _compose_again(view: View, refusal: Refusal) -> Response:
    composer, title = await _composer_of(view)
    return _page(view, composer, title, refusal)


@form("keep_drafts_and_preview", refill=_compose_again, keyless=True)
async def preview(view: View) -> Response:
    composer, title = await _composer_of(view)
    rendered = await render_async(body_field(view.text("body"), "body"))
    composer.preview = Markup(rendered.html)  # noqa: S704 - sanitised by the renderer
    return _page(view, composer, title)


def _draft_text(view: View) -> DraftText:
    given: dict[str, Any] = {name: value for name, value in _typed(view).items() if value}
    given["group"] = view.text("group") or None
    given["thread"] = view.sent_number("thread")
    given["in_reply_to"] = view.sent_number("in_reply_to")
    try:
        return msgspec.convert(given, DraftText)
    except msgspec.ValidationError as error:
        raise Invalid({"body": "not_valid"}) from error


@form("keep_drafts_and_preview", refill=_compose_again)
async def keep_draft(view: View) -> Response:
    """A new draft, or the one that this text continues."""
    text = _draft_text(view)
    draft_id = view.sent_number("draft")
    if draft_id:
        try:
            await drafts.change_draft(view.actor, draft_id, text, view.sent_number("draft_version", 2**31 - 1))
            return see("/me/drafts", said="draft")
        except NotFound:
            pass  # deleted in another tab: this text is kept as a new one
    await drafts.keep_draft(view.actor, text)
    return see("/me/drafts", said="draft")


@page("keep_drafts_and_preview", signed_in=True)
async def draft(view: View) -> Response:
    """A draft, open in its composer."""
    doc = decoded(await queries.draft(view.actor, view.id("id")), DraftDoc)
    values = {"title": doc.title, "body": doc.body, "kind": doc.kind.value, "language": doc.language}
    view.form = {"draft": str(doc.id), "draft_version": str(doc.version)}
    if doc.thread_id is not None:
        try:
            composer = await _reply_page(view, doc.thread_id, values, doc.in_reply_to, kept=True)
        except NotFound:
            composer = await _reply_page(view, doc.thread_id, values, None, kept=True)
        return _page(view, composer, _("Reply"))
    if doc.group is None:
        raise NotFound
    return _page(view, await _new_thread_page(view, doc.group.slug, values, kept=True), _("New thread"))
