"""Who is told of what is written. Each job re-reads: what was so when the fact was recorded may not be so now."""
from forum.jobs.queue import Lane, job
from forum.kit.transaction import command, connection
from forum.notifications.commands import notify
from forum.notifications.models import NoticeKind

# The people to tell of a post, each with the strongest reason; only active ones who may read the group, who have not
# muted the thread, and (for what they follow) not the group.
AUDIENCE = """
    WITH post AS (
        SELECT p.id, p.author_id, p.number, p.thread_id, t.group_id, g.visibility, r.author_id AS answered,
               t.author_id AS opener, p.kind = 'update' AS is_update
        FROM posts p JOIN threads t ON t.id = p.thread_id JOIN groups g ON g.id = t.group_id
        LEFT JOIN posts r ON r.id = p.in_reply_to_id
        WHERE p.id = $1 AND p.state = 'public'
    ), told AS (
        SELECT m.member_id, 1 AS rank, 'mention' AS kind FROM mentions m JOIN post ON post.id = m.post_id
        UNION ALL
        SELECT coalesce(answered, opener), 2, 'reply' FROM post WHERE number > 1
        UNION ALL
        SELECT w.member_id, 3, 'update' FROM post
            JOIN initiatives i ON i.thread_id = post.thread_id AND i.launched_at IS NOT NULL CROSS JOIN LATERAL (
            SELECT c.member_id FROM cosponsors c WHERE c.initiative_id = i.id UNION ALL
            SELECT l.member_id FROM initiative_leads l WHERE l.initiative_id = i.id AND l.state = 'accepted') w
        WHERE post.is_update
        UNION ALL
        SELECT f.member_id, 4, 'followed' FROM thread_follows f JOIN post USING (thread_id) WHERE f.level = 'all'
        UNION ALL
        SELECT f.member_id, 4, 'followed' FROM group_follows f JOIN post USING (group_id)
        WHERE f.level = 'all' AND post.number = 1
    )
    SELECT DISTINCT ON (told.member_id) told.member_id, told.kind, post.author_id, post.thread_id, post.group_id
    FROM told CROSS JOIN post JOIN members m ON m.id = told.member_id
    LEFT JOIN memberships p ON p.group_id = post.group_id AND p.member_id = m.id
    WHERE m.status = 'active' AND m.id <> post.author_id
      AND (post.visibility IN ('public', 'members') OR p.id IS NOT NULL)
      AND NOT EXISTS (SELECT FROM shut_out b WHERE b.group_id = post.group_id AND b.member_id = m.id)
      AND NOT EXISTS (SELECT FROM thread_follows f
                      WHERE f.thread_id = post.thread_id AND f.member_id = m.id AND f.level = 'mute')
      AND NOT (told.rank > 1 AND EXISTS (SELECT FROM thread_follows f
               WHERE f.thread_id = post.thread_id AND f.member_id = m.id AND f.level = 'mentions'))
      AND NOT (told.rank > 1 AND EXISTS (SELECT FROM group_follows f
               WHERE f.group_id = post.group_id AND f.member_id = m.id AND f.level IN ('mute', 'mentions')))
    ORDER BY told.member_id, told.rank
"""
ACCEPTED = """
    SELECT p.author_id, t.group_id, t.id AS thread_id FROM threads t JOIN posts p ON p.id = t.accepted_post_id
    WHERE p.id = $1 AND p.state = 'public'
"""


@job("notifications.tell_of_post", lane=Lane.NOTICES)
@command
async def tell_of_post(post_id: int) -> None:
    """Mentions, replies, news of an initiative and followed threads, from one post."""
    await _tell(post_id, ("mention", "reply", "update", "followed"))


@job("notifications.tell_of_edit", lane=Lane.NOTICES)
@command
async def tell_of_edit(post_id: int) -> None:
    """Who is named in a post now; whoever began to follow its thread since it was written has nothing to be told."""
    await _tell(post_id, ("mention",))


async def _tell(post_id: int, kinds: tuple[str, ...]) -> None:
    async with connection() as sql:
        rows = await sql.fetch(AUDIENCE, post_id)
    for kind in kinds:
        told = [row for row in rows if row["kind"] == kind]
        if told:
            await notify(
                [row["member_id"] for row in told],
                NoticeKind(kind),
                f"post:{post_id}",
                actor_id=told[0]["author_id"],
                group_id=told[0]["group_id"],
                thread_id=told[0]["thread_id"],
                post_id=post_id,
            )


@job("notifications.tell_of_acceptance", lane=Lane.NOTICES)
@command
async def tell_of_acceptance(post_id: int, actor_id: int) -> None:
    """The author of an accepted answer."""
    async with connection() as sql:
        row = await sql.fetchrow(ACCEPTED, post_id)
    if row is not None:
        await notify(
            [row["author_id"]],
            NoticeKind.ACCEPTED,
            f"accepted:{post_id}",
            actor_id=actor_id,
            group_id=row["group_id"],
            thread_id=row["thread_id"],
            post_id=post_id,
        )
