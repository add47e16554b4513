"""A group's public log: what was done, why and when; no content, and names only where the group says so."""
from auth.actor import Actor
from forum.groups.policies import GroupState, can_moderate, can_read_public_log, moderates
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.moderation.openness import SPOKEN, UNTOLD
from forum.threads.elsewhere import last_of

# $1 group, $2 limit, $3 before, $4 readable, $5 listed, $6 whether the reader looks after the group, $7 kinds that are
# for their eyes only, $8 kinds whose reason is for everybody, $9 slug, $10 whether the reader may undo here,
# $11 whether it is a visitor, who sees no card of a members group.
# A name is told where the groups on both ends tell names; a thread that was merged is known by the one it went into.
LOG = """
    SELECT json_build_object('items', coalesce(json_agg(json_build_object(
        'id', k.id, 'kind', k.kind, 'at', k.created_at, 'automatic', k.actor_id IS NULL,
        'by', CASE WHEN a.id IS NOT NULL THEN json_build_object('username', a.username, 'name', a.display_name) END,
        'case_reason', c.reason,
        'reason', CASE WHEN k.group_id = ANY($4::bigint[]) AND ($6 OR k.kind = ANY($8::text[]))
            THEN k.reason ELSE '' END,
        'thread', CASE WHEN t.id IS NOT NULL THEN json_build_object('id', t.id, 'title', t.title, 'slug', t.slug) END,
        'post_id', CASE WHEN $6 THEN k.post_id END,
        'other_group', CASE WHEN o.id IS NOT NULL THEN json_build_object('slug', o.slug, 'title', o.title) END,
        'undone_at', k.undone_at,
        'undone_by', CASE WHEN u.id IS NOT NULL THEN
            json_build_object('username', u.username, 'name', u.display_name) END,
        'may_undo', $10 AND k.group_id = $1 AND k.undo IS NOT NULL AND k.undone_at IS NULL
            AND k.created_at > now() - interval '24 hours') ORDER BY k.id DESC) FILTER (WHERE k.n <= $2), '[]'),
        'next', CASE WHEN count(*) > $2 THEN '/api/v1/groups/' || $9::text || '/log?before='
            || min(k.id) FILTER (WHERE k.n <= $2) || '&limit=' || $2 END)
    FROM (
        SELECT near.*, row_number() OVER (ORDER BY near.id DESC) AS n,
            $6 OR NOT EXISTS (SELECT FROM groups g WHERE g.id IN (near.group_id, near.other_group_id)
                              AND NOT g.log_names_moderators) AS named
        FROM (
            (SELECT k.* FROM acts k WHERE k.group_id = $1 AND WANTED ORDER BY k.id DESC LIMIT $2::int + 1)
            UNION ALL
            (SELECT k.* FROM acts k WHERE k.other_group_id = $1 AND k.group_id IS DISTINCT FROM $1 AND WANTED
             ORDER BY k.id DESC LIMIT $2::int + 1)
        ) near ORDER BY near.id DESC LIMIT $2::int + 1
    ) k
    LEFT JOIN members a ON a.id = k.actor_id AND k.named
    LEFT JOIN members u ON u.id = k.undone_by_id AND k.named
    LEFT JOIN cases c ON c.id = k.case_id
    LEFT JOIN threads t ON t.id = LAST AND t.group_id = ANY($4::bigint[])
        AND t.post_count > 0
    LEFT JOIN groups o ON o.id = CASE WHEN k.group_id = $1 THEN k.other_group_id ELSE k.group_id END
        AND o.id <> $1 AND o.id = ANY($5::bigint[]) AND (NOT $11 OR o.visibility <> 'members')
""".replace(
    "WANTED", "k.id < coalesce($3::bigint, 9223372036854775807) AND ($6 OR k.kind <> ALL($7::text[]))"
).replace("LAST", last_of("k.thread_id"))
SETTINGS = """
    SELECT json_build_object('log_names_moderators', log_names_moderators, 'slow_seconds', slow_seconds)
    FROM groups WHERE id = $1
"""


async def log_of(actor: Actor, group: GroupState, before: int, limit: int) -> bytes:
    """LogPage of a group that came through its door, the newest first."""
    require(can_read_public_log(actor, group))
    async with connection() as sql:
        return bytes(
            await sql.fetchval(
                LOG,
                group.id,
                limit,
                before or None,
                list(actor.readable),
                list(actor.listed),
                moderates(actor, group),
                [kind.value for kind in UNTOLD],
                [kind.value for kind in SPOKEN],
                group.slug,
                bool(can_moderate(actor, group)),
                actor.is_anonymous,
            )
        )


async def settings_of(actor: Actor, group: GroupState) -> bytes:
    """ModerationSettings, for those who look after the group."""
    require(can_moderate(actor, group))
    async with connection() as sql:
        return bytes(await sql.fetchval(SETTINGS, group.id))
