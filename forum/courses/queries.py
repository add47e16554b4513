"""Reading what is known of platforms and their courses, for administrators."""
from auth.actor import Actor
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.members.policies import can_administer

RUN = """
    (SELECT json_build_object('state', r.state, 'pages', r.pages, 'seen', r.seen, 'given', r.given,
            'leaving', r.leaving, 'error', r.error, 'started_at', r.started_at, 'ended_at', r.ended_at)
     FROM lti_roster_runs r WHERE r.context_id = c.id ORDER BY r.id DESC LIMIT 1)
"""
# $1 listed: the name of a hidden group is nobody's business, an administrator's neither.
COURSES = (
    """
    (SELECT coalesce(json_agg(json_build_object('id', c.id, 'label', c.label, 'title', c.title,
            'group', CASE WHEN g.id IS NOT NULL THEN json_build_object('slug', g.slug, 'title', g.title) END,
            'led', c.group_id IS NOT NULL, 'has_roster', c.memberships_url IS NOT NULL, 'last_run', """
    + RUN
    + """) ORDER BY c.id DESC), '[]')
     FROM (SELECT c.* FROM lti_contexts c JOIN lti_deployments d ON d.id = c.deployment_id
           WHERE d.platform_id = p.id ORDER BY c.id DESC LIMIT 200) c
     LEFT JOIN groups g ON g.id = c.group_id AND g.id = ANY($1::bigint[]))
"""
)
PLATFORMS = (
    """
    SELECT json_build_object('items', coalesce(json_agg(json_build_object(
        'id', p.id, 'name', p.name, 'issuer', p.issuer, 'client_id', p.client_id,
        'authorization_url', p.authorization_url, 'token_url', p.token_url, 'jwks_url', p.jwks_url,
        'enabled', p.enabled, 'created_at', p.created_at, 'last_launch_at', p.last_launch_at,
        'last_error', p.last_error, 'last_error_at', p.last_error_at,
        'deployments', (SELECT coalesce(json_agg(d.deployment_id ORDER BY d.id), '[]')
                        FROM lti_deployments d WHERE d.platform_id = p.id),
        'courses', """
    + COURSES
    + """) ORDER BY p.id), '[]'))
    FROM lti_platforms p
"""
)


async def platforms(actor: Actor) -> bytes:
    """PlatformList: each with its deployments, its newest courses and the last roster of each."""
    require(can_administer(actor))
    async with connection() as sql:
        return bytes(await sql.fetchval(PLATFORMS, list(actor.listed)))
