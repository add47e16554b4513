"""A post as HTML: a pure function of the post and of what its reader may do, kept between requests.

Strings are joined by hand: a template's loop over 25 posts costs more than everything else on the page.
Whatever a member wrote passes `escape`, but for `html`, which was sanitised before it was stored.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from markupsafe import Markup, escape

from forum.threads.models import PostState, ReactionKind
from forum.threads.pages.states import May
from forum.threads.schemas import PostDoc
from forum.web import language
from forum.web.dates import moment
from forum.web.language import gettext
from forum.web.language import mark as _
from forum.web.rendering import avatar

MOST_KEPT: Final = 3000
LARGEST_KEPT: Final = 20_000
REACTIONS: Final = {
    ReactionKind.THANKS.value: _("Thanks"),
    ReactionKind.AGREE.value: _("Agree"),
    ReactionKind.INSIGHT.value: _("Insight"),
    ReactionKind.CELEBRATE.value: _("Hooray"),
}
GONE: Final = {
    PostState.WITHDRAWN: _("This post was withdrawn by its author."),
    PostState.HIDDEN: _("This post was hidden by the moderators."),
    PostState.REMOVED: _("This post was removed by the moderators."),
}


class Setting(NamedTuple):
    """What is the same for every post of a page; ``initiative``: the one that the reader takes tasks for, or 0."""

    speaks: str
    zone: str
    thread: int
    language: str
    initiative: int = 0


class _Key(NamedTuple):
    setting: Setting
    accepted: bool
    id: int
    number: int | None
    version: int
    author: tuple[str, str]
    when: str
    text: int
    parent: tuple[int | None, str, str] | None
    reactions: tuple[tuple[str, int], ...]
    mine: tuple[str, ...]
    bookmarked: bool
    wiki: bool
    may: May


_kept: dict[_Key, str] = {}


def article(
    post: PostDoc, setting: Setting, may: May, now: datetime, accepted: int | None = None, inset: str = ""
) -> str:
    """The post's article, from what is kept where nothing about it has changed; ``accepted`` is a number.

    ``inset`` is finished HTML below the text, a poll: it is each reader's own, so such a post is made each time.
    """
    if post.state is not PostState.PUBLIC or post.author is None or post.html is None:
        return _tombstone(post)
    key = _Key(
        setting,
        accepted is not None and accepted == post.number,
        post.id,
        post.number,
        post.version,
        (post.author.username, post.author.name),
        moment(post.created_at, setting.zone, now).short,
        hash(post.html),
        _parent_key(post),
        tuple(post.reactions.items()),
        tuple(post.mine),
        post.bookmarked,
        post.wiki,
        may,
    )
    if inset:
        return _article(post, key, inset)
    if (found := _kept.get(key)) is not None:
        return found
    made = _article(post, key)
    if len(made) < LARGEST_KEPT:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = made
    return made


def setting(zone: str, thread_id: int, thread_language: str, initiative: int = 0) -> Setting:
    return Setting(language.spoken(), zone, thread_id, thread_language, initiative)


def _parent_key(post: PostDoc) -> tuple[int | None, str, str] | None:
    if post.in_reply_to is None:
        return None
    author = post.in_reply_to.author
    return post.in_reply_to.number, author.username if author else "", author.name if author else ""


def _article(post: PostDoc, key: _Key, inset: str = "") -> str:
    # Each block finds its own direction; lists and quotations, which are made of blocks, take the thread's.
    direction = language.direction(key.setting.language)
    # The opening post speaks for the thread, so it needs no "accepted" and no heading of its own.
    marks = f'<b class="ok">{escape(gettext("Accepted answer"))}</b>' if key.accepted else ""
    return (
        f'<article class="post{" best" if key.accepted else ""}" id="p{post.number}" data-n="{post.number}"'
        f' aria-label="{_label(post)}">'
        f"<header>{_byline(post, key)}{marks}</header>"
        f'<div class="body" lang="{escape(key.setting.language)}" dir="{direction}">{post.html}</div>{inset}'
        f"<footer>{_reactions(post, key.may)}{_actions(post, key)}</footer></article>"
    )


def _label(post: PostDoc) -> str:
    assert post.author is not None
    return str(escape(gettext("Post %(n)s by %(name)s") % {"n": post.number, "name": post.author.name}))


def _byline(post: PostDoc, key: _Key) -> str:
    assert post.author is not None
    name, username = escape(post.author.name), escape(post.author.username)
    at = moment(post.created_at, key.setting.zone)
    when = f'<time datetime="{at.machine}" title="{escape(at.full)}">{escape(at.short)}</time>'
    who = f'<a class="who" href="/m/{username}" dir="auto">{name}</a>'
    parts = [f'<a class="dim" href="/p/{post.id}">#{post.number} · {when}</a>']
    if post.edited_at is not None:
        edited = escape(gettext("edited"))
        shown = f'<a class="dim" href="/p/{post.id}/history">{edited}</a>' if key.may.history else edited
        parts.append(f'<span class="dim">{shown}</span>')
    if key.parent is not None and key.parent[0] is not None:
        number, _username, parent_name = key.parent
        words = escape(gettext("in reply to"))
        parent = f" <bdi>{escape(parent_name)}</bdi>" if parent_name else ""
        parts.append(f'<span class="dim">{words} <a href="{_place(number)}">#{number}{parent}</a></span>')
    if post.wiki:
        wiki = gettext("Wiki: may be edited by the facilitators and those whom they named")
        parts.append(f'<span class="dim">{escape(wiki)}</span>')
    face = avatar(post.author.username, post.author.name)
    return f'{face}<div class="by">{who} {" ".join(parts)}</div>'


def _place(number: int | None) -> str:
    """Where a post of this thread stands, on this page or another."""
    return f"?page={((number or 1) - 1) // 25 + 1}#p{number}"


def _reactions(post: PostDoc, may: May) -> str:
    shown = []
    for kind, words in REACTIONS.items():
        count = post.reactions.get(kind, 0)
        label = escape(gettext(words))
        number = f" <b>{count}</b>" if count else ""
        if may.react:
            mine = kind in post.mine
            name, pressed = ("take", "true") if mine else ("give", "false")
            shown.append(
                f'<button form="act" formaction="/p/{post.id}/react?at={post.number}" name="{name}"'
                f' value="{kind}" aria-pressed="{pressed}">{label}{number}</button>'
            )
        elif count:
            shown.append(f"<span>{label}{number}</span>")
    return f'<span class="nods">{"".join(shown)}</span>' if shown else ""


def _actions(post: PostDoc, key: _Key) -> str:
    may, at = key.may, f"?at={post.number}"
    base = f"/p/{post.id}"
    first, more = [], []
    if may.reply:
        first.append(_link(f"{base}/reply", gettext("Reply"), "reply"))
        first.append(_link(f"{base}/reply?quote=1", gettext("Quote"), "quote"))
    if may.edit or (post.wiki and may.edit_wiki):
        first.append(_link(f"{base}/edit", gettext("Edit"), "edit"))
    if may.keep:
        words = gettext("Remove bookmark") if post.bookmarked else gettext("Bookmark")
        more.append(_button(f"{base}/bookmark{at}", "do", "drop" if post.bookmarked else "keep", words))
    if may.accept and post.number != 1:
        words = gettext("Not the answer after all") if key.accepted else gettext("This answers the question")
        value = "" if key.accepted else str(post.id)
        more.append(_button(f"/t/{key.setting.thread}/answer{at}", "post", value, words))
    if key.setting.initiative:
        more.append(_link(f"/i/{key.setting.initiative}/steps?post={post.number}", gettext("Make this a task")))
    if may.collect:
        more.append(_link(f"/collect?post={post.id}", gettext("Add to a collection")))
    if may.make_wiki:
        more.append(_link(f"{base}/wiki", gettext("End the wiki") if post.wiki else gettext("Make it a wiki post")))
    if may.flag:
        more.append(_link(f"{base}/flag", gettext("Flag")))
    if may.review:
        more.append(_button(f"{base}/case", "do", "open", gettext("Decide about it")))
    if may.withdraw:
        more.append(_link(f"{base}/withdraw", gettext("Withdraw")))
    if more:
        words = escape(gettext("More"))
        first.append(f'<details class="more"><summary>{words}</summary><div>{"".join(more)}</div></details>')
    return f'<span class="deeds">{"".join(first)}</span>' if first else ""


def _link(href: str, words: str, key: str = "") -> str:
    data = f' data-key="{key}"' if key else ""
    return f'<a href="{href}"{data}>{escape(words)}</a>'


def _button(action: str, name: str, value: str, words: str) -> str:
    return f'<button form="act" formaction="{action}" name="{name}" value="{value}">{escape(words)}</button>'


def _tombstone(post: PostDoc) -> str:
    words = gettext(GONE.get(post.state, _("This post is not public.")))
    return (
        f'<article class="post gone" id="p{post.number}" data-n="{post.number}">'
        f"<p>#{post.number} · {escape(words)}</p></article>"
    )


def went_along(post: PostDoc) -> tuple[int, int]:
    """The same for neighbours that went to the same thread, another for every other post."""
    if post.state is not PostState.MOVED:
        return 0, post.id
    return 1, post.moved_to.thread_id if post.moved_to else 0


def moved(posts: Sequence[PostDoc]) -> str:
    """One line for neighbours that went to the same thread, with an anchor for each of their numbers."""
    first, last = posts[0], posts[-1]
    numbers = f"#{first.number}" if first is last else f"#{first.number}–#{last.number}"
    words = escape(gettext("Moved to another thread"))
    if first.moved_to is not None:
        words = escape(gettext("Moved to")) + Markup(' <a href="/p/%s" dir="auto">%s</a>') % (
            first.id,
            first.moved_to.title,
        )
    anchors = "".join(f'<span id="p{post.number}"></span>' for post in posts[1:])
    return (
        f'<article class="post gone" id="p{first.number}" data-n="{last.number}">'
        f"<p>{anchors}{numbers} · {words}</p></article>"
    )
