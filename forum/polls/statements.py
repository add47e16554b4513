"""The hand-written SQL of polls. A poll is read only where its post is public and its group readable."""
from forum.threads.statements import LOCKED, PERSON

# p: the poll; as policies.Phase.
_PHASE = """
    CASE WHEN p.closed_at IS NOT NULL THEN 'closed' WHEN {now} >= p.closes_at THEN 'counting'
        WHEN {now} < p.opens_at THEN 'waiting' ELSE 'open' END
"""
# $1 poll, $2 member. The clock is read once the row is there: who waited for its lock must see the time after.
_STATE = (
    """), p AS MATERIALIZED (SELECT *, clock_timestamp() AS at FROM poll)
    SELECT p.*, o.state AS post_state, o.author_id AS post_author_id, o.version AS post_version, o.number,
        o.thread_id, t.group_id, t.author_id AS thread_author_id, t.kind AS thread_kind, """
    + LOCKED
    + """ AS locked, t.post_count > 0 AS published, t.merged_into_id, o.wiki,
        g.slug, g.title AS group_title, g.visibility, g.policy AS join_policy, g.slow_seconds,
        EXISTS (SELECT FROM voters v WHERE v.poll_id = p.id AND v.member_id = $2) AS voted,
        (SELECT array_agg(x.id ORDER BY x.position) FROM poll_options x WHERE x.poll_id = p.id) AS option_ids,
    """
    + _PHASE.format(now="p.at")
    + """ AS phase
    FROM p JOIN posts o ON o.id = p.post_id JOIN threads t ON t.id = o.thread_id JOIN groups g ON g.id = t.group_id
"""
)
_POLL_ROW = "WITH poll AS MATERIALIZED (SELECT * FROM polls WHERE id = $1"
STATE = _POLL_ROW + _STATE
STATE_LOCKED = _POLL_ROW + " FOR UPDATE" + _STATE

OUTCOME = (
    """json_build_object('text', p.outcome, 'html', p.outcome_html, 'by', """
    + PERSON.format("w")
    + """, 'at', p.outcome_at, 'review_on', p.review_on)"""
)
# p: the poll, o: its post, a: its author, w: who wrote the outcome, v: whether the reader ($1) has voted, s: whether
# the results may be shown (policies.shows_results). ``running``, a text, are equal ballots with their
# number, for the tally.
_DOC = (
    """
    json_build_object('id', p.id, 'post_id', p.post_id, 'thread_id', o.thread_id, 'author', """
    + PERSON.format("a")
    + """, 'author_id', p.author_id, 'question', p.question, 'kind', p.kind, 'method', p.method,
        'anonymous', p.anonymous, 'results', p.results, 'most_choices', p.most_choices, 'score_max', p.score_max,
        'block_needs_reason', p.block_needs_reason, 'zone', p.time_zone, 'quorum', p.quorum, 'share', p.share,
        'opens_at', p.opens_at, 'closes_at', p.closes_at, 'closed_at', p.closed_at, 'phase', s.phase,
        'options', (SELECT json_agg(json_build_object('id', x.id, 'text', x.text, 'stance', x.stance,
            'starts_at', x.starts_at, 'ends_at', x.ends_at) ORDER BY x.position)
            FROM poll_options x WHERE x.poll_id = p.id),
        'voters', (SELECT count(*) FROM voters n WHERE n.poll_id = p.id), 'voted', v.voted,
        'ballot', CASE WHEN v.voted AND NOT p.anonymous THEN (
            SELECT json_build_object('marks', b.marks, 'reason', b.reason, 'cast_at', b.cast_at)
            FROM ballots b WHERE b.poll_id = p.id AND b.member_id = $1) END,
        'result', p.result,
        'running', CASE WHEN s.phase <> 'closed' AND s.phase <> 'waiting'
            AND (p.results = 'always' OR (p.results = 'after_voting' AND v.voted)) THEN (
            SELECT coalesce(json_agg(json_build_array(c.marks, c.n)), '[]')::text
            FROM (SELECT marks, count(*) AS n FROM ballots WHERE poll_id = p.id GROUP BY marks) c) END,
        'outcome', CASE WHEN p.outcome_at IS NOT NULL THEN """
    + OUTCOME
    + """ END, 'version', p.version)
"""
)
_SOURCE = """
    FROM polls p JOIN posts o ON o.id = p.post_id AND o.state = 'public'
    JOIN threads t ON t.id = o.thread_id AND t.group_id = ANY($3::bigint[])
    JOIN members a ON a.id = p.author_id LEFT JOIN members w ON w.id = p.outcome_by_id
    CROSS JOIN LATERAL (
        SELECT EXISTS (SELECT FROM voters x WHERE x.poll_id = p.id AND x.member_id = $1) AS voted) v
    CROSS JOIN LATERAL (SELECT """ + _PHASE.format(now="clock_timestamp()") + """ AS phase) s
"""
# $1 member, $2 poll, $3 readable
POLL = "SELECT " + _DOC + _SOURCE + " WHERE p.id = $2"
# $2 posts
POLLS = "SELECT coalesce(json_agg(" + _DOC + "), '[]')" + _SOURCE + " WHERE p.post_id = ANY($2::bigint[])"

# $1 poll, $2 after, $3 limit. Ids are random: so is the order.
BALLOTS = (
    """
    SELECT json_build_object('items', coalesce(json_agg(json_build_object('member', CASE WHEN m.id IS NOT NULL THEN """
    + PERSON.format("m")
    + """ END, 'marks', CASE WHEN b.told THEN b.marks::json ELSE '{}' END, 'reason', b.reason) ORDER BY b.id)
            FILTER (WHERE b.n <= $3), '[]'),
        'next', CASE WHEN count(*) > $3 THEN '/api/v1/polls/' || $1 || '/ballots?after='
            || (max(b.id::text) FILTER (WHERE b.n <= $3)) || '&limit=' || $3 END)
    FROM (
        SELECT b.*, NOT p.anonymous OR p.kind = 'proposal' AS told, row_number() OVER (ORDER BY b.id) AS n
        FROM ballots b JOIN polls p ON p.id = b.poll_id
        WHERE b.poll_id = $1 AND ($2::uuid IS NULL OR b.id > $2) AND (NOT p.anonymous OR b.reason <> '')
        ORDER BY b.id LIMIT $3::int + 1
    ) b LEFT JOIN members m ON m.id = b.member_id
"""
)

# $1 readable, $2 before, $3 limit, $4 slug; no row where the group may not be read.
DECISIONS = (
    """
    SELECT (SELECT json_build_object('items', coalesce(json_agg(json_build_object('poll_id', p.id, 'post_id', p.post_id,
            'thread_id', p.thread_id, 'thread_title', p.title, 'thread_slug', p.slug, 'question', p.question,
            'kind', p.kind, 'closed_at', p.closed_at, 'voters', p.result -> 'voters', 'carries', p.result -> 'carries',
            'outcome', """
    + OUTCOME
    + """) ORDER BY p.id DESC) FILTER (WHERE p.n <= $3), '[]'),
        'next', CASE WHEN count(*) > $3 THEN '/api/v1/groups/' || here.slug || '/decisions?before='
            || min(p.id) FILTER (WHERE p.n <= $3) || '&limit=' || $3 END)
    FROM (
        SELECT p.*, t.id AS thread_id, t.title, t.slug, row_number() OVER (ORDER BY p.id DESC) AS n
        FROM polls p JOIN posts o ON o.id = p.post_id AND o.state = 'public'
        JOIN threads t ON t.id = o.thread_id AND t.group_id = here.id
        WHERE p.outcome_at IS NOT NULL AND p.id < coalesce($2::bigint, 9223372036854775807)
        ORDER BY p.id DESC LIMIT $3::int + 1
    ) p JOIN members w ON w.id = p.outcome_by_id)
    FROM groups here WHERE here.slug = $4 AND here.id = ANY($1::bigint[])
"""
)

INSERT_POLL = """
    WITH poll AS (
        INSERT INTO polls (post_id, author_id, question, kind, method, anonymous, results, most_choices, score_max,
            block_needs_reason, time_zone, quorum, share, opens_at, closes_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING id
    ), options AS (
        INSERT INTO poll_options (poll_id, position, text, stance, starts_at, ends_at)
        SELECT poll.id, x.position, x.text, x.stance, x.starts_at, x.ends_at
        FROM poll, unnest($16::text[], $17::text[], $18::timestamptz[], $19::timestamptz[])
            WITH ORDINALITY AS x (text, stance, starts_at, ends_at, position)
    ) SELECT id FROM poll
"""

# $1 poll, $2 member, $3 marks, $4 reason; what the poll's phase was, and whether the vote counts. One statement, so
# that the poll's row, which votes share and closing has alone, is held for no longer than that.
_VOTE = (
    _POLL_ROW
    + """ FOR SHARE), p AS MATERIALIZED (SELECT *, clock_timestamp() AS at FROM poll), now AS MATERIALIZED (
        SELECT p.id, p.at, """
    + _PHASE.format(now="p.at")
    + """ AS phase FROM p
    ), voter AS (
        INSERT INTO voters (poll_id, member_id) SELECT id, $2 FROM now WHERE phase = 'open'
        ON CONFLICT (poll_id, member_id) DO NOTHING RETURNING poll_id
    ), ballot AS ("""
)
_COUNTS = ") SELECT phase, EXISTS (SELECT FROM ballot) AS counts FROM now"
# The first one counts, and nothing in a ballot or beside it says whose it is or when it came.
CAST_UNNAMED = (
    _VOTE
    + """
        INSERT INTO ballots (poll_id, anonymous, marks, reason)
        SELECT poll_id, true, $3::text::jsonb, $4 FROM voter RETURNING 1
    """
    + _COUNTS
)
CAST_NAMED = (
    _VOTE
    + """
        INSERT INTO ballots (poll_id, anonymous, member_id, marks, reason, cast_at)
        SELECT id, false, $2, $3::text::jsonb, $4, at FROM now WHERE phase = 'open'
        ON CONFLICT (poll_id, member_id) DO UPDATE
            SET marks = EXCLUDED.marks, reason = EXCLUDED.reason, cast_at = EXCLUDED.cast_at
        RETURNING 1
    """
    + _COUNTS
)

# Equal ballots are one row with their number: of a choice among five there are five, however many have voted.
COUNTED = "SELECT marks, count(*) AS n FROM ballots WHERE poll_id = $1 GROUP BY marks"
# What ran to its end closed then, however late it is counted.
FREEZE = """
    UPDATE polls SET closed_at = least(closes_at, clock_timestamp()), result = $2::text::jsonb
    WHERE id = $1
"""
# New rows, with new ids, of one transaction, in orders that say nothing: whatever was known of the old ones leads to
# none of these, and who has voted no longer tells when.
SHUFFLE_BALLOTS = """
    WITH old AS (DELETE FROM ballots WHERE poll_id = $1 AND anonymous RETURNING poll_id, marks, reason)
    INSERT INTO ballots (poll_id, anonymous, marks, reason)
    SELECT poll_id, true, marks, reason FROM old ORDER BY random()
"""
SHUFFLE_VOTERS = """
    WITH old AS (DELETE FROM voters WHERE poll_id = $1 RETURNING poll_id, member_id)
    INSERT INTO voters (poll_id, member_id) SELECT poll_id, member_id FROM old ORDER BY random()
"""
DUE = """
    SELECT id FROM polls WHERE closed_at IS NULL AND closes_at <= clock_timestamp() ORDER BY closes_at LIMIT 500
"""
# Polls that close within a day, once each; a shorter one as soon as it is open.
CLOSING_SOON = """
    UPDATE polls p SET reminded_at = clock_timestamp()
    FROM posts o JOIN threads t ON t.id = o.thread_id
    WHERE o.id = p.post_id AND p.closed_at IS NULL AND p.reminded_at IS NULL AND p.opens_at <= clock_timestamp()
      AND p.closes_at > clock_timestamp() AND p.closes_at <= clock_timestamp() + interval '1 day'
    RETURNING p.id, o.thread_id, t.group_id
"""
WRITE_OUTCOME = """
    UPDATE polls SET outcome = $2, outcome_html = $3, outcome_renderer = $4, outcome_by_id = $5, review_on = $6,
        outcome_at = coalesce(outcome_at, now()), version = version + 1
    WHERE id = $1
"""
