"""The hand-written SQL of search results.

What the engine found is read again, narrowed by what may be read now: an index may lag behind a right that is gone.
"""

# ``group:`` in the text narrows, and never tells whether there is such a group.
AMONG = "SELECT slug, id FROM groups WHERE slug = ANY($1::text[]) AND id = ANY($2::bigint[])"

# $1 posts in their order, $2 readable
HITS = """
    SELECT h.n, p.id, p.number, p.created_at, left(p.text, 20000) AS text, a.username, a.display_name,
           t.id AS thread_id, t.title, t.slug, t.kind, t.language,
           g.slug AS group_slug, g.title AS group_title, g.visibility, g.policy
    FROM unnest($1::bigint[]) WITH ORDINALITY AS h (id, n)
    JOIN posts p ON p.id = h.id JOIN threads t ON t.id = p.thread_id JOIN groups g ON g.id = t.group_id
    JOIN members a ON a.id = p.author_id
    WHERE p.state = 'public' AND t.group_id = ANY($2::bigint[])
"""
READ = HITS + " ORDER BY h.n"

_FACET = """
    (SELECT coalesce(json_agg(json_build_object('value', {value}, 'label', {label}, 'count', f.n)
                              ORDER BY f.n DESC, {value}), '[]')
     FROM (SELECT {of} AS of, count(*) AS n FROM counted GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10) f {named})
"""
_TEXT = {"value": "f.of::text", "label": "f.of::text", "named": ""}

# $3 posts to count, $4 listed, $5 patterns that a name must match (none: no groups, no people), $6 whether cards of
# groups for members may be seen, $7 whether people may be.
_AROUND = (
    """
    counted AS MATERIALIZED (
        SELECT p.author_id, t.group_id, split_part(t.language, '-', 1) AS language, t.kind,
               extract(year FROM p.created_at AT TIME ZONE 'UTC')::int AS year
        FROM posts p JOIN threads t ON t.id = p.thread_id
        WHERE p.id = ANY($3::bigint[]) AND p.state = 'public' AND t.group_id = ANY($2::bigint[])
    ),
    around AS (
        SELECT (SELECT count(*) FROM counted) AS total,
        json_build_object('group', """
    + _FACET.format(of="group_id", value="g.slug", label="g.title", named="JOIN groups g ON g.id = f.of")
    + ", 'language', "
    + _FACET.format(of="language", **_TEXT)
    + ", 'kind', "
    + _FACET.format(of="kind", **_TEXT)
    + ", 'year', "
    + _FACET.format(of="year", **_TEXT)
    + ", 'author', "
    + _FACET.format(
        of="author_id", value="m.username", label="m.display_name", named="JOIN members m ON m.id = f.of"
    )
    + """) AS facets,
        (SELECT coalesce(json_agg(row_to_json(x)), '[]') FROM (
            SELECT g.slug, g.title, g.visibility, g.policy FROM groups g
            WHERE cardinality($5::text[]) > 0 AND g.id = ANY($4::bigint[])
              AND ($6::boolean OR g.visibility <> 'members')
              AND (g.title ILIKE ALL($5) OR g.purpose ILIKE ALL($5))
            ORDER BY (g.title ILIKE ALL($5)) DESC, g.position, g.id LIMIT 4) x) AS groups,
        (SELECT coalesce(json_agg(row_to_json(x)), '[]') FROM (
            SELECT m.username, m.display_name AS name FROM members m
            WHERE cardinality($5::text[]) > 0 AND $7::boolean AND m.status = 'active'
              AND (m.display_name ILIKE ALL($5) OR m.username ILIKE ALL($5))
            ORDER BY m.id LIMIT 4) x) AS people
    )
"""
)
# The first page's hits with what stands around them: one row at least.
READ_WITH_AROUND = (
    "WITH page AS ("
    + HITS
    + "), "
    + _AROUND
    + """
    SELECT page.*, around.total, first.*
    FROM around LEFT JOIN page ON true
    LEFT JOIN LATERAL (SELECT around.facets, around.groups, around.people
        WHERE page.n IS NOT DISTINCT FROM (SELECT min(n) FROM page)) first ON true
    ORDER BY page.n
"""
)

# While the engine is away: titles that resemble the words (pg_trgm). $4 a thread, or none
TITLES = """
    SELECT p.id FROM threads t JOIN posts p ON p.thread_id = t.id AND p.number = 1 AND p.state = 'public'
    WHERE t.group_id = ANY($2::bigint[]) AND (t.title ILIKE $3 OR $1 <% t.title)
      AND ($4::bigint IS NULL OR t.id = $4)
    ORDER BY word_similarity($1, t.title) DESC, t.last_post_id DESC LIMIT $5
"""
# $1 posts of hits, $2 readable: those that may be read.
OPEN = """
    SELECT p.id FROM posts p JOIN threads t ON t.id = p.thread_id
    WHERE p.id = ANY($1::bigint[]) AND p.state = 'public' AND t.group_id = ANY($2::bigint[])
"""
