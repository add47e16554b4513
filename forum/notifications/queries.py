"""Reading one's notices: rights are asked again each time, for what was allowed then may not be now."""
from auth.actor import Actor
from forum.initiatives.queries.page import VISIBLE as INITIATIVE
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.members.policies import can_keep_own_things

# n: the notice; $1 member, $2 readable, $3 listed. A notice about content in a group that may no longer be read is
# not shown at all; an invitation is its own door while it can be accepted; who knows of an initiative, its door says.
# What was done to oneself or to one's own post is always told, with the reason; the group, the thread and the post
# beside it only where they may be read now, and who did it only where the groups concerned say so.
DOC = """
    json_build_object('id', n.id, 'kind', n.kind,
        'actor', CASE WHEN a.id IS NOT NULL THEN
            json_build_object('username', a.username, 'name', a.display_name) END,
        'group', CASE WHEN g.id IS NOT NULL THEN json_build_object(
            'slug', g.slug, 'title', g.title, 'visibility', g.visibility, 'policy', g.policy) END,
        'thread_id', t.id, 'thread_title', t.title, 'thread_slug', t.slug,
        'initiative_id', i.id, 'initiative_title', i.title, 'initiative_slug', i.slug,
        'post_id', p.id, 'post_number', p.number, 'excerpt', left(p.text, 160), 'note', n.note, 'case_id', n.case_id,
        'act', CASE WHEN n.kind IN ('acted', 'undone') THEN json_build_object(
            'kind', k.kind, 'case_reason', c.reason, 'reason', CASE n.kind WHEN 'acted' THEN k.reason ELSE '' END,
            'automatic', k.actor_id IS NULL,
            'by', CASE WHEN b.id IS NOT NULL THEN json_build_object('username', b.username, 'name', b.display_name) END,
            'case_id', CASE WHEN n.kind = 'acted' AND k.undone_at IS NULL AND c.author_id = $1
                AND c.decision IS DISTINCT FROM 'no_action' THEN c.id END) END,
        'created_at', n.created_at, 'read', n.read_at IS NOT NULL,
        'invitation_id', CASE WHEN n.kind = 'invitation' THEN (
            SELECT i.id FROM invitations i WHERE i.group_id = n.group_id AND i.member_id = n.member_id
              AND i.uses_left > 0 AND i.expires_at > now()) END)
"""
SOURCE = """
    LEFT JOIN members a ON a.id = n.actor_id
    LEFT JOIN groups g ON g.id = n.group_id AND (n.kind NOT IN ('acted', 'undone') OR g.id = ANY($3::bigint[]))
    LEFT JOIN threads t ON t.id = n.thread_id AND (n.kind NOT IN ('acted', 'undone')
        OR (t.group_id = ANY($2::bigint[]) AND (t.post_count > 0 OR t.author_id = $1)))
    LEFT JOIN posts p ON p.id = n.post_id AND (n.kind NOT IN ('acted', 'undone') OR (
        (p.state = 'public' OR (p.author_id = $1 AND p.state IN ('pending', 'hidden')))
        AND EXISTS (SELECT FROM threads w WHERE w.id = p.thread_id AND w.group_id = ANY($2::bigint[]))))
    LEFT JOIN acts k ON k.id = n.act_id
    LEFT JOIN cases c ON c.id = k.case_id AND c.decision IS NOT NULL
    LEFT JOIN members b ON b.id = CASE n.kind WHEN 'acted' THEN k.actor_id WHEN 'undone' THEN k.undone_by_id END
        AND EXISTS (SELECT FROM groups s WHERE s.id IN (k.group_id, k.other_group_id)
                    HAVING bool_and(s.log_names_moderators))
    LEFT JOIN initiatives i ON i.id = n.initiative_id
"""
VISIBLE = (
    """
    n.member_id = $1 AND (n.kind IN ('acted', 'undone') OR (
    (n.group_id IS NULL OR n.group_id = ANY($3::bigint[]) OR (n.kind = 'invitation' AND EXISTS (
            SELECT FROM invitations i WHERE i.group_id = n.group_id AND i.member_id = n.member_id
              AND i.uses_left > 0 AND i.expires_at > now())
        AND NOT EXISTS (SELECT FROM shut_out b WHERE b.group_id = n.group_id AND b.member_id = n.member_id)))
    AND (n.thread_id IS NULL OR EXISTS (
        SELECT FROM threads v WHERE v.id = n.thread_id AND v.group_id = ANY($2::bigint[])))
    AND (n.kind NOT IN ('report', 'request', 'glass', 'confirmation', 'case_waiting', 'appealed') OR EXISTS (
        SELECT FROM memberships k WHERE k.group_id = n.group_id AND k.member_id = $1 AND k.role = 'facilitator')
        OR EXISTS (SELECT FROM members k WHERE k.id = $1 AND k.staff IS NOT NULL))
    AND (n.post_id IS NULL OR EXISTS (SELECT FROM posts v WHERE v.id = n.post_id AND v.state = 'public'))
    AND (n.initiative_id IS NULL OR EXISTS (SELECT FROM initiatives i WHERE i.id = n.initiative_id AND """
    + INITIATIVE.replace("$3", "$1")
    + "))))"
)
LIST = (
    "SELECT json_build_object('items', coalesce(json_agg("
    + DOC
    + """ ORDER BY n.id DESC) FILTER (WHERE n.n <= $5), '[]'),
        'next', CASE WHEN count(*) > $5 THEN '/api/v1/notices?before=' || min(n.id) FILTER (WHERE n.n <= $5)
                     || '&limit=' || $5 END)
    FROM (SELECT n.*, row_number() OVER (ORDER BY n.id DESC) AS n FROM notices n
          WHERE ($4::bigint IS NULL OR n.id < $4) AND """
    + VISIBLE
    + " ORDER BY n.id DESC LIMIT $5::int + 1) n"
    + SOURCE
)


async def notices(actor: Actor, before: int, limit: int) -> bytes:
    """NoticeList, newest first."""
    require(can_keep_own_things(actor))
    async with connection() as sql:
        return bytes(
            await sql.fetchval(
                LIST, actor.member_id, list(actor.readable), list(actor.listed), before or None, limit
            )
        )
