"""Writes the community by COPY, in one transaction: a demonstration is whole or it is not there.

No facts and no jobs are made: nobody listens yet, and the search index is built from the rows afterwards.
"""
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from typing import Any, Final

import asyncpg

from forum.kit.transaction import command, connection
from forum.site.demo import case_rows, curation_rows, doorstep, initiative_rows, poll_rows, rows
from forum.site.demo.cast import ALUMNA
from forum.site.demo.plan import Community
from forum.site.founding import Progress

BATCH: Final = 2000

ACCEPT: Final = """
    UPDATE threads SET accepted_post_id = a.post_id
    FROM unnest($1::bigint[], $2::bigint[]) AS a (thread_id, post_id) WHERE threads.id = a.thread_id
"""
COUNT: Final = """
    UPDATE groups g SET
        member_count = (SELECT count(*) FROM memberships m WHERE m.group_id = g.id),
        had_facilitator = EXISTS (
            SELECT FROM memberships m WHERE m.group_id = g.id AND m.role = 'facilitator'),
        thread_count = t.threads, post_count = t.posts, last_post_id = t.last_id, last_post_at = t.last_at
    FROM (
        SELECT group_id, count(*) AS threads, sum(post_count) AS posts, max(last_post_id) AS last_id,
               max(last_post_at) AS last_at
        FROM threads WHERE post_count > 0 GROUP BY group_id
    ) t WHERE t.group_id = g.id
"""
OPENED: Final = """
    UPDATE groups g SET created_at = least(g.created_at, m.first - interval '1 day')
    FROM (SELECT group_id, min(created_at) AS first FROM memberships GROUP BY group_id) m
    WHERE m.group_id = g.id
"""
INVITE: Final = """
    INSERT INTO invitations (group_id, member_id, invited_by_id, expires_at, created_at)
    VALUES ($1, $2, $3, $4::timestamptz + interval '30 days', $4) RETURNING id
"""
DRAFT: Final = """
    INSERT INTO drafts (member_id, group_id, thread_id, title, body, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6::timestamptz - interval '1 day')
"""
GROUP_FOLLOW: Final = "INSERT INTO group_follows (group_id, member_id, level) VALUES ($1, $2, 'all')"
THREAD_FOLLOW: Final = "INSERT INTO thread_follows (thread_id, member_id, level) VALUES ($1, $2, 'all')"
BOOKMARK: Final = "INSERT INTO bookmarks (post_id, member_id) VALUES ($1, $2)"
SITE: Final = "INSERT INTO site (id, kind) VALUES (1, 'demo') ON CONFLICT (id) DO NOTHING"
TIDY: Final = (
    "VACUUM (ANALYZE) members, groups, memberships, grants, group_marks, reading_marks",
    "VACUUM (ANALYZE) threads, notices, identities, reactions, mentions",
    "VACUUM (ANALYZE) posts",
    "ANALYZE",
)
SEQUENCES: Final = (
    "SELECT setval(pg_get_serial_sequence('members', 'id'), (SELECT max(id) FROM members))",
    "SELECT setval(pg_get_serial_sequence('groups', 'id'), (SELECT max(id) FROM groups))",
    "SELECT setval(pg_get_serial_sequence('memberships', 'id'), (SELECT max(id) FROM memberships))",
    "SELECT setval(pg_get_serial_sequence('threads', 'id'), (SELECT max(id) FROM threads))",
    "SELECT setval(pg_get_serial_sequence('posts', 'id'), (SELECT max(id) FROM posts))",
    "SELECT setval(pg_get_serial_sequence('join_requests', 'id'), (SELECT max(id) FROM join_requests))",
    "SELECT setval(pg_get_serial_sequence('initiatives', 'id'), (SELECT max(id) FROM initiatives))",
    "SELECT setval(pg_get_serial_sequence('polls', 'id'), (SELECT max(id) FROM polls))",
    "SELECT setval(pg_get_serial_sequence('poll_options', 'id'), (SELECT max(id) FROM poll_options))",
    "SELECT setval(pg_get_serial_sequence('cases', 'id'), (SELECT max(id) FROM cases))",
    "SELECT setval(pg_get_serial_sequence('sanctions', 'id'), (SELECT max(id) FROM sanctions))",
    "SELECT setval(pg_get_serial_sequence('acts', 'id'), (SELECT max(id) FROM acts))",
    "SELECT setval(pg_get_serial_sequence('summaries', 'id'), (SELECT max(id) FROM summaries))",
    "SELECT setval(pg_get_serial_sequence('collections', 'id'), (SELECT max(id) FROM collections))",
)


@command
async def store(community: Community, progress: Progress) -> None:
    """Write everything, or nothing."""
    async with connection() as sql:
        await sql.execute("SET LOCAL statement_timeout = '60s'")
        await _put(sql, "groups", rows.spaces(community))
        for told in (rows, initiative_rows, poll_rows, case_rows, curation_rows):
            for table, columns in told.COLUMNS.items():
                await _copy(sql, table, columns, list(getattr(told, table)(community)), progress)
        answered = {t.id: t.posts[t.accepted - 1].id for t in community.threads if t.accepted}
        await sql.execute(ACCEPT, list(answered), list(answered.values()))
        await _welcome(sql, community)
        await sql.execute(COUNT)
        await sql.execute(OPENED)
        for statement in SEQUENCES:
            await sql.execute(statement)
        await sql.execute(SITE)


async def tidy() -> None:
    """Refresh the planner's figures and the visibility map; only outside a transaction.

    A statement that outlasts its timeout is left to autovacuum.
    """
    async with connection() as sql:
        for statement in TIDY:
            with suppress(asyncpg.QueryCanceledError):
                await sql.execute(statement)


async def _copy(
    sql: asyncpg.Connection,
    table: str,
    columns: tuple[str, ...],
    records: list[tuple[Any, ...]],
    progress: Progress,
) -> None:
    remaining, done = iter(records), 0
    while batch := list(islice(remaining, BATCH)):
        await sql.copy_records_to_table(table, records=batch, columns=columns)
        done += len(batch)
        progress(table, done, len(records))


async def _welcome(sql: asyncpg.Connection, community: Community) -> None:
    """What the faces find: marks, notices, requests, an invitation, drafts, follows and bookmarks."""
    await _put(sql, "group_marks", doorstep.group_marks(community))
    await _put(sql, "reading_marks", doorstep.reading_marks(community))
    await _put(
        sql,
        "join_requests",
        [(r.id, r.group_id, r.member_id, r.reason, r.at) for r in doorstep.requests(community)],
    )
    invited = await sql.fetchval(INVITE, *doorstep.invitation(community), community.now)
    told = doorstep.notices(community, invited)
    await _put(sql, "notices", [tuple(getattr(n, name) for name in _PLACES["notices"]) for n in told])
    await sql.execute(GROUP_FOLLOW, *doorstep.facilitator_follows(community))
    await _keep(sql, community)


_PLACES: Final[dict[str, tuple[str, ...]]] = {
    "groups": (
        "id", "source_key", "slug", "title", "theme", "purpose", "language", "visibility", "policy", "position",
        "created_at",
    ),
    "group_marks": ("group_id", "member_id", "through_post_id"),
    "reading_marks": ("thread_id", "member_id", "last_number"),
    "join_requests": ("id", "group_id", "member_id", "reason", "created_at"),
    "notices": (
        "member_id", "cause", "kind", "actor_id", "group_id", "thread_id", "post_id", "initiative_id", "case_id",
        "act_id", "note", "read_at", "created_at",
    ),
}  # fmt: skip


async def _put(sql: asyncpg.Connection, table: str, records: Iterable[tuple[Any, ...]]) -> None:
    await sql.copy_records_to_table(table, records=records, columns=_PLACES[table])


async def _keep(sql: asyncpg.Connection, community: Community) -> None:
    """The alumna's follows, bookmarks and drafts."""
    alumna = community.member(ALUMNA.username).id
    for key in doorstep.FOLLOWED:
        await sql.execute(THREAD_FOLLOW, community.thread(key).id, alumna)
    for key, number in doorstep.BOOKMARKS:
        await sql.execute(BOOKMARK, community.thread(key).posts[number - 1].id, alumna)
    slug, title, body = doorstep.DRAFT_THREAD
    await sql.execute(DRAFT, alumna, community.groups[slug].id, None, title, body, community.now)
    key, text = doorstep.DRAFT_REPLY
    await sql.execute(DRAFT, alumna, None, community.thread(key).id, "", text, community.now)
