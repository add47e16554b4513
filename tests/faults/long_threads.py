"""Two threads of many posts with readers, followers and notices: what a merger moves; for the bench and the faults."""
from typing import Any, Final

POSTS: Final = 10_000
READERS: Final = 1_000

THREAD: Final = """
    INSERT INTO threads (group_id, author_id, title, slug, post_count, last_number)
    VALUES ($1, $2, 'A long thread', 'a-long-thread', $3, $3) RETURNING id
"""
FILL: Final = """
    INSERT INTO posts (thread_id, author_id, number, body, html, text, renderer)
    SELECT $1, $2, n, repeat('A text of some length. ', 12), repeat('<p>A text of some length.</p> ', 12),
        repeat('A text of some length. ', 12), 1 FROM generate_series(1, $3) n
"""
PEOPLE: Final = """
    INSERT INTO members (username, display_name, email, status, trusted_at)
    SELECT 'reader' || n, 'Reader', 'reader' || n || '@example.test', 'active', now() FROM generate_series(1, $1) n
    ON CONFLICT DO NOTHING
"""
MARKS: Final = """
    INSERT INTO reading_marks (thread_id, member_id, last_number)
    SELECT $1, id, 1 + id * 7919 % $2 FROM members WHERE username LIKE 'reader%'
"""
FOLLOWS: Final = """
    INSERT INTO thread_follows (thread_id, member_id, level)
    SELECT $1, id, 'all' FROM members WHERE username LIKE 'reader%' AND id % 5 = 0
"""
NOTICES: Final = """
    INSERT INTO notices (member_id, cause, kind, group_id, thread_id, post_id)
    SELECT m.id, 'post:' || p.id, 'followed', $2, $1, p.id FROM posts p
    JOIN members m ON m.username LIKE 'reader%' AND m.id % 1000 = p.number % 1000 WHERE p.thread_id = $1
"""
COUNT: Final = """
    UPDATE threads t SET last_post_id = p.id, last_post_at = p.created_at, last_author_id = p.author_id
    FROM posts p WHERE t.id = $1 AND p.thread_id = t.id AND p.number = t.last_number
"""
STATE: Final = """
    SELECT (SELECT count(*) FROM posts WHERE thread_id = $1) AS source,
        (SELECT count(*) FROM posts WHERE thread_id = $2) AS target,
        (SELECT count(DISTINCT id) FROM posts WHERE thread_id IN ($1, $2)) AS posts,
        (SELECT count(*) FROM moved_posts WHERE thread_id IN ($1, $2)) AS moved,
        (SELECT count(*) FROM acts WHERE thread_id = $1) AS acts,
        (SELECT count(*) FROM facts WHERE name = 'curation.posts_relocated') AS facts
"""


async def long_thread(raw: Any, group: int, author: int, posts: int = POSTS, readers: int = READERS) -> int:
    """A thread of that many posts; every reader has read some of it, a fifth follow it, each post is in a notice."""
    await raw.execute(PEOPLE, readers)
    thread = int(await raw.fetchval(THREAD, group, author, posts))
    await raw.execute(FILL, thread, author, posts)
    await raw.execute(MARKS, thread, posts)
    await raw.execute(FOLLOWS, thread)
    await raw.execute(NOTICES, thread, group)
    await raw.execute(COUNT, thread)
    await raw.execute("ANALYZE posts, moved_posts, reading_marks, notices, threads")
    return thread


async def state_of(raw: Any, source: int, target: int) -> dict[str, int]:
    return dict(await raw.fetchrow(STATE, source, target))
