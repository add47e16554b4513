"""Weaves initiatives and polls into the discussions: a thread for each launched initiative, posts where they belong."""
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from forum.initiatives.models import Stage
from forum.kit.text import clean_line
from forum.site.demo.discussions import Discussion
from forum.site.demo.initiative_files import Told
from forum.site.demo.manuscript import Contribution
from forum.site.demo.places import Bond
from forum.site.demo.poll_files import Asked
from forum.threads.models import PostKind, ThreadKind

OPENING: Final = 0


def woven(discussions: list[Discussion], initiatives: list[Told], polls: list[Asked]) -> list[Discussion]:
    """All threads, complete; raises ``KeyError`` for a thread or an initiative that is not there."""
    threads = {thread.key: thread for thread in discussions}
    for told in initiatives:
        if told.head.stage is Stage.DRAFT:
            continue
        if told.head.thread is None:
            threads[thread_key(told)] = _discussion(told)
        else:
            threads[told.head.thread] = _joined(threads[told.head.thread], told.head.days_ago, told.posts)
    by_key = {told.key: told for told in initiatives}
    for poll in polls:
        key = poll.head.thread or thread_key(by_key[poll.head.initiative or ""])
        first = replace(poll.posts[0], kind=PostKind.POLL)
        own = [replace(one, origin=(poll.key, number)) for number, one in enumerate((first, *poll.posts[1:]), start=1)]
        threads[key] = _joined(threads[key], poll.head.days_ago, own)
    return list(threads.values())


def bonds(threads: list[Discussion], initiatives: list[Told], polls: list[Asked]) -> Iterator[Bond]:
    """Whom the groups must hold so that initiatives are led and polls answered as they were written."""
    for told in initiatives:
        yield Bond(told.head.group, told.people, told.facilitators)
    group_of = {post.origin: thread.group for thread in threads for post in thread.posts}
    for poll in polls:
        yield Bond(group_of[poll.key, 1], poll.people)


def thread_key(told: Told) -> str:
    """The key of an initiative's discussion."""
    return told.head.thread or f"initiative:{told.key}"


def _discussion(told: Told) -> Discussion:
    """Opened as a launch does it: with the text, by the lead."""
    head = told.head
    opening = Contribution(head.lead, 0.0, None, told.opening, 1, origin=(told.key, OPENING))
    empty = Discussion(
        key=thread_key(told),
        language=told.language,
        group=head.group,
        title=clean_line(head.title),
        kind=ThreadKind.DISCUSSION,
        days_ago=head.days_ago,
        pinned=False,
        accepted=None,
        posts=(opening,),
    )
    return _joined(empty, head.days_ago, told.posts)


def _joined(thread: Discussion, days_ago: float, posts: Iterable[Contribution]) -> Discussion:
    """The thread with more posts, whose hours count from ``days_ago``, all in the order of time."""
    shift = (thread.days_ago - days_ago) * 24
    late = [replace(one, hours=one.hours + shift) for one in posts]
    pairs = [(one, _answered(one, thread.posts)) for one in thread.posts]
    pairs += [(one, _answered(one, late)) for one in late]
    pairs.sort(key=lambda pair: pair[0].hours)
    number = {one.origin: at for at, (one, _) in enumerate(pairs, start=1)}
    accepted = thread.accepted and number[thread.posts[thread.accepted - 1].origin]
    return replace(
        thread,
        accepted=accepted,
        posts=tuple(replace(one, answers=number[to] if to else None) for one, to in pairs),
    )


def _answered(post: Contribution, among: Iterable[Contribution]) -> tuple[str, int] | None:
    return [*among][post.answers - 1].origin if post.answers else None
