"""Puts the whole community together in memory, the same at every run."""
import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from forum.site.demo.case_files import read_cases
from forum.site.demo.conversations import POSTS, THREADS, Filler, from_hand, render_by_hand
from forum.site.demo.curating import CurationPlan, curate, relocate
from forum.site.demo.curation_files import read_curation
from forum.site.demo.discussions import read_all
from forum.site.demo.initiative_files import read_initiatives
from forum.site.demo.judging import JusticePlan, judge, states
from forum.site.demo.launching import InitiativePlan, plan_initiatives
from forum.site.demo.people import make_members
from forum.site.demo.places import settle
from forum.site.demo.plan import Community, GroupPlan, MemberPlan, PostPlan, ThreadPlan
from forum.site.demo.poll_files import read_polls
from forum.site.demo.voting import PollPlan, plan_polls
from forum.site.demo.weaving import bonds, thread_key, woven
from forum.site.founding import Progress
from forum.threads.models import PostState, ReactionKind

SEED: Final = 20_180_901
KINDS: Final = tuple(kind.value for kind in ReactionKind)
LIKINGS: Final = (5, 4, 4, 1)


def make_community(
    now: datetime, groups: list[GroupPlan], progress: Progress = lambda what, done, total: None
) -> Community:
    """Make members, places, threads and posts; ids of threads and posts ascend with time, from 1."""
    rng = random.Random(SEED)  # noqa: S311 - a story, not a secret
    people, discussions = read_all()
    told, asked, cases, curation = read_initiatives(), read_polls(), read_cases(), read_curation()
    discussions = woven(discussions, told, asked, cases)
    members = make_members(rng, now, people)
    settle(rng, now, members, groups, discussions, bonds(discussions, told, asked, cases, curation))
    by_slug = {group.slug: group for group in groups}
    initiatives = plan_initiatives(rng, now, told, by_slug, members)
    threads = relocate(from_hand(now, discussions, by_slug, members, states(cases)), curation.deeds)
    _fill(Filler(rng, now, members), groups, threads, progress)
    posts = _number(threads)
    for thread in threads:
        if thread.key:
            render_by_hand(thread, members)
        if thread.last:
            thread.group.last_post_id = max(thread.group.last_post_id, thread.last.id)
    _react(rng, posts)
    for initiative in initiatives:
        initiative.thread = next((one for one in threads if one.key == thread_key(initiative.told)), None)
    polls = plan_polls(rng, now, asked, threads, members)
    justice = judge(now, cases, threads, initiatives, members)
    kept = curate(now, curation, threads, by_slug, members)
    deeds = [*_written(threads), *_put_names_to(initiatives), *_cast(polls), *_looked_after(justice, kept)]
    _backdate(members, list(by_slug.values()), deeds)
    return Community(
        now=now,
        members=members,
        groups=by_slug,
        threads=threads,
        posts=posts,
        initiatives=initiatives,
        polls=polls,
        justice=justice,
        curation=kept,
    )


def _fill(filler: Filler, groups: list[GroupPlan], threads: list[ThreadPlan], progress: Progress) -> None:
    """Add as many generated threads and posts as are missing."""
    written = sum(len(thread.posts) for thread in threads)
    for thread in filler.threads(groups, THREADS - len(threads), POSTS - written):
        threads.append(thread)
        if len(threads) % 100 == 0:
            progress("texts", len(threads), THREADS)


def _number(threads: list[ThreadPlan]) -> list[tuple[ThreadPlan, PostPlan]]:
    """Give the ids: a list is ordered by the last post's id, so ids follow the time over all threads."""
    threads.sort(key=lambda thread: thread.first.at)
    for number, thread in enumerate(threads, start=1):
        thread.id = number
    posts = [(thread, post) for thread in threads for post in thread.posts]
    posts.sort(key=lambda entry: (entry[1].at, entry[0].id, entry[1].number or 0))
    for number, (_, post) in enumerate(posts, start=1):
        post.id = number
    return posts


def _react(rng: random.Random, posts: list[tuple[ThreadPlan, PostPlan]]) -> None:
    """Let people nod: nearly always at what was written by hand, now and then elsewhere."""
    crowds: dict[str, list[int]] = {}
    for thread, post in posts:
        if post.state is not PostState.PUBLIC or rng.random() > (0.9 if thread.key else 0.16):
            continue
        crowd = crowds.setdefault(thread.group.slug, list(thread.group.members))
        most = 9 if thread.key and post.number == thread.accepted else 5 if thread.key else 3
        for member in rng.sample(crowd, rng.randint(1, most)):
            if member != post.author_id:
                post.reactions.setdefault(rng.choices(KINDS, LIKINGS)[0], []).append(member)


Deed = tuple[GroupPlan, int, datetime]


def _written(threads: list[ThreadPlan]) -> Iterator[Deed]:
    return ((thread.group, post.author_id, post.at) for thread in threads for post in thread.posts)


def _put_names_to(initiatives: list[InitiativePlan]) -> Iterator[Deed]:
    for plan in initiatives:
        yield from ((plan.group, lead.member_id, lead.at) for lead in plan.leads)
        yield from ((plan.group, member, at) for member, at in plan.supporters)


def _cast(polls: list[PollPlan]) -> Iterator[Deed]:
    """When those voted whose names are told."""
    for plan in polls:
        for ballot in plan.ballots:
            if ballot.member_id and ballot.at:
                yield plan.thread.group, ballot.member_id, ballot.at


def _looked_after(justice: JusticePlan, kept: CurationPlan) -> Iterator[Deed]:
    """When those flagged, collected and summarised who have their place in the group."""
    for case in justice.cases:
        if case.group:
            yield from ((case.group, member, at) for _, member, at in case.flags())
    for collection in kept.collections:
        yield collection.group, collection.made_by, collection.at
    for summary in kept.summaries:
        yield from ((summary.thread.group, version.by, version.at) for version in summary.versions)


def _backdate(members: list[MemberPlan], groups: list[GroupPlan], deeds: Iterable[Deed]) -> None:
    """Nobody does anything in a group before joining it, nor joins one before the community."""
    for group, who, at in deeds:
        if who in group.members and at <= group.members[who]:
            group.members[who] = at - timedelta(hours=9)
    by_id = {member.id: member for member in members}
    for group in groups:
        for number, joined in group.members.items():
            member = by_id[number]
            member.created_at = min(member.created_at, joined - timedelta(hours=1))
