"""Who may do what with threads and posts. Pure; whatever is unknown is refused."""
from dataclasses import dataclass

from auth.actor import Actor
from forum.groups.policies import (
    GroupState,
    can_act,
    can_contribute,
    can_read,
    can_write,
    holds_glass,
    moderates,
    taken_for_somebody,
)
from forum.kit.verdict import ALLOWED, NOT_FOUND, Verdict
from forum.threads.models import PostState, ThreadKind


@dataclass(frozen=True, kw_only=True, slots=True)
class ThreadState:
    """What a policy needs to know of a thread; only the visibility door makes one.

    ``published``: it has a public post. ``merged_into``: the thread that its posts went to.
    """

    id: int
    group: GroupState
    author_id: int
    kind: ThreadKind
    locked: bool = False
    published: bool = True
    merged_into: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PostInfo:
    """What a policy needs to know of a post; only the visibility door makes one.

    ``decided``: the poll that it introduces has an outcome.
    """

    id: int
    thread: ThreadState
    author_id: int
    state: PostState
    version: int
    number: int | None
    decided: bool = False
    wiki: bool = False


def can_start_thread(actor: Actor, group: GroupState, kind: ThreadKind = ThreadKind.DISCUSSION) -> Verdict:
    if not (verdict := can_contribute(actor, group)):
        return verdict
    if kind is ThreadKind.ANNOUNCEMENT and not actor.facilitates(group.id):
        return Verdict("facilitators_only")
    return ALLOWED


def can_read_thread(actor: Actor, thread: ThreadState) -> Verdict:
    """The door of its group; one without a public post is for its author and its keepers, unless it was merged."""
    if not (verdict := can_read(actor, thread.group)):
        return verdict
    if thread.published or thread.merged_into is not None or moderates(actor, thread.group):
        return ALLOWED
    return ALLOWED if actor.own_id is not None and actor.own_id == thread.author_id else NOT_FOUND


def can_reply(actor: Actor, thread: ThreadState) -> Verdict:
    if not (verdict := can_contribute(actor, thread.group)):
        return verdict
    if thread.merged_into is not None:
        return Verdict("thread_moved")
    if not thread.published:
        # A reply would bring back, title and all, what was hidden or never looked at.
        return Verdict("thread_not_public")
    if thread.locked and not actor.facilitates(thread.group.id):
        return Verdict("thread_locked")
    return ALLOWED


def can_react(actor: Actor, post: PostInfo) -> Verdict:
    if not (verdict := can_contribute(actor, post.thread.group)):
        return verdict
    return ALLOWED if post.state is PostState.PUBLIC else NOT_FOUND


def can_reach_post(actor: Actor, post: PostInfo) -> Verdict:
    """The door of its group; where that is shut, only staff can tell a post that is not public from none at all."""
    verdict = can_read(actor, post.thread.group)
    if not verdict and post.state is not PostState.PUBLIC and not actor.is_staff:
        return NOT_FOUND
    return verdict


def can_read_post(actor: Actor, post: PostInfo) -> Verdict:
    """A post that is not public is for its author (unless withdrawn) and for those who answer for the group."""
    if not (verdict := can_reach_post(actor, post)):
        return verdict
    if post.state is PostState.PUBLIC or sees_unpublished(actor, post.thread.group):
        return ALLOWED
    own = actor.member_id == post.author_id and post.state in (PostState.PENDING, PostState.HIDDEN)
    return ALLOWED if own else NOT_FOUND


def sees_unpublished(actor: Actor, group: GroupState) -> bool:
    return moderates(actor, group)


def can_read_history(actor: Actor, post: PostInfo) -> Verdict:
    """The versions of a post, for approved members who may read it; a withdrawn one's only for its keepers."""
    if not (verdict := can_read_post(actor, post)):
        return verdict
    if not (verdict := taken_for_somebody(actor, post.thread.group)):
        return verdict
    return can_act(actor)


def can_edit(actor: Actor, post: PostInfo) -> Verdict:
    if not (verdict := can_read_post(actor, post)):
        return verdict
    if not (verdict := taken_for_somebody(actor, post.thread.group)):
        return verdict
    if not (verdict := can_write(actor, post.thread.group)):
        return verdict
    if actor.only_reads(post.thread.group.id):
        return Verdict("reading_only")
    if actor.member_id != post.author_id and not _edits_another(actor, post):
        return Verdict("not_yours")
    return ALLOWED if post.state is PostState.PUBLIC else NOT_FOUND


def _edits_another(actor: Actor, post: PostInfo) -> bool:
    """A wiki post, by those who may write such ones; any post, by staff who opened the group with a reason."""
    group = post.thread.group
    return holds_glass(actor, group) or (post.wiki and bool(can_write_wiki(actor, group)))


def can_write_wiki(actor: Actor, group: GroupState) -> Verdict:
    """Summaries and wiki posts: by those who moderate the group, and members whom its facilitators named."""
    if not (verdict := can_read(actor, group)):
        return verdict
    if not (verdict := taken_for_somebody(actor, group)):
        return verdict
    if not (verdict := can_write(actor, group)):
        return verdict
    return ALLOWED if moderates(actor, group) or group.id in actor.edits_in else Verdict("editors_only")


def can_withdraw(actor: Actor, post: PostInfo) -> Verdict:
    """Also for a silenced member and for one who only reads: taking back is not speaking."""
    if not (verdict := can_read_post(actor, post)):
        return verdict
    if not (verdict := taken_for_somebody(actor, post.thread.group)):
        return verdict
    if not (verdict := can_act(actor)):
        return verdict
    if actor.member_id != post.author_id:
        return Verdict("not_yours")
    if post.state not in (PostState.PUBLIC, PostState.PENDING):
        return NOT_FOUND
    # What a group decided is not its author's to take away.
    return Verdict("has_outcome") if post.decided else ALLOWED


def can_accept_answer(actor: Actor, thread: ThreadState) -> Verdict:
    if not (verdict := can_contribute(actor, thread.group)):
        return verdict
    if thread.kind is not ThreadKind.QUESTION:
        return Verdict("not_a_question")
    if actor.member_id == thread.author_id or actor.facilitates(thread.group.id):
        return ALLOWED
    return Verdict("not_yours")


def can_edit_thread(actor: Actor, thread: ThreadState) -> Verdict:
    """Its head; that of a merged one is seen by nobody."""
    if not (verdict := can_read(actor, thread.group)):
        return verdict
    if thread.merged_into is not None:
        return Verdict("thread_moved")
    if holds_glass(actor, thread.group):
        return can_write(actor, thread.group)
    if not (verdict := can_contribute(actor, thread.group)):
        return verdict
    if actor.member_id == thread.author_id or actor.facilitates(thread.group.id):
        return ALLOWED
    return Verdict("not_yours")


def can_follow(actor: Actor, group: GroupState) -> Verdict:
    """Follow, bookmark, mark as read: whoever is signed in and may read."""
    if not (verdict := can_read(actor, group)):
        return verdict
    return taken_for_somebody(actor, group)
