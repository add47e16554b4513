"""Notices follow the posts that they tell of: who may read one is asked of where its post is now."""
from forum.curation.facts import PostsRelocated, ThreadMoved
from forum.kit.transaction import connection

FOLLOW_POSTS = """
    UPDATE notices n SET thread_id = p.thread_id, group_id = $2 FROM posts p
    WHERE n.thread_id = $1 AND p.id = n.post_id AND p.thread_id = $3
"""
FOLLOW_THREAD = "UPDATE notices SET group_id = $2 WHERE thread_id = $1 AND group_id = $3"


async def follow_posts(fact: PostsRelocated) -> None:
    async with connection() as sql:
        await sql.execute(FOLLOW_POSTS, fact.source_id, fact.group_id, fact.thread_id)


async def follow_thread(fact: ThreadMoved) -> None:
    async with connection() as sql:
        await sql.execute(FOLLOW_THREAD, fact.thread_id, fact.group_id, fact.source_group_id)
