"""The hand-written SQL of threads. Where it says ``$3 member``, null is a visitor.

``json_*`` rather than ``jsonb_*``: a third faster here, and the text goes out as it is.
"""

from forum.groups.queries import PAGE as GROUP_PAGE

LOCKED = "(t.locked_at IS NOT NULL AND coalesce(t.locked_until > now(), true))"
PERSON = "json_build_object('username', {0}.username, 'name', {0}.display_name)"
GROUP_BRIEF = (
    "json_build_object('slug', g.slug, 'title', g.title, 'visibility', g.visibility, 'policy', g.policy)"
)

# p: the post, a: its author, r: the post it answers, ra: that one's author. Only a public post has content.
_POST_FIELDS = """
        'id', p.id, 'number', p.number, 'state', p.state, 'wiki', p.wiki, 'kind', CASE WHEN {shown} THEN p.kind END,
        'poll_id', CASE WHEN {shown} AND p.kind = 'poll' THEN (SELECT q.id FROM polls q WHERE q.post_id = p.id) END,
        'author', CASE WHEN {shown} THEN json_build_object('username', a.username, 'name', a.display_name) END,
        'html', CASE WHEN {shown} THEN p.html END, 'body', CASE WHEN {shown} THEN p.body END,
        'version', p.version, 'created_at', p.created_at,
        'edited_at', CASE WHEN {shown} THEN p.edited_at END,
        'in_reply_to', CASE WHEN {shown} AND r.id IS NOT NULL THEN json_build_object('number', r.number, 'author',
            CASE WHEN r.state = 'public' THEN json_build_object('username', ra.username, 'name', ra.display_name) END)
            END,
        'reactions', CASE WHEN {shown} THEN p.reactions::json ELSE '{{}}'::json END,
        'mine', coalesce((SELECT json_agg(x.kind ORDER BY x.kind) FROM reactions x
                          WHERE x.post_id = p.id AND x.member_id = {member}), '[]'),
        'bookmarked', EXISTS (SELECT FROM bookmarks b WHERE b.post_id = p.id AND b.member_id = {member})
"""
_POST_JOINS = """
        JOIN members a ON a.id = p.author_id
        LEFT JOIN posts r ON r.id = p.in_reply_to_id AND r.thread_id = p.thread_id
        LEFT JOIN members ra ON ra.id = r.author_id
"""
_SHOWN = "p.state = 'public'"

# mv: a number whose post is in another thread now; where, for whoever may read that one.
_MOVED_FIELDS = """
        'id', mv.post_id, 'number', mv.number, 'state', 'moved', 'wiki', false, 'kind', null, 'poll_id', null,
        'author', null, 'html', null, 'body', null, 'version', 1, 'created_at', w.created_at, 'edited_at', null,
        'in_reply_to', null, 'reactions', '{}'::json, 'mine', '[]'::json, 'bookmarked', false,
        'moved_to', CASE WHEN wt.group_id = ANY($2::bigint[]) AND w.state = 'public' THEN json_build_object(
            'thread_id', wt.id, 'title', wt.title, 'number', w.number) END
"""
# t: the thread; $2 readable, $3 member, $4 after, $5 limit. ``next`` is a path.
_POST_LIST = (
    """
    json_build_object(
        'items', coalesce((SELECT json_agg(each.item ORDER BY each.number) FROM (
            SELECT p.number, json_build_object("""
    + _POST_FIELDS.format(shown=_SHOWN, member="$3")
    + """) AS item
            FROM (SELECT * FROM posts WHERE thread_id = t.id AND number > $4 AND number <= $4 + $5) p"""
    + _POST_JOINS
    + """
            UNION ALL
            SELECT mv.number, json_build_object("""
    + _MOVED_FIELDS
    + """) FROM moved_posts mv JOIN posts w ON w.id = mv.post_id JOIN threads wt ON wt.id = w.thread_id
            WHERE mv.thread_id = t.id AND mv.number > $4 AND mv.number <= $4 + $5) each), '[]'),
        'next', CASE WHEN t.last_number > $4 + $5 THEN '/api/v1/threads/' || t.id || '/posts?after=' || ($4 + $5)
                     || '&limit=' || $5 END)
"""
)

# $1 thread, $2 readable, $3 member, $4 after, $5 limit
THREAD_PAGE = (
    """
    SELECT json_build_object(
        'id', t.id, 'title', t.title, 'slug', t.slug, 'kind', t.kind, 'language', t.language,
        'group', """
    + GROUP_BRIEF
    + """, 'group_id', t.group_id, 'author', """
    + PERSON.format("o")
    + """, 'author_id', t.author_id, 'created_at', t.created_at, 'post_count', t.post_count,
        'last_number', t.last_number, 'locked', """
    + LOCKED
    + """, 'locked_until', t.locked_until, 'lock_reason', t.lock_reason, 'pinned', t.pinned_at IS NOT NULL,
        'tags', t.tags, 'generated', t.generated, 'version', t.version,
        'accepted_number', (SELECT number FROM posts WHERE id = t.accepted_post_id),
        'last_read', coalesce((SELECT last_number FROM reading_marks WHERE thread_id = t.id AND member_id = $3), 0),
        'follow', (SELECT level FROM thread_follows WHERE thread_id = t.id AND member_id = $3),
        'draft', CASE WHEN $3::bigint IS NOT NULL THEN (
            SELECT json_build_object('id', d.id, 'body', d.body, 'version', d.version, 'updated_at', d.updated_at,
                'in_reply_to', r.id, 'in_reply_to_number', r.number)
            FROM drafts d
            LEFT JOIN posts r ON r.id = d.in_reply_to AND r.thread_id = t.id AND r.state = 'public'
            WHERE d.member_id = $3 AND d.thread_id = t.id ORDER BY d.updated_at DESC, d.id DESC LIMIT 1) END,
        'outcomes', coalesce((
            SELECT json_agg(json_build_object('poll_id', q.id, 'post_id', p.id, 'number', p.number,
                'question', q.question, 'html', q.outcome_html, 'at', q.outcome_at, 'review_on', q.review_on)
                ORDER BY q.id)
            FROM posts p JOIN polls q ON q.post_id = p.id AND q.outcome_at IS NOT NULL
            WHERE p.thread_id = t.id AND p.kind = 'poll' AND p.state = 'public'), '[]'),
        'initiative', (SELECT json_build_object('id', i.id, 'title', i.title, 'slug', i.slug, 'stage', i.stage,
                'cosponsor_count', i.cosponsor_count, 'goal', i.goal,
                'mine', i.stage IN ('gathering', 'active') AND EXISTS (SELECT FROM initiative_leads l
                    WHERE l.initiative_id = i.id AND l.member_id = $3 AND l.state = 'accepted'))
            FROM initiatives i WHERE i.thread_id = t.id AND i.launched_at IS NOT NULL),
        'duplicate_of', (SELECT json_build_object('id', d.id, 'title', d.title, 'slug', d.slug) FROM threads d
            WHERE d.id = t.duplicate_of_id AND d.group_id = ANY($2::bigint[]) AND d.post_count > 0),
        'listed_in', coalesce((SELECT json_agg(json_build_object('slug', lg.slug, 'title', lg.title) ORDER BY lg.id)
            FROM listings l JOIN groups lg ON lg.id = l.group_id
            WHERE l.thread_id = t.id AND l.group_id = ANY($2::bigint[])), '[]'),
        'summary', (SELECT json_build_object('html', s.html, 'through', s.through_number, 'version', s.version,
                'at', s.edited_at, 'newer', n.count, 'first_newer', n.first)
            FROM summaries s CROSS JOIN LATERAL (SELECT count(*), min(n.number) AS first FROM posts n
                WHERE n.thread_id = t.id AND n.number > s.through_number AND n.state = 'public') n
            WHERE s.thread_id = t.id AND s.removed_at IS NULL),
        'waiting', CASE WHEN $3::bigint IS NOT NULL THEN coalesce((
            SELECT json_agg(json_build_object('id', q.id, 'html', q.html, 'created_at', q.created_at) ORDER BY q.id)
            FROM posts q WHERE q.thread_id = t.id AND q.state = 'pending' AND q.author_id = $3), '[]')
            ELSE '[]'::json END,
        'posts', """
    + _POST_LIST
    + """)
    FROM threads t JOIN groups g ON g.id = t.group_id JOIN members o ON o.id = t.author_id
    WHERE t.id = $1 AND t.group_id = ANY($2::bigint[]) AND $3::bigint IS NOT DISTINCT FROM $3
      AND $4::int >= 0 AND $5::int > 0
"""
)
# A thread without a public post is known to its author and to its keepers only, who come through the door.
OPEN_THREAD_PAGE = THREAD_PAGE + " AND (t.post_count > 0 OR (t.author_id = $3 AND t.merged_into_id IS NULL))"

POSTS = (
    "SELECT "
    + _POST_LIST
    + """
    FROM threads t
    WHERE t.id = $1 AND t.group_id = ANY($2::bigint[]) AND $3::bigint IS NOT DISTINCT FROM $3
      AND $4::int >= 0 AND $5::int > 0
"""
)
OPEN_POSTS = POSTS + " AND (t.post_count > 0 OR (t.author_id = $3 AND t.merged_into_id IS NULL))"

# $1 post, $2 member; the caller has passed the doors, so that nothing is left out.
SINGLE_POST = (
    "SELECT json_build_object("
    + _POST_FIELDS.format(shown="true", member="$2")
    + """, 'thread_id', t.id, 'thread_title', t.title, 'thread_slug', t.slug)
    FROM posts p JOIN threads t ON t.id = p.thread_id"""
    + _POST_JOINS
    + " WHERE p.id = $1 AND $2::bigint IS NOT DISTINCT FROM $2"
)
# $3 readable: nothing where the post is not public or its thread not this reader's.
OPEN_POST = SINGLE_POST + " AND p.state = 'public' AND t.group_id = ANY($3::bigint[])"

# The last hundred: texts are long, and nobody counts how often an author mends one. A row of revisions says who
# replaced its text, and when: that is who wrote the next one. So one more is read than is shown.
REVISIONS = """
    SELECT json_build_object('items', coalesce(json_agg(json_build_object(
        'version', v.version, 'body', v.body, 'at', v.at,
        'by', json_build_object('username', m.username, 'name', m.display_name)) ORDER BY v.version DESC), '[]'),
        'next', null)
    FROM (
        SELECT r.version, r.body, coalesce(lag(r.replaced_by) OVER before, p.author_id) AS member_id,
            coalesce(lag(r.replaced_at) OVER before, p.created_at) AS at
        FROM posts p, LATERAL (
            (SELECT version, body, edited_by_id AS replaced_by, created_at AS replaced_at FROM revisions
             WHERE post_id = p.id ORDER BY version DESC LIMIT 100)
            UNION ALL
            SELECT p.version, p.body, null, null
        ) r WHERE p.id = $1 WINDOW before AS (ORDER BY r.version) ORDER BY r.version DESC LIMIT 100
    ) v JOIN members m ON m.id = v.member_id
"""

# One line of a list; l: the last author. $1 member.
LINE = (
    """json_build_object('id', t.id, 'title', t.title, 'slug', t.slug, 'kind', t.kind, 'language', t.language,
        'group', """
    + GROUP_BRIEF
    + ", 'author', "
    + PERSON.format("o")
    + """, 'post_count', t.post_count, 'last_number', t.last_number, 'last_post_at', t.last_post_at,
        'last_author', CASE WHEN l.id IS NOT NULL THEN """
    + PERSON.format("l")
    + """ END, 'locked', """
    + LOCKED
    + """, 'tags', t.tags, 'pinned', t.pinned_at IS NOT NULL,
        'answered', t.accepted_post_id IS NOT NULL, 'generated', t.generated,
        'last_read', coalesce(rm.last_number, 0),
        'unread', gm.id IS NOT NULL AND t.last_post_id > gm.through_post_id
                  AND t.last_number > coalesce(rm.last_number, 0))"""
)
LINE_JOINS = """
    JOIN groups g ON g.id = t.group_id JOIN members o ON o.id = t.author_id
    LEFT JOIN members l ON l.id = t.last_author_id
    LEFT JOIN group_marks gm ON gm.group_id = t.group_id AND gm.member_id = $1
    LEFT JOIN reading_marks rm ON rm.thread_id = t.id AND rm.member_id = $1
"""

# $1 member, $2 before, $3 readable, $4 slug, $5 limit; no row where the group may not be read. The group is one id,
# not an array, so that a plan made without knowing it still walks the index of its own threads. Ten may be pinned in
# a group, and an undone merger brings its pin back.
GROUP_THREADS = (
    """
    SELECT (SELECT json_build_object('items', coalesce(json_agg("""
    + LINE
    + """ ORDER BY t.rank, t.last_post_id DESC) FILTER (WHERE t.n <= $5), '[]'),
        'next', CASE WHEN count(*) FILTER (WHERE t.rank = 1) > $5 THEN '/api/v1/groups/' || max(g.slug)
            || '/threads?before=' || min(t.last_post_id) FILTER (WHERE t.rank = 1 AND t.n <= $5)
            || '&limit=' || $5 END)
    FROM (
        (SELECT *, 0 AS rank, 0 AS n FROM threads
         WHERE (group_id = here.id AND pinned_at IS NOT NULL AND NOT pinned_everywhere) AND post_count > 0
           AND $2::bigint IS NULL
         ORDER BY id DESC LIMIT 20)
        UNION ALL
        (SELECT *, -1, 0 FROM threads
         WHERE pinned_everywhere AND post_count > 0 AND group_id = ANY($3::bigint[]) AND $2::bigint IS NULL)
        UNION ALL
        SELECT *, 1, row_number() OVER (ORDER BY last_post_id DESC) FROM (
            (SELECT * FROM threads
             WHERE group_id = here.id AND pinned_at IS NULL AND post_count > 0
               AND last_post_id < coalesce($2::bigint, 9223372036854775807)
             ORDER BY last_post_id DESC LIMIT $5::int + 1)
            UNION ALL
            (SELECT listed.* FROM listings x JOIN threads listed ON listed.id = x.thread_id
             WHERE x.group_id = here.id AND listed.group_id <> here.id AND listed.post_count > 0
               AND NOT listed.pinned_everywhere AND listed.group_id = ANY($3::bigint[])
               AND listed.last_post_id < coalesce($2::bigint, 9223372036854775807)
             ORDER BY listed.last_post_id DESC LIMIT $5::int + 1)) lying
    ) t"""
    + LINE_JOINS
    + """) FROM groups here WHERE here.slug = $4 AND here.id = ANY($3::bigint[])
"""
)
# The same beside the group's own document: $2 is what may be listed there, so "before" comes last.
GROUP_AND_THREADS = (
    "SELECT ("
    + GROUP_PAGE
    + ") AS page, ("
    + GROUP_THREADS.replace("$2::bigint", "$6::bigint")
    + ") AS threads"
)

# $1 member, $2 readable, $3 before, $4 limit
LATEST_THREADS = (
    """
    SELECT json_build_object('items', coalesce(json_agg("""
    + LINE
    + """ ORDER BY t.rank, t.last_post_id DESC) FILTER (WHERE t.n <= $4), '[]'),
        'next', CASE WHEN count(*) FILTER (WHERE t.rank = 1) > $4 THEN '/api/v1/threads?before='
            || min(t.last_post_id) FILTER (WHERE t.rank = 1 AND t.n <= $4) || '&limit=' || $4 END)
    FROM (
        (SELECT *, 0 AS rank, 0 AS n FROM threads
         WHERE group_id = ANY($2::bigint[]) AND pinned_everywhere AND post_count > 0 AND $3::bigint IS NULL)
        UNION ALL
        (SELECT *, 1, row_number() OVER (ORDER BY last_post_id DESC) FROM threads
         WHERE group_id = ANY($2::bigint[]) AND post_count > 0 AND NOT pinned_everywhere
           AND last_post_id < coalesce($3::bigint, 9223372036854775807)
         ORDER BY last_post_id DESC LIMIT $4::int + 1)
    ) t"""
    + LINE_JOINS
)

# $1 member, $2 readable
BOOKMARKS = (
    """
    SELECT json_build_object('items', coalesce(json_agg(json_build_object(
        'post_id', p.id, 'number', p.number, 'excerpt', left(p.text, 200), 'author', """
    + PERSON.format("a")
    + """, 'thread_id', t.id, 'thread_title', t.title, 'thread_slug', t.slug, 'group', """
    + GROUP_BRIEF
    + """, 'created_at', b.created_at) ORDER BY b.id DESC), '[]'), 'next', null)
    FROM (SELECT * FROM bookmarks WHERE member_id = $1 ORDER BY id DESC LIMIT 500) b
    JOIN posts p ON p.id = b.post_id AND p.state = 'public' JOIN members a ON a.id = p.author_id
    JOIN threads t ON t.id = p.thread_id AND t.group_id = ANY($2::bigint[]) JOIN groups g ON g.id = t.group_id
"""
)

# $1 member, $2 draft or null, $3 readable: a draft outlives the right to post it, but not what it tells of a thread.
DRAFT_DOC = (
    """json_build_object('id', d.id, 'group', CASE WHEN g.id IS NOT NULL THEN """
    + GROUP_BRIEF
    + """ END, 'thread_id', t.id, 'thread_title', t.title, 'thread_slug', t.slug, 'in_reply_to', d.in_reply_to,
        'title', d.title, 'body', d.body, 'kind', d.kind, 'language', d.language, 'version', d.version,
        'updated_at', d.updated_at)"""
)
_DRAFT_SOURCE = """
    FROM drafts d
    LEFT JOIN threads t ON t.id = d.thread_id AND t.group_id = ANY($3::bigint[])
    LEFT JOIN groups g ON g.id = coalesce(d.group_id, t.group_id) AND g.id = ANY($3::bigint[])
    WHERE d.member_id = $1 AND ($2::bigint IS NULL OR d.id = $2)
"""
DRAFT = "SELECT " + DRAFT_DOC + _DRAFT_SOURCE
DRAFTS = (
    "SELECT json_build_object('items', coalesce(json_agg("
    + DRAFT_DOC
    + " ORDER BY d.updated_at DESC, d.id DESC), '[]'), 'next', null)"
    + _DRAFT_SOURCE
)

THREAD_STATE = (
    "SELECT t.id, t.group_id, t.author_id, t.kind, "
    + LOCKED
    + """ AS locked, t.post_count > 0 AS published, t.merged_into_id,
           g.slug, g.title AS group_title, g.visibility, g.policy, g.slow_seconds
    FROM threads t JOIN groups g ON g.id = t.group_id WHERE t.id = $1
"""
)
THREAD_STATE_LOCKED = THREAD_STATE + " FOR UPDATE OF t"
THREAD_OF_POST = "SELECT thread_id FROM posts WHERE id = $1"
POST_STATE = """
    SELECT thread_id, author_id, state, version, number, wiki,
        EXISTS (SELECT FROM polls q WHERE q.post_id = posts.id AND q.outcome_at IS NOT NULL) AS decided
    FROM posts WHERE id = $1
"""
POST_STATE_LOCKED = POST_STATE + " FOR UPDATE"

# $1 thread, $2 author, $3 in_reply_to, $4 body, $5 html, $6 text, $7 renderer, $8 kind. The thread's row is locked, so
# that ids grow with numbers; the thread's place in the lists is its last public post's id.
INSERT_POST = """
    WITH new AS MATERIALIZED (SELECT nextval(pg_get_serial_sequence('posts', 'id')) AS id), thread AS (
        UPDATE threads t SET last_number = t.last_number + 1, post_count = t.post_count + 1, last_author_id = $2,
            last_post_id = new.id, last_post_at = now()
        FROM new WHERE t.id = $1 RETURNING t.last_number
    )
    INSERT INTO posts (id, thread_id, author_id, number, in_reply_to_id, body, html, text, renderer, kind, created_at)
    SELECT new.id, $1, $2, last_number, $3, $4, $5, $6, $7, $8, now() FROM thread, new RETURNING id, number
"""
# One that waits to be looked at has no number, and its thread knows nothing of it; as above but for the kind.
INSERT_WAITING_POST = """
    INSERT INTO posts (thread_id, author_id, in_reply_to_id, body, html, text, renderer, state, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', now()) RETURNING id
"""
LOCK_THREAD_OF_POST = """
    SELECT id, group_id FROM threads WHERE id = (SELECT thread_id FROM posts WHERE id = $1) FOR UPDATE
"""
# $1 post, $2 its locked thread. Others were posted since it was written, so it takes a place of its own among them.
PUBLISH_POST = """
    WITH waiting AS MATERIALIZED (
        SELECT id, author_id, created_at, nextval(pg_get_serial_sequence('posts', 'id')) AS place FROM posts
        WHERE id = $1 AND thread_id = $2 AND state = 'pending' FOR UPDATE
    ), thread AS (
        UPDATE threads t SET last_number = t.last_number + 1, post_count = t.post_count + 1,
            last_author_id = w.author_id, last_post_id = w.place, last_post_at = w.created_at
        FROM waiting w WHERE t.id = $2 RETURNING t.last_number
    )
    UPDATE posts p SET state = 'public', number = thread.last_number, place = w.place
    FROM thread, waiting w WHERE p.id = w.id RETURNING p.number, p.author_id
"""
# $1 draft, $2 member; none where it is gone already.
DROP_SENT_DRAFT = "DELETE FROM drafts WHERE id = $1 AND member_id = $2"
LOSE_POST = """
    UPDATE threads t SET post_count = t.post_count - 1, last_post_id = coalesce(l.place, 0),
        last_post_at = l.created_at, last_author_id = l.author_id,
        accepted_post_id = CASE WHEN t.accepted_post_id = $2 THEN NULL ELSE t.accepted_post_id END
    FROM (SELECT 1) one LEFT JOIN LATERAL (
        SELECT coalesce(place, id) AS place, created_at, author_id FROM posts
        WHERE thread_id = $1 AND state = 'public' AND id <> $2 ORDER BY coalesce(place, id) DESC LIMIT 1) l ON true
    WHERE t.id = $1
"""
READERS_NAMED = """
    SELECT m.id, m.username FROM members m
    WHERE lower(m.username) = ANY($1::text[]) AND m.status = 'active'
      AND NOT EXISTS (SELECT FROM shut_out b WHERE b.group_id = $2 AND b.member_id = m.id AND $3 <> 'public')
      AND ($3 IN ('public', 'members')
           OR EXISTS (SELECT FROM memberships p WHERE p.group_id = $2 AND p.member_id = m.id))
"""
COUNT_REACTIONS = """
    UPDATE posts SET reactions = coalesce((
        SELECT jsonb_object_agg(kind, n) FROM (
            SELECT kind, count(*) AS n FROM reactions WHERE post_id = $1 GROUP BY kind) counted), '{}')
    WHERE id = $1
"""
