"""From facts to what the followers of their threads are told, looked up once a batch."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from forum.live.queries import PostNow, posts_now
from forum.live.schemas import PostChanged, Reply, frame
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
    wanted = [fact for fact in facts if fact.name in KINDS and fact.payload["thread_id"] in threads]
    posts = await posts_now({fact.payload["post_id"] for fact in wanted})
    told = (_telling(fact, posts.get(fact.payload["post_id"])) for fact in wanted)
    return [each for each in told if each is not None]


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
