"""The first page, in one statement each."""
from auth.actor import Actor
from forum.groups.queries import CARD
from forum.initiatives.queries.list import CLOSING_SOON, WAITING
from forum.kit.transaction import connection
from forum.notifications import queries as notifications
from forum.threads import statements
from forum.threads.queries import without_private_marks

FEW = 5

# $1 member, $2 readable, $3 listed. The newest unread threads of my groups, muted ones left out.
UNREAD = (
    """
    (SELECT coalesce(json_agg("""
    + statements.LINE
    + """ ORDER BY t.last_post_id DESC), '[]') FROM (
        SELECT t.* FROM group_marks gm
        JOIN memberships m ON m.group_id = gm.group_id AND m.member_id = gm.member_id
        JOIN threads t ON t.group_id = gm.group_id AND t.last_post_id > gm.through_post_id
        LEFT JOIN reading_marks rm ON rm.thread_id = t.id AND rm.member_id = $1
        WHERE gm.member_id = $1 AND gm.group_id = ANY($2::bigint[]) AND t.last_number > coalesce(rm.last_number, 0)
          AND t.post_count > 0 AND NOT EXISTS (SELECT FROM thread_follows tf
              WHERE tf.thread_id = t.id AND tf.member_id = $1 AND tf.level = 'mute')
        ORDER BY t.last_post_id DESC LIMIT 25
    ) t"""
    + statements.LINE_JOINS
    + ")"
)
NOTICES = (
    "(SELECT coalesce(json_agg("
    + notifications.DOC
    + " ORDER BY n.id DESC), '[]') FROM (SELECT n.* FROM notices n WHERE n.read_at IS NULL AND "
    + notifications.VISIBLE
    + " ORDER BY n.id DESC LIMIT 5) n"
    + notifications.SOURCE
    + ")"
)
DRAFTS = (
    "(SELECT coalesce(json_agg("
    + statements.DRAFT_DOC
    + """ ORDER BY d.updated_at DESC), '[]')
    FROM (SELECT * FROM drafts WHERE member_id = $1 ORDER BY updated_at DESC LIMIT 5) d
    LEFT JOIN threads t ON t.id = d.thread_id AND t.group_id = ANY($2::bigint[])
    LEFT JOIN groups g ON g.id = coalesce(d.group_id, t.group_id) AND g.id = ANY($2::bigint[]))"""
)
# The card's own parameters are $1 member, $2 listed, $3 readable.
MY_GROUPS = (
    "(SELECT coalesce(json_agg(row_to_json(c) ORDER BY c.unread DESC, c.position, c.id), '[]') FROM ("
    + CARD.replace("$2", "$4").replace("$3", "$2").replace("$4", "$3")
    + " AND m.id IS NOT NULL) c)"
)
HOME = (
    "SELECT json_build_object('unread', "
    + UNREAD
    + ", 'notices', "
    + NOTICES
    + ", 'drafts', "
    + DRAFTS
    + ", 'closing', "
    + CLOSING_SOON
    + ", 'initiatives', "
    + WAITING
    + ", 'groups', "
    + MY_GROUPS
    + ")"
)

# The reader stands in a subquery, for a plan made for "nobody" looks so much cheaper than the general one that
# PostgreSQL made it anew each time, which took as long as running it.
# Busiest: the most posts among the last 200 that were written in the open, one line a thread; newest first on a tie.
_FRONT = (
    """
    SELECT json_build_object(
        'threads', (SELECT coalesce(json_agg("""
    + statements.LINE
    + """ ORDER BY t.heat DESC, t.last_post_id DESC), '[]') FROM (
            SELECT t.*, (SELECT count(*) FROM posts p WHERE p.thread_id = t.id AND p.state = 'public'
                         AND p.id > t.last_post_id - 2000) AS heat
            FROM (SELECT * FROM threads WHERE group_id = ANY($2::bigint[]) AND post_count > 0
                  ORDER BY last_post_id DESC LIMIT 12) t
        ) t"""
    + statements.LINE_JOINS
    + """),
        'groups', (SELECT coalesce(json_agg(row_to_json(c) ORDER BY c.position, c.id), '[]') FROM ("""
    + CARD.replace("$2", "$4").replace("$3", "$2").replace("$4", "$3")
    + """ AND g.visibility <> 'members') c),
        'member_count', (SELECT count(*) FROM members WHERE status = 'active'),
        'group_count', (SELECT count(*) FROM groups WHERE visibility <> 'hidden'),
        'post_count', (SELECT coalesce(sum(post_count), 0) FROM groups WHERE id = ANY($2::bigint[])))
"""
)
FRONT = "WITH me AS MATERIALIZED (SELECT $1::bigint AS id)" + _FRONT.replace("$1", "(SELECT id FROM me)")


async def home(actor: Actor) -> bytes:
    """Home."""
    async with connection() as sql:
        body = bytes(await sql.fetchval(HOME, actor.member_id, list(actor.readable), list(actor.listed)))
    return without_private_marks(actor, body, drafts=[], initiatives=[])


async def front(actor: Actor) -> bytes:
    """Front."""
    async with connection() as sql:
        return bytes(
            await sql.fetchval(FRONT, actor.member_id, list(actor.readable), list(actor.listed))
        )
