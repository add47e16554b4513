"""Weaves initiatives and polls into the discussions: a thread for each launched initiative, posts where they belong."""
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from forum.initiatives.models import Stage
from forum.kit.text import clean_line
from forum.site.demo import case_files
from forum.site.demo.cast import FACES
from forum.site.demo.curation_files import Curation
from forum.site.demo.discussions import Discussion
from forum.site.demo.initiative_files import Told
from forum.site.demo.manuscript import Contribution
from forum.site.demo.places import Bond
from forum.site.demo.poll_files import Asked
from forum.threads.models import PostKind, ThreadKind

OPENING: Final = 0
STAFF: Final = {face.username for face in FACES if face.staff}


def woven(
    discussions: list[Discussion], initiatives: list[Told], polls: list[Asked], cases: Sequence[case_files.Told] = ()
) -> list[Discussion]:
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
    for case in cases:
        if case.head.thread is None and case.posts:
            threads[case.key] = _begun(case)
        elif case.head.thread is not None and case.posts:
            threads[case.head.thread] = _joined(threads[case.head.thread], case.head.days_ago, _own(case))
    return list(threads.values())


def bonds(
    threads: list[Discussion],
    initiatives: list[Told],
    polls: list[Asked],
    cases: Sequence[case_files.Told] = (),
    curation: Curation | None = None,
) -> Iterator[Bond]:
    """Whom the groups must hold so that initiatives are led, polls answered and threads kept as they were written."""
    for told in initiatives:
        yield Bond(told.head.group, told.people, told.facilitators)
    group_of = {post.origin: thread.group for thread in threads for post in thread.posts}
    for poll in polls:
        yield Bond(group_of[poll.key, 1], poll.people)
    for case in cases:
        if group := _place(case, threads, initiatives):
            yield Bond(group, case.people, {case.head.claim.by} if case.head.claim else set())
    if curation:
        yield from _keepers(curation, {thread.key: thread.group for thread in threads})


def _place(case: case_files.Told, threads: list[Discussion], initiatives: list[Told]) -> str | None:
    """The group of a case; none: it is about a profile."""
    head = case.head
    if head.initiative:
        return next(told.head.group for told in initiatives if told.key == head.initiative)
    return head.group or next((thread.group for thread in threads if thread.key == head.thread), None)


def _keepers(curation: Curation, group_of: dict[str, str]) -> Iterator[Bond]:
    """Who writes summaries and wiki posts; who makes collections, and is staff or looks after the group."""
    for collection in curation.collections:
        if collection.head.by not in STAFF:
            yield Bond(collection.head.group, set(), {collection.head.by})
    for summary in curation.summaries:
        yield Bond(group_of[summary.head.thread], {summary.head.by})
    for deed in curation.deeds:
        if deed.group and deed.member:
            yield Bond(deed.group, {deed.member}, {deed.by} - STAFF)
        if deed.post and deed.edited_by:
            yield Bond(group_of[deed.post[0]], {deed.edited_by})


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


def _begun(case: case_files.Told) -> Discussion:
    """A thread that is there for its case."""
    head = case.head
    return Discussion(
        key=case.key,
        language=case.language,
        group=head.group or "",
        title=clean_line(head.title),
        kind=head.kind,
        days_ago=head.days_ago,
        pinned=False,
        accepted=None,
        posts=_own(case),
    )


def _own(case: case_files.Told) -> tuple[Contribution, ...]:
    return tuple(replace(post, origin=(case.key, number)) for number, post in enumerate(case.posts, start=1))


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
