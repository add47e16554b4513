"""From what was curated to what is stored: threads split and merged, pins, locks and tags, and the ledger's lines."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from forum.moderation.models import ActKind
from forum.site.demo.curation_files import Curation, Deed, ToldCollection, ToldSummary
from forum.site.demo.plan import ActPlan, GroupPlan, MemberPlan, PostPlan, RevisionPlan, ThreadPlan

SPLIT: Final = "split:"
_RELOCATIONS: Final = {ActKind.THREAD_SPLIT, ActKind.THREAD_MERGED}


@dataclass(frozen=True, slots=True)
class CollectionPlan:
    """``items`` are (thread, post), of a link neither."""

    told: ToldCollection
    group: GroupPlan
    made_by: int
    at: datetime
    items: list[tuple[ThreadPlan | None, PostPlan | None]]


@dataclass(frozen=True, slots=True)
class VersionPlan:
    """A summary as it stands, or stood."""

    body: str
    through: int
    by: int
    at: datetime


@dataclass(frozen=True, slots=True)
class SummaryPlan:
    """``versions``: the newest last."""

    thread: ThreadPlan
    versions: list[VersionPlan]


@dataclass(frozen=True, slots=True)
class CurationPlan:
    """``listings`` are (thread, group, who, when)."""

    collections: list[CollectionPlan]
    summaries: list[SummaryPlan]
    listings: list[tuple[ThreadPlan, GroupPlan, int, datetime]]
    acts: list[ActPlan]


def relocate(threads: Iterable[ThreadPlan], deeds: list[Deed]) -> list[ThreadPlan]:
    """Split and merge; a post that went elsewhere leaves its number behind, which leads to it."""
    known = {thread.key: thread for thread in threads}
    for deed in deeds:
        if deed.kind is ActKind.THREAD_SPLIT:
            source = known[deed.thread]
            known[SPLIT + (deed.thread or "")] = _split(source, deed)
        elif deed.kind is ActKind.THREAD_MERGED:
            _merge(known[deed.thread], known[deed.into])
    return list(known.values())


def _split(source: ThreadPlan, deed: Deed) -> ThreadPlan:
    chosen = [post for post in source.posts if post.number in deed.posts]
    target = ThreadPlan(
        group=source.group,
        title=deed.title,
        kind=source.kind,
        language=source.language,
        key=SPLIT + (source.key or ""),
        posts=chosen,
    )
    source.posts = [post for post in source.posts if post not in chosen]
    for number, post in enumerate(chosen, start=1):
        assert post.number
        source.moved[post.number] = post
        post.number = number
    return target


def _merge(source: ThreadPlan, target: ThreadPlan) -> None:
    """The source's posts follow those of the target."""
    before = target.last_number
    for post in source.posts:
        assert post.number
        source.moved[post.number] = post
        post.number += before
    target.posts += source.posts
    source.posts, source.merged_into = [], target


def curate(
    now: datetime,
    curation: Curation,
    threads: list[ThreadPlan],
    groups: dict[str, GroupPlan],
    members: list[MemberPlan],
) -> CurationPlan:
    """Plan all of it, once threads and posts have their ids; what was done to them is done."""
    desk = _Desk(now, threads, groups, members)
    for deed in curation.deeds:
        desk.do(deed)
    return CurationPlan(
        collections=[desk.collection(one) for one in sorted(curation.collections, key=lambda c: -c.head.days_ago)],
        summaries=[desk.summary(one) for one in curation.summaries],
        listings=desk.listings,
        acts=[desk.act(deed) for deed in curation.deeds],
    )


class _Desk:
    def __init__(
        self,
        now: datetime,
        threads: list[ThreadPlan],
        groups: dict[str, GroupPlan],
        members: list[MemberPlan],
    ) -> None:
        self.now = now
        self.threads = {thread.key: thread for thread in threads if thread.key}
        self.posts = {post.origin: (thread, post) for thread in self.threads.values() for post in thread.posts}
        self.groups = groups
        self.members = {member.username: member.id for member in members}
        self.listings: list[tuple[ThreadPlan, GroupPlan, int, datetime]] = []

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def do(self, deed: Deed) -> None:
        """What it left behind, besides its line in the ledger."""
        at, thread = self.ago(deed.days_ago), self.threads.get(deed.thread or "")
        match deed.kind:
            case ActKind.THREAD_PINNED if thread:
                thread.pinned_at, thread.pinned_everywhere = at, deed.everywhere
                thread.pinned_until = self.ago(-deed.until_days) if deed.until_days else None
            case ActKind.THREAD_LOCKED if thread:
                thread.locked_at, thread.lock_reason = at, deed.reason
            case ActKind.THREAD_TAGGED if thread:
                thread.tags = tuple(sorted({*thread.tags, *deed.tags}))
            case ActKind.THREAD_LISTED if thread:
                self.listings.append((thread, self.groups[deed.group or ""], self.members[deed.by], at))
            case ActKind.EDITOR_NAMED:
                self.groups[deed.group or ""].editors.add(self.members[deed.member or ""])
            case ActKind.WIKI_MADE if deed.post and deed.edited_by:
                edited = self.ago(deed.edited_days_ago)
                self.posts[deed.post][1].revision = RevisionPlan(
                    body=deed.earlier.strip(), edited_by=self.members[deed.edited_by], edited_at=edited
                )
            case ActKind.THREAD_SPLIT | ActKind.THREAD_MERGED | ActKind.GLASS_OPENED | ActKind.SLOW_MODE_SET:
                pass
            case _:
                raise ValueError(f"nobody has written yet what is left of {deed.kind.value}")

    def act(self, deed: Deed) -> ActPlan:
        thread = self.threads.get(deed.thread or "")
        post = None
        if deed.post:
            thread, post = self.posts[deed.post]
        group = thread.group if thread else self.groups[deed.group or ""]
        other = self.groups[deed.group] if deed.group and thread else None
        if deed.into:
            other = self.threads[deed.into].group
        about = self.members[deed.member] if deed.member else None
        return ActPlan(
            kind=deed.kind,
            actor_id=self.members[deed.by],
            at=self.ago(deed.days_ago),
            reason=deed.reason,
            group_id=group.id,
            other_group_id=other.id if other else None,
            thread_id=thread.id if thread else None,
            post_id=post.id if post else None,
            member_id=post.author_id if post else about,
            after=self.after(deed),
        )

    def after(self, deed: Deed) -> dict[str, object]:
        match deed.kind:
            case ActKind.THREAD_PINNED:
                return {"everywhere": deed.everywhere}
            case ActKind.THREAD_MERGED if deed.into:
                return {"into": self.threads[deed.into].id}
            case ActKind.THREAD_SPLIT:
                return {"made": self.threads[SPLIT + (deed.thread or "")].id}
            case ActKind.SLOW_MODE_SET:
                return {"seconds": deed.seconds}
            case ActKind.EDITOR_NAMED:
                return {"editor": True}
            case ActKind.WIKI_MADE:
                return {"wiki": True}
            case _:
                return {}

    def collection(self, told: ToldCollection) -> CollectionPlan:
        head = told.head
        items: list[tuple[ThreadPlan | None, PostPlan | None]] = []
        for item in head.item:
            post = self.posts[item.post][1] if item.post else None
            items.append((self.threads[item.thread] if item.thread else None, post))
        return CollectionPlan(told, self.groups[head.group], self.members[head.by], self.ago(head.days_ago), items)

    def summary(self, told: ToldSummary) -> SummaryPlan:
        head, thread = told.head, self.threads[told.head.thread]
        versions = [VersionPlan(told.body, head.through, self.members[head.by], self.ago(head.days_ago))]
        if head.earlier:
            by, at = self.members[head.earlier.by], self.ago(head.earlier.days_ago)
            versions.insert(0, VersionPlan(told.earlier, head.earlier.through, by, at))
        return SummaryPlan(thread, versions)
