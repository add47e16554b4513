"""A thread as people read it, and what they do with it as a whole."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby
from time import monotonic
from typing import Final, NamedTuple

import msgspec
from markupsafe import Markup, escape
from starlette.responses import Response

from auth.oidc.target import safe_target
from forum.curation.commands.edit_head import edit_head
from forum.curation.policies import can_collect_from, can_curate
from forum.curation.queries import tags as tags_of
from forum.curation.schemas import TagList
from forum.initiatives.pages.words import stages
from forum.initiatives.policies import can_draft
from forum.kit.errors import Invalid, NotFound, Refusal
from forum.kit.verdict import require
from forum.moderation.policies import can_flag_thread
from forum.moderation.queries.waits import median_wait
from forum.polls.pages.block import block
from forum.polls.queries import polls_of_posts
from forum.polls.schemas import PollDoc
from forum.reading import commands as reading
from forum.threads import queries
from forum.threads.commands import accept_answer as answers
from forum.threads.commands import follow as follows
from forum.threads.elsewhere import Elsewhere
from forum.threads.models import FollowLevel, PostKind, PostState, ThreadKind
from forum.threads.pages.article import article, moved, setting, went_along
from forum.threads.pages.compose import reply_below, to_post
from forum.threads.pages.kinds import kinds, levels, verbs
from forum.threads.pages.states import may, may_edit_thread, thread_of
from forum.threads.policies import can_edit_thread, can_write_wiki
from forum.threads.schemas import PostDoc, SinglePost, ThreadPage
from forum.threads.tags import MOST_TAGS
from forum.web.dates import languages
from forum.web.language import formats
from forum.web.language import gettext as _
from forum.web.page import View, decoded, errors_of, form, link_head, page, see
from forum.web.pager import pager
from forum.web.rendering import fragment, whole
from forum.web.rendering import page as shown

PAGE_SIZE: Final = queries.PAGE_SIZE
MOST_PAGES: Final = 1_000_000
MOST_KEPT: Final = 300
MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = timedelta(days=1)
# In the document as PostgreSQL writes it or as it was written anew; in what people write, quotation marks are escaped.
POLL: Final = re.compile(rb'"kind" ?: ?"poll"')

Polls = Mapping[int, PollDoc]


def page_of(number: int) -> int:
    return (number - 1) // PAGE_SIZE + 1


class Shown(NamedTuple):
    """A page of a thread, made for its reader; ``slug`` and ``last`` decide where an address leads instead."""

    id: int
    slug: str
    title: str
    last: int
    content: str


class _Kept(NamedTuple):
    shown: Shown
    until: float


# Visitors all see the same. The statement runs each time, so that a page is as fresh and as guarded as any other;
# what it answered is the key, and only the making of the HTML is saved.
_kept: OrderedDict[tuple[int, int, str, str], _Kept] = OrderedDict()


@page("read_content")
async def thread(view: View) -> Response:
    """25 posts; another slug than the thread's own leads to the right one, once the door is passed."""
    number = view.number("page", 1, MOST_PAGES) or 1
    after = (number - 1) * PAGE_SIZE
    try:
        body = await queries.thread_page(view.actor, view.id("id"), after, PAGE_SIZE)
    except Elsewhere as went:
        # With a fragment of its own: a browser keeps the old one otherwise, which names another post there.
        nth = page_of(went.number)
        return see(f"/t/{went.id}/{went.slug}", page=nth if nth > 1 else "", at=f"p{went.number}")
    if view.actor.is_anonymous and not POLL.search(body):
        shown = _for_visitors(view, body, number)
    else:
        doc = decoded(body, ThreadPage)
        shown = _shown(view, doc, number, await _polls(view, doc), await _usual_wait(doc))[0]
    path = f"/t/{shown.id}/{shown.slug}"
    if view.path.get("slug") != shown.slug:
        return see(path, page=number if number > 1 else "", said=view.query.get("said", ""))
    if number > shown.last:
        raise NotFound
    head = link_head(path + (f"?page={number}" if number > 1 else ""))
    return whole(view, shown.content, title=shown.title, section="thread", head=head)


async def _polls(view: View, doc: ThreadPage) -> Polls:
    """The polls of a page by post: one more statement, where it has some."""
    posts = [post.id for post in doc.posts.items if post.kind is PostKind.POLL]
    return await polls_of_posts(view.actor, posts) if posts else {}


async def _usual_wait(doc: ThreadPage) -> int | None:
    """How many hours a first post usually waits; asked only for those whose own one does."""
    return await median_wait() if doc.waiting else None


def _for_visitors(view: View, body: bytes, number: int) -> Shown:
    key = (hash(body), number, view.here, view.frame("").language)
    found, now = _kept.get(key), monotonic()
    if found is not None and found.until > now:
        _kept.move_to_end(key)
        return found.shown
    shown, newest = _shown(view, decoded(body, ThreadPage), number, {})
    # Ages are told in minutes and hours on the first day, and by the date afterwards.
    lasting = MINUTE if datetime.now(UTC) - newest < DAY else HOUR
    _kept[key] = _Kept(shown, now + lasting)
    if len(_kept) > MOST_KEPT:
        _kept.popitem(last=False)
    return shown


def _shown(
    view: View, doc: ThreadPage, number: int, polls: Polls, wait: int | None = None
) -> tuple[Shown, datetime]:
    """The page, and when the newest post on it was written."""
    path = f"/t/{doc.id}/{doc.slug}"
    last = max(1, page_of(doc.last_number))
    content = "".join(
        (
            _head(view, doc, number, last),
            f'<h2 class="vh">{escape(_("Posts"))}</h2>',
            f'<div id="posts" data-thread="{doc.id}" data-page="{number}" data-last="{doc.last_number}"',
            f' data-read="{doc.last_read}"{" data-end" if number == last else ""}>',
            _articles(view, doc, polls),
            "</div>",
            pager(path, number, last),
            fragment("threads/waiting.html", view, waiting=doc.waiting, wait=wait) if doc.waiting else "",
            _foot(view, doc, number),
        )
    )
    newest = max((post.created_at for post in doc.posts.items), default=doc.created_at)
    return Shown(doc.id, doc.slug, doc.title, last, content), newest


async def _read(view: View, after: int) -> ThreadPage:
    return decoded(await queries.thread_page(view.actor, view.id("id"), after, PAGE_SIZE), ThreadPage)


def _articles(view: View, doc: ThreadPage, polls: Polls) -> str:
    """The posts, with a line before the first that this reader has not read."""
    state = thread_of(doc)
    theirs = may(view.actor, state, own=False)
    own = may(view.actor, state, own=True) if view.actor.member_id else theirs
    mine = doc.initiative.id if doc.initiative and doc.initiative.mine else 0
    common, now = setting(view.zone, doc.id, doc.language, mine), datetime.now(UTC)
    me = view.actor.username
    parts: list[str] = []
    line_due = 0 < doc.last_read < doc.last_number
    for _where, run in groupby(doc.posts.items, key=went_along):
        several = list(run)
        post = several[0]
        if line_due and (several[-1].number or 0) > doc.last_read:
            line_due = False
            if post.number != 1:
                parts.append(f'<p class="newline" id="new"><span>{escape(_("New since your last visit"))}</span></p>')
        if post.state is PostState.MOVED:
            parts.append(moved(several))
            continue
        inset = ""
        if poll := polls.get(post.id):
            inset, post = block(view, poll, state), _without_question(post, poll)
        by_me = bool(me) and post.author is not None and post.author.username == me
        parts.append(article(post, common, own if by_me else theirs, now, doc.accepted_number, inset))
    return "".join(parts)


def _without_question(post: PostDoc, poll: PollDoc) -> PostDoc:
    """A poll without a text of its own has its question for one, which stands above the ballot anyway."""
    return msgspec.structs.replace(post, html="") if post.body == poll.question else post


def _head(view: View, doc: ThreadPage, number: int, last: int) -> Markup:
    first_new = doc.last_read + 1 if 0 < doc.last_read < doc.last_number else None
    return fragment(
        "threads/head.html",
        view,
        thread=doc,
        page=number,
        last_page=last,
        first_new=first_new,
        page_of=page_of,
        stages=stages(),
        may_draft=doc.initiative is None and bool(can_draft(view.actor, thread_of(doc).group)),
        may_collect=bool(can_collect_from(view.actor, thread_of(doc).group)),
        may_summarise=bool(can_write_wiki(view.actor, thread_of(doc).group)),
        may_flag=view.actor.member_id is not None and bool(can_flag_thread(view.actor, thread_of(doc))),
        may_curate=bool(view.actor.member_id and can_curate(view.actor, thread_of(doc).group)),
        curating=verbs(doc),
        may_edit=may_edit_thread(view.actor, thread_of(doc)) if view.actor.member_id else False,
    )


def _foot(view: View, doc: ThreadPage, number: int) -> Markup:
    return fragment(
        "threads/foot.html",
        view,
        thread=doc,
        page=number,
        composer=reply_below(view, doc, number),
        levels=levels(_("As in the group")),
    )


@page("read_content")
async def post_address(view: View) -> Response:
    """A post's permanent address: to its page and place, after the door."""
    found = decoded(await queries.single_post(view.actor, view.id("id")), SinglePost)
    return to_post(found, said=view.query.get("said", ""))


def back_to_thread(view: View, thread_id: int, said: str = "") -> Response:
    """Where a button of a thread's page leads back to: the page in its `back` field, `at` the post it is on."""
    back = safe_target(view.text("back") or f"/t/{thread_id}")
    path, _sep, query = back.partition("?")
    nth = query.removeprefix("page=") if query.startswith("page=") else ""
    at = view.query.get("at", "")
    return see(
        path if path.startswith("/t/") else f"/t/{thread_id}",
        page=nth if nth.isdigit() else "",
        said=said,
        at=f"p{at}" if at.isdigit() else "",
    )


@form("follow_or_bookmark")
async def follow_thread(view: View) -> Response:
    level = view.text("level")
    if level and level not in set(FollowLevel):
        raise Invalid({"level": "unknown_choice"})
    if level:
        await follows.follow_thread(view.actor, view.id("id"), FollowLevel(level))
    else:
        await follows.unfollow_thread(view.actor, view.id("id"))
    return back_to_thread(view, view.id("id"), said="saved")


@form("mark_read")
async def read_thread(view: View) -> Response:
    number = view.sent_number("number", 2**31 - 1)
    if number is None:
        raise Invalid({"number": "required"})
    await reading.mark_read(view.actor, view.id("id"), number)
    return back_to_thread(view, view.id("id"), said="read")


@form("accept_answer")
async def answer_thread(view: View) -> Response:
    """`post` is the answer's id; empty takes the acceptance back."""
    post_id = view.sent_number("post")
    if post_id:
        await answers.accept_answer(view.actor, view.id("id"), post_id)
    else:
        await answers.unaccept_answer(view.actor, view.id("id"))
    return back_to_thread(view, view.id("id"), said="accepted" if post_id else "")


async def _thread_form(view: View, refusal: Refusal | None) -> Response:
    doc = await _read(view, 0)
    require(can_edit_thread(view.actor, thread_of(doc)))
    values = {"title": doc.title, "language": doc.language, "kind": doc.kind.value} | view.form
    tags = view.chosen.get("tags", doc.tags)
    known = decoded(await tags_of.group_tags(view.actor, doc.group.slug), TagList).items
    details = refusal.details if refusal is not None else {}
    return shown(
        view,
        "threads/edit_thread.html",
        title=_("Edit title and tags"),
        thread=doc,
        values=values,
        version=details.get("version", doc.version),
        theirs=details.get("theirs"),
        errors=errors_of(refusal),
        tags=(tags + [""] * MOST_TAGS)[: max(MOST_TAGS, len(tags))],
        known=[each.tag for each in known],
        kinds=kinds(),
        languages=languages(formats()).items(),
    )


@page("edit_thread_title_and_tags", signed_in=True)
async def edit_thread_form(view: View) -> Response:
    return await _thread_form(view, None)


@form("edit_thread_title_and_tags", refill=_thread_form, many=("tags",))
async def save_thread(view: View) -> Response:
    kind = view.text("kind")
    if kind and kind not in set(ThreadKind):
        raise Invalid({"kind": "unknown_choice"})
    language = view.text("language")
    if language and language not in languages("en"):
        raise Invalid({"language": "unknown_choice"})
    thread_id = view.id("id")
    await edit_head(
        view.actor,
        thread_id,
        title=view.text("title"),
        version=view.sent_number("version", 2**31 - 1),
        language=language or None,
        kind=ThreadKind(kind) if kind else None,
        tags=view.chosen.get("tags"),
    )
    return see(f"/t/{thread_id}", said="saved")
