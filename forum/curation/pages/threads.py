"""The forms by which a thread is looked after; each says what it does, and all of it can be undone within a day."""
import re
from datetime import datetime
from typing import Any, Final

from starlette.responses import Response

from forum.curation.commands.list_thread import list_thread, unlist_thread
from forum.curation.commands.lock import lock, unlock
from forum.curation.commands.mark_duplicate import mark_duplicate, unmark_duplicate
from forum.curation.commands.merge import merge
from forum.curation.commands.move import move
from forum.curation.commands.pin import pin, unpin
from forum.curation.commands.split import split
from forum.curation.policies import can_curate, can_list, can_move, can_pin_everywhere
from forum.curation.queries.audience import authors_if_in
from forum.curation.queries.destinations import destinations
from forum.groups import queries as groups
from forum.groups.policies import GroupState, can_facilitate, can_read, widens
from forum.kit.errors import Invalid, Refusal
from forum.kit.verdict import require
from forum.polls.moments import instant
from forum.threads import queries
from forum.threads.models import PostState
from forum.threads.pages.states import thread_of
from forum.threads.pages.thread import page_of
from forum.threads.schemas import ThreadPage
from forum.web.language import gettext as _
from forum.web.page import View, decoded, errors_of, form, page, see
from forum.web.rendering import page as shown

FIELDS: Final = ("until", "everywhere", "group", "into", "of", "title", "widening", "seen", "reason")
# An address of a thread, or its number.
ADDRESS: Final = re.compile(r"(?:.*/t/)?([0-9]{1,18})(?:[/?#].*)?")


async def _deed(view: View, deed: str, title: str, refusal: Refusal | None, **more: Any) -> Response:
    """One form: what stands in it, and what was wrong with it."""
    doc: ThreadPage = more.pop("doc", None) or await _read(view)
    return shown(
        view,
        "curation/thread_deed.html",
        title=title,
        deed=deed,
        thread=doc,
        typed=dict.fromkeys(FIELDS, "") | view.form,
        errors=errors_of(refusal),
        **more,
    )


async def _read(view: View, number: int = 1) -> ThreadPage:
    """The thread, for those who may look after it; for its readers the refusal."""
    after = (number - 1) * queries.PAGE_SIZE
    doc = decoded(await queries.thread_page(view.actor, view.id("id"), after, queries.PAGE_SIZE), ThreadPage)
    require(can_curate(view.actor, thread_of(doc).group))
    return doc


def _until(view: View) -> datetime | None:
    """The beginning of a day where the reader is."""
    if not view.text("until"):
        return None
    try:
        return instant(view.text("until"), "00:00", view.zone)
    except Invalid:
        raise Invalid({"until": "not_valid"}) from None


def _thread_named(view: View, field: str) -> int:
    found = ADDRESS.fullmatch(view.text(field).strip())
    if found is None or not int(found.group(1)):
        raise Invalid({field: "no_such_thread" if view.text(field).strip() else "required"})
    return int(found.group(1))


def _done(view: View) -> Response:
    return see(f"/t/{view.id('id')}", said="curated")


async def _pin_again(view: View, refusal: Refusal | None) -> Response:
    doc = await _read(view)
    everywhere = bool(can_pin_everywhere(view.actor, thread_of(doc).group))
    return await _deed(view, "pin", _("Pin this thread"), refusal, doc=doc, may_everywhere=everywhere)


@page("lock_pin_split_thread", signed_in=True)
async def pin_form(view: View) -> Response:
    return await _pin_again(view, None)


@form("lock_pin_split_thread", refill=_pin_again)
async def save_pin(view: View) -> Response:
    if view.text("do") == "end":
        await unpin(view.actor, view.id("id"), reason=view.text("reason"))
        return _done(view)
    everywhere, reason = bool(view.text("everywhere")), view.text("reason")
    await pin(view.actor, view.id("id"), until=_until(view), everywhere=everywhere, reason=reason)
    return _done(view)


async def _lock_again(view: View, refusal: Refusal | None) -> Response:
    return await _deed(view, "lock", _("Lock this thread"), refusal)


@page("lock_pin_split_thread", signed_in=True)
async def lock_form(view: View) -> Response:
    return await _lock_again(view, None)


@form("lock_pin_split_thread", refill=_lock_again)
async def save_lock(view: View) -> Response:
    if view.text("do") == "end":
        await unlock(view.actor, view.id("id"), reason=view.text("reason"))
    else:
        await lock(view.actor, view.id("id"), reason=view.text("reason"), until=_until(view))
    return _done(view)


async def _move_again(view: View, refusal: Refusal | None) -> Response:
    doc = await _read(view)
    warning = await _warning(view, doc, view.text("group"))
    places = await destinations(view.actor, thread_of(doc).group, can_move)
    return await _deed(view, "move", _("Move to another group"), refusal, doc=doc, warning=warning, places=places)


async def _warning(view: View, doc: ThreadPage, slug: str) -> dict[str, Any] | None:
    """What moving posts to a group means for those who wrote them; nothing of a group that is not this reader's."""
    if not slug:
        return None
    try:
        group = await groups.door(view.actor, slug.strip().lower())
        require(can_read(view.actor, group))
    except Refusal:
        return None
    return await _meaning(doc, group)


def _require_seen(view: View, warning: dict[str, Any] | None) -> None:
    """That people lose what they wrote is shown before it is done."""
    if warning and warning["shut_out"] and not view.text("seen"):
        raise Invalid({"seen": "authors_shut_out"})


async def _meaning(doc: ThreadPage, group: GroupState) -> dict[str, Any]:
    authors = await authors_if_in(doc.id, group)
    wider = widens(thread_of(doc).group, group)
    return {"group": group.title, "wider": wider, "authors": authors.authors, "shut_out": authors.shut_out}


@page("move_or_merge_thread", signed_in=True)
async def move_form(view: View) -> Response:
    return await _move_again(view, None)


@form("move_or_merge_thread", refill=_move_again)
async def save_move(view: View) -> Response:
    """Where its authors could read it no more, or others would, it is said before it is done."""
    wish = view.text("group")
    if not wish:
        raise Invalid({"group": "required"})
    _require_seen(view, await _warning(view, await _read(view), wish))
    widening, reason = bool(view.text("widening")), view.text("reason")
    await move(view.actor, view.id("id"), wish, reason=reason, widening=widening)
    return _done(view)


async def _warning_of_merge(view: View, doc: ThreadPage) -> dict[str, Any] | None:
    try:
        target = await queries.thread_door(view.actor, _thread_named(view, "into"))
    except Refusal:
        return None
    return await _meaning(doc, target.group)


async def _merge_again(view: View, refusal: Refusal | None) -> Response:
    doc = await _read(view)
    warning = await _warning_of_merge(view, doc)
    return await _deed(view, "merge", _("Merge into another thread"), refusal, doc=doc, warning=warning)


@page("move_or_merge_thread", signed_in=True)
async def merge_form(view: View) -> Response:
    return await _merge_again(view, None)


@form("move_or_merge_thread", refill=_merge_again)
async def save_merge(view: View) -> Response:
    into = _thread_named(view, "into")
    _require_seen(view, await _warning_of_merge(view, await _read(view)))
    widening, reason = bool(view.text("widening")), view.text("reason")
    await merge(view.actor, view.id("id"), into, reason=reason, widening=widening)
    return _done(view)


async def _split_again(view: View, refusal: Refusal | None) -> Response:
    """25 posts at a time to choose from; what was chosen on other pages comes along as hidden fields."""
    number = view.sent_number("page", 1_000_000) or view.number("page", 1, 1_000_000) or 1
    doc = await _read(view, number)
    here = {str(post.id) for post in doc.posts.items}
    chosen = set(view.chosen.get("posts", ()))
    last = max(1, page_of(doc.last_number))
    return await _deed(
        view,
        "split",
        _("Split posts off"),
        refusal,
        doc=doc,
        posts=[post for post in doc.posts.items if post.state is PostState.PUBLIC],
        chosen=chosen,
        elsewhere=sorted(chosen - here),
        page=number,
        last=last,
    )


@page("lock_pin_split_thread", signed_in=True)
async def split_form(view: View) -> Response:
    return await _split_again(view, None)


@form("lock_pin_split_thread", refill=_split_again, many=("posts",))
async def save_split(view: View) -> Response:
    """`turn` looks at another page of posts and keeps what is chosen."""
    if turn := view.sent_number("turn", 1_000_000):
        view.form["page"] = str(turn)
        return await _split_again(view, None)
    sent = view.chosen.get("posts", [])
    if not all(each.isascii() and each.isdigit() and len(each) < 19 for each in sent):
        raise Invalid({"posts": "not_in_thread"})
    posts, reason = [int(each) for each in sent], view.text("reason")
    made = await split(view.actor, view.id("id"), posts, title=view.text("title"), reason=reason)
    return see(f"/t/{made}", said="curated")


async def _list_again(view: View, refusal: Refusal | None) -> Response:
    doc = await _read(view)
    require(can_facilitate(view.actor, thread_of(doc).group))
    places = await destinations(view.actor, thread_of(doc).group, can_list)
    return await _deed(view, "list", _("List in a second group"), refusal, doc=doc, places=places)


@page("list_thread_in_second_group", signed_in=True)
async def list_form(view: View) -> Response:
    return await _list_again(view, None)


@form("list_thread_in_second_group", refill=_list_again)
async def save_listing(view: View) -> Response:
    """`end` is the short name of a group where it is no longer listed."""
    if end := view.text("end"):
        await unlist_thread(view.actor, view.id("id"), end, reason=view.text("reason"))
    elif slug := view.text("group"):
        await list_thread(view.actor, view.id("id"), slug, reason=view.text("reason"))
    else:
        raise Invalid({"group": "required"})
    return _done(view)


async def _duplicate_again(view: View, refusal: Refusal | None) -> Response:
    return await _deed(view, "duplicate", _("Mark as a duplicate"), refusal)


@page("lock_pin_split_thread", signed_in=True)
async def duplicate_form(view: View) -> Response:
    return await _duplicate_again(view, None)


@form("lock_pin_split_thread", refill=_duplicate_again)
async def save_duplicate(view: View) -> Response:
    if view.text("do") == "end":
        await unmark_duplicate(view.actor, view.id("id"), reason=view.text("reason"))
    else:
        await mark_duplicate(view.actor, view.id("id"), _thread_named(view, "of"), reason=view.text("reason"))
    return _done(view)
