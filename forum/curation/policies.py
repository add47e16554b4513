"""Who may look after threads and keep what was learned. Pure; whatever is unknown is refused."""
from auth.actor import Actor
from forum.groups.policies import (
    GroupState,
    can_act,
    can_facilitate,
    can_moderate,
    can_read,
    can_write,
    moderates,
    taken_for_somebody,
)
from forum.kit.verdict import ALLOWED, NOT_FOUND, Verdict
from forum.threads.models import PostState
from forum.threads.policies import PostInfo, ThreadState, can_read_post, can_read_thread, can_write_wiki


def can_read_summary(actor: Actor, thread: ThreadState) -> Verdict:
    """A thread that was merged is read elsewhere, maybe by others: what it came to is not told here any more."""
    if not (verdict := can_read_thread(actor, thread)):
        return verdict
    return ALLOWED if thread.merged_into is None else NOT_FOUND


def can_write_summary(actor: Actor, thread: ThreadState) -> Verdict:
    return can_read_summary(actor, thread) and can_write_wiki(actor, thread.group)


def can_read_summary_history(actor: Actor, thread: ThreadState) -> Verdict:
    """As with a post's: approved members who may read it."""
    if not (verdict := can_read_summary(actor, thread)):
        return verdict
    if not (verdict := taken_for_somebody(actor, thread.group)):
        return verdict
    return can_act(actor)


def can_make_wiki(actor: Actor, post: PostInfo) -> Verdict:
    """Make a public post a wiki post, and end that; the author's own word alone does not."""
    if not (verdict := can_read_post(actor, post)):
        return verdict
    if not (verdict := can_moderate(actor, post.thread.group)):
        return verdict
    return ALLOWED if post.state is PostState.PUBLIC else NOT_FOUND


def can_curate(actor: Actor, group: GroupState) -> Verdict:
    """Pin in the group, lock, split, mark as a duplicate."""
    return can_moderate(actor, group)


def can_pin_everywhere(actor: Actor, group: GroupState) -> Verdict:
    if not (verdict := can_moderate(actor, group)):
        return verdict
    return ALLOWED if actor.is_staff else Verdict("staff_only")


def can_move(actor: Actor, source: GroupState, target: GroupState) -> Verdict:
    """Move or merge, which asks for the same rights over both groups."""
    return can_moderate(actor, source) and can_moderate(actor, target)


def can_list(actor: Actor, source: GroupState, target: GroupState) -> Verdict:
    return can_facilitate(actor, source) and can_facilitate(actor, target)


def can_manage_collections(actor: Actor, group: GroupState) -> Verdict:
    """Make, order, annotate and delete the collections of a group."""
    return can_moderate(actor, group)


def can_collect_from(actor: Actor, group: GroupState) -> Verdict:
    """Put what lies here into a collection: of this group, or of one that they facilitate."""
    if not (verdict := can_read(actor, group)):
        return verdict
    if not (verdict := taken_for_somebody(actor, group)):
        return verdict
    if not (verdict := can_write(actor, group)):
        return verdict
    keeps = moderates(actor, group) or any(actor.facilitates(each) for each in actor.roles)
    return ALLOWED if keeps else Verdict("moderators_only")
