"""From facts to what the followers of their threads are told, looked up once a batch."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from forum.curation.facts import PostsRelocated
from forum.live.queries import PostNow, posts_now
from forum.live.schemas import Moved, PostChanged, Reply, frame
from forum.outbox.stream import Cursor, StoredFact
from forum.threads.facts import PostEdited, PostWithdrawn, ReplyPosted
from forum.threads.models import PostState

KINDS = {ReplyPosted.name: "reply", PostEdited.name: "edited", PostWithdrawn.name: "withdrawn"}


class Telling(NamedTuple):
    """One event about a thread, for whoever may read the group in which the thread is now."""

    cursor: Cursor
    thread_id: int
    group_id: int
    frame: bytes


async def tellings(facts: Iterable[StoredFact], threads: Collection[int]) -> list[Telling]:
    """What there is to tell about these threads, in the order of the facts."""
    facts = list(facts)
    gone = [_gone(fact) for fact in facts if fact.name == PostsRelocated.name and fact.payload["emptied"]]
    wanted = [fact for fact in facts if fact.name in KINDS and fact.payload["thread_id"] in threads]
    posts = await posts_now({fact.payload["post_id"] for fact in wanted})
    told = (_telling(fact, posts.get(fact.payload["post_id"])) for fact in wanted)
    news = [each for each in (*told, *gone) if each is not None and each.thread_id in threads]
    return sorted(news, key=lambda each: each.cursor)


def _gone(fact: StoredFact) -> Telling:
    """Where its posts went is asked of the address, with its doors: this says only that they went."""
    source = fact.payload["source_id"]
    return Telling(fact.cursor, source, fact.payload["source_group_id"], frame("moved", Moved(source), fact.cursor))


def _telling(fact: StoredFact, post: PostNow | None) -> Telling | None:
    kind, post_id = KINDS[fact.name], fact.payload["post_id"]
    if post is None or post.number is None or post.thread_id != fact.payload["thread_id"]:
        return None
    if (post.state == PostState.PUBLIC) != (kind != "withdrawn"):
        return None
    data: Reply | PostChanged = PostChanged(post_id, post.number)
    if kind == "reply":
        data = Reply(post.thread_id, post_id, post.number, post.author)
    return Telling(fact.cursor, post.thread_id, post.group_id, frame(kind, data, fact.cursor))
