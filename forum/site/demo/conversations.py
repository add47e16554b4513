"""The 2,000 threads: those written by hand, and filler with a long tail of sizes over three years."""
import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from forum.groups.models import Visibility
from forum.kit.markdown import render
from forum.site.demo import filler
from forum.site.demo.discussions import Discussion
from forum.site.demo.plan import GroupPlan, MemberPlan, PostPlan, ThreadPlan
from forum.threads.models import PostState, ThreadKind

THREADS: Final = 2000
POSTS: Final = 40_000
YEARS: Final = timedelta(days=1095)
GIANTS: Final = (412, 377, 351, 328, 309, 264)
# Filler falls silent before the newest hand-written threads begin, so that these lead every list.
SILENCE: Final = {Visibility.PUBLIC: timedelta(days=16)}
SILENCE_ELSEWHERE: Final = timedelta(days=9)
LONGEST: Final = timedelta(days=640)
OTHER_LANGUAGES: Final = 0.15


def from_hand(
    now: datetime,
    threads: list[Discussion],
    groups: dict[str, GroupPlan],
    members: list[MemberPlan],
    states: Mapping[tuple[str, int], PostState],
) -> Iterator[ThreadPlan]:
    """Set the hand-written threads in time; one that would end in the future begins earlier.

    ``states`` are those of posts that are not public.
    """
    ids = {member.username: member.id for member in members}
    for thread in threads:
        last = timedelta(hours=thread.posts[-1].hours)
        begun = min(now - timedelta(days=thread.days_ago), now - last - timedelta(minutes=25))
        plan = ThreadPlan(
            group=groups[thread.group],
            title=thread.title,
            kind=thread.kind,
            language=thread.language,
            key=thread.key,
            pinned_at=begun + timedelta(hours=1) if thread.pinned else None,
            accepted=thread.accepted,
            posts=[
                PostPlan(
                    author_id=ids[post.author],
                    at=begun + timedelta(hours=post.hours, seconds=7 * number),
                    body=post.body,
                    answers=post.answers,
                    kind=post.kind,
                    state=states.get(post.origin, PostState.PUBLIC),
                    origin=post.origin,
                )
                for number, post in enumerate(thread.posts)
            ],
        )
        plan.count()
        yield plan


def render_by_hand(thread: ThreadPlan, members: list[MemberPlan]) -> None:
    """Render the hand-written posts, with links to the people they name who may read the group."""
    open_door = thread.group.visibility in (Visibility.PUBLIC, Visibility.MEMBERS)
    ids = {
        member.username: member.id
        for member in members
        if member.written and (open_door or member.id in thread.group.members)
    }
    hrefs = {username: f"/m/{username}" for username in ids}
    for post in thread.posts:
        done = render(post.body, mention_href=hrefs, anchor=f"p{post.id}")
        post.html, post.text = done.html, done.text
        post.mentioned = tuple(sorted({ids[name] for name in done.mentions if name in ids}))


class Filler:
    """Writes generated threads."""

    def __init__(self, rng: random.Random, now: datetime, members: list[MemberPlan]) -> None:
        self.rng = rng
        self.now = now
        self.written = {member.id for member in members if member.written}
        self.titles: set[str] = set()

    def threads(self, groups: list[GroupPlan], count: int, posts: int) -> Iterator[ThreadPlan]:
        """Yield ``count`` threads with ``posts`` posts in all; each group has some."""
        crews = {group.slug: self._crew(group) for group in groups}
        weights = [len(group.members) ** 0.7 for group in groups]
        hosts = groups * 6 + self.rng.choices(groups, weights, k=count - 6 * len(groups))
        for index, (group, size) in enumerate(zip(hosts, self._sizes(count, posts), strict=True)):
            yield self._thread(group, crews[group.slug], size, eldest=index == 0)

    def _crew(self, group: GroupPlan) -> list[int]:
        """The generated members of a group, the most active first."""
        crew = [number for number in group.members if number not in self.written]
        self.rng.shuffle(crew)
        return sorted(crew, key=lambda number: number not in group.facilitators)

    def _sizes(self, count: int, posts: int) -> list[int]:
        drawn = (round(self.rng.lognormvariate(2.67, 0.8)) for _ in range(count - len(GIANTS)))
        sizes = [min(130, max(1, size)) for size in drawn]
        missing = posts - sum(sizes) - sum(GIANTS)
        step = 1 if missing > 0 else -1
        while missing:
            index = self.rng.randrange(len(sizes))
            if 3 <= sizes[index] <= 120:
                sizes[index] += step
                missing -= step
        sizes += GIANTS
        self.rng.shuffle(sizes)
        return sizes

    def _thread(self, group: GroupPlan, crew: list[int], size: int, *, eldest: bool) -> ThreadPlan:
        rng = self.rng
        language = group.language
        if rng.random() < OTHER_LANGUAGES:
            language = rng.choice([code for code in filler.LANGUAGES if code != group.language])
        kind = rng.choices(list(ThreadKind), (60, 38, 2))[0]
        topic, title = self._title(group, language, kind)
        authors = self._authors(crew, size)
        times = self._times(group, size, eldest=eldest)
        posts: list[PostPlan] = []
        for number, (author, at) in enumerate(zip(authors, times, strict=True), start=1):
            said = filler.reply if number > 1 else filler.opening
            body, html, text = filler.written(said(rng, language, topic))
            answers = self._answers(number) if number > 1 and rng.random() < 1 / 3 else None
            posts.append(PostPlan(author_id=author, at=at, body=body, html=html, text=text, answers=answers))
        accepted = None
        if kind is ThreadKind.QUESTION and rng.random() < 0.6:
            others = [n for n, post in enumerate(posts, start=1) if post.author_id != authors[0]][:9]
            accepted = rng.choice(others) if others else None
        thread = ThreadPlan(
            group=group, title=title, kind=kind, language=language, posts=posts, accepted=accepted
        )
        thread.count()
        return thread

    def _title(self, group: GroupPlan, language: str, kind: ThreadKind) -> tuple[str, str]:
        """A topic and a title, new in the community as long as there are any."""
        known = filler.topics(language, group.slug, group.theme)
        for _ in range(40):
            topic = self.rng.choice(known)
            title = filler.title(self.rng, language, kind, topic)
            if title not in self.titles:
                break
        self.titles.add(title)
        return topic, title

    def _authors(self, crew: list[int], size: int) -> list[int]:
        """Several people in turns, nobody twice in a row."""
        rng = self.rng
        few = min(len(crew), max(2, round(1.4 * size**0.62)))
        present = list(dict.fromkeys(crew[int(len(crew) * rng.random() ** 1.7)] for _ in range(few)))
        if len(present) < 2:
            present = crew[:2]
        authors = [present[0]]
        while len(authors) < size:
            author = present[0] if rng.random() < 0.18 else rng.choice(present)
            if author != authors[-1]:
                authors.append(author)
        return authors

    def _times(self, group: GroupPlan, size: int, *, eldest: bool) -> list[datetime]:
        """Ascending times; the thread ends before its group's silence, the younger the likelier."""
        rng = self.rng
        gaps = [timedelta(hours=0.05 + rng.lognormvariate(1.9, 1.3)) for _ in range(size - 1)]
        span = sum(gaps, timedelta())
        if span > LONGEST:
            gaps = [gap * (LONGEST / span) for gap in gaps]
            span = LONGEST
        latest = self.now - SILENCE.get(group.visibility, SILENCE_ELSEWHERE) - span
        earliest = self.now - YEARS + timedelta(hours=1)
        at = earliest + (latest - earliest) * (0.0 if eldest else rng.random() ** 0.75)
        times = [at]
        for gap in gaps:
            times.append(times[-1] + gap)
        return times

    def _answers(self, number: int) -> int:
        """The earlier post that a reply takes up: most often one of the last, now and then the first."""
        if self.rng.random() < 0.3:
            return 1
        return max(1, number - 1 - int(self.rng.expovariate(0.6)))
