"""What the policies need to decide which buttons to show, out of the documents that a page has read anyway."""

from dataclasses import replace
from typing import NamedTuple

from auth.actor import Actor
from forum.curation.policies import can_collect_from, can_make_wiki
from forum.groups.policies import GroupState, can_moderate
from forum.groups.schemas import GroupCard
from forum.moderation.policies import can_flag_post
from forum.threads.models import PostState, ThreadKind
from forum.threads.policies import (
    PostInfo,
    ThreadState,
    can_accept_answer,
    can_edit,
    can_edit_thread,
    can_follow,
    can_react,
    can_read_history,
    can_reply,
    can_withdraw,
)
from forum.threads.schemas import ThreadHead

NOBODY = 0


class May(NamedTuple):
    """What this reader may do with the posts of one author in one thread."""

    reply: bool
    react: bool
    keep: bool
    edit: bool
    withdraw: bool
    flag: bool
    review: bool
    accept: bool
    history: bool
    edit_wiki: bool
    make_wiki: bool
    collect: bool


def group_of_card(card: GroupCard, *, has_facilitator: bool = True, members_may_invite: bool = False) -> GroupState:
    return GroupState(
        id=card.id,
        slug=card.slug,
        title=card.title,
        visibility=card.visibility,
        policy=card.policy,
        has_facilitator=has_facilitator,
        members_may_invite=members_may_invite,
    )


def thread_of(head: ThreadHead) -> ThreadState:
    group = head.group
    return ThreadState(
        id=head.id,
        group=GroupState(
            id=head.group_id,
            slug=group.slug,
            title=group.title,
            visibility=group.visibility,
            policy=group.policy,
        ),
        author_id=head.author_id,
        kind=ThreadKind(head.kind),
        locked=head.locked,
        published=head.post_count > 0,
    )


def may(actor: Actor, thread: ThreadState, *, own: bool) -> May:
    """The rights over a public post of this thread, the reader's own or another's."""
    author = (actor.member_id or NOBODY) if own else NOBODY
    post = PostInfo(id=NOBODY, thread=thread, author_id=author, state=PostState.PUBLIC, version=1, number=2)
    return May(
        reply=bool(can_reply(actor, thread)),
        react=bool(can_react(actor, post)),
        keep=bool(can_follow(actor, thread.group)),
        edit=bool(can_edit(actor, post)),
        withdraw=bool(can_withdraw(actor, post)),
        flag=not own and bool(can_flag_post(actor, post)),
        review=not own and bool(can_moderate(actor, thread.group)),
        accept=bool(can_accept_answer(actor, thread)),
        history=bool(can_read_history(actor, post)),
        edit_wiki=bool(can_edit(actor, replace(post, wiki=True))),
        make_wiki=bool(can_make_wiki(actor, post)),
        collect=bool(can_collect_from(actor, thread.group)),
    )


def may_edit_thread(actor: Actor, thread: ThreadState) -> bool:
    return bool(can_edit_thread(actor, thread))
