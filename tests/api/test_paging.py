"""`next` walks a whole list, without a gap and without a repetition, on both surfaces."""

import re
from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest

from tests.cast import Cast
from tests.support.clients import Client

pytestmark = [pytest.mark.anyio, pytest.mark.committed]
As = Callable[..., Client]

# 60 threads of one post in the public group (every tenth pinned, every seventh withdrawn) and 30 elsewhere; 90 posts in
# the cast's thread, some withdrawn, some pending; 70 members, all in the public group; 60 notices.
FILL = """
    WITH made AS (
        INSERT INTO threads (group_id, author_id, title, slug, kind, last_number, post_count, last_post_at, pinned_at)
        SELECT CASE WHEN n > 60 THEN $2::bigint ELSE $1::bigint END, $3::bigint, 'Thread ' || n::text, 'thread',
               'discussion', 1,
               CASE WHEN n % 7 = 0 THEN 0 ELSE 1 END, now(), CASE WHEN n % 10 = 0 AND n <= 60 THEN now() END
        FROM generate_series(1, 90) n RETURNING id, post_count
    ), posted AS (
        INSERT INTO posts (thread_id, author_id, number, body, html, text, renderer, state)
        SELECT id, $3::bigint, 1, 'x', '<p>x</p>', 'x', 1,
               CASE WHEN post_count = 0 THEN 'withdrawn' ELSE 'public' END
        FROM made RETURNING id, thread_id
    )
    SELECT count(*) FROM posted
"""
PLACE = """
    UPDATE threads t SET last_post_id = p.id FROM posts p
    WHERE p.thread_id = t.id AND p.number = 1 AND t.title LIKE 'Thread %' AND t.slug = 'thread' AND t.last_post_id = 0
"""
POSTS = """
    INSERT INTO posts (thread_id, author_id, number, body, html, text, renderer, state)
    SELECT $1::bigint, $2::bigint, CASE WHEN n % 11 <> 0 THEN n - n / 11 END, 'x', '<p>x</p>', 'x', 1,
           CASE WHEN n % 11 = 0 THEN 'pending' WHEN n % 9 = 0 THEN 'withdrawn' ELSE 'public' END
    FROM generate_series(3, 90) n
"""
COUNTED = """
    UPDATE threads SET last_number = (SELECT max(number) FROM posts WHERE thread_id = $1),
                       post_count = (SELECT count(*) FROM posts WHERE thread_id = $1 AND state = 'public')
    WHERE id = $1
"""
PEOPLE = """
    INSERT INTO members (username, display_name, status)
    SELECT 'person-' || n, 'Person ' || n, CASE WHEN n % 8 = 0 THEN 'deactivated' ELSE 'active' END
    FROM generate_series(1, 70) n
"""
PLACES = """
    INSERT INTO memberships (group_id, member_id, role)
    SELECT $1::bigint, id, 'member' FROM members WHERE username LIKE 'person-%'
"""
NOTICES = """
    INSERT INTO notices (member_id, cause, kind, group_id)
    SELECT $1::bigint, 'test:' || n, 'approved', $2::bigint FROM generate_series(1, 60) n
"""


@pytest.fixture(scope="module")
async def filled(own_url: str, cast: Cast) -> AsyncIterator[asyncpg.Connection]:
    raw = await asyncpg.connect(own_url)
    await raw.execute("DELETE FROM notices")
    elsewhere = await raw.fetchval("SELECT id FROM groups WHERE slug = 'elsewhere'")
    await raw.fetchval(FILL, cast.groups["public"], elsewhere, cast.members["ben"])
    await raw.execute(PLACE)
    await raw.execute(POSTS, cast.threads["public"], cast.members["ben"])
    await raw.execute(COUNTED, cast.threads["public"])
    await raw.execute(PEOPLE)
    await raw.execute(PLACES, cast.groups["public"])
    await raw.execute(NOTICES, cast.members["ben"], cast.groups["public"])
    yield raw
    await raw.close()


WALKS = {
    "/api/v1/threads": ("id", "SELECT count(*) FROM threads WHERE post_count > 0"),
    "/api/v1/groups/public-group/threads": (
        "id",
        "SELECT count(*) FROM threads t JOIN groups g ON g.id = t.group_id "
        "WHERE g.slug = 'public-group' AND t.post_count > 0",
    ),
    "/api/v1/threads/1/posts": ("id", "SELECT count(number) FROM posts WHERE thread_id = 1"),
    "/api/v1/groups/public-group/members": (
        "username",
        "SELECT count(*) FROM memberships m JOIN groups g ON g.id = m.group_id WHERE g.slug = 'public-group'",
    ),
    "/api/v1/members": ("username", "SELECT count(*) FROM members WHERE status = 'active'"),
    "/api/v1/notices": ("id", "SELECT count(*) FROM notices"),
}


async def walked(client: Client, path: str, name: str) -> list[object]:
    """Every item that the links lead to."""
    found: list[object] = []
    asked: str | None = path
    for _ in range(300):
        answer = await client.get(asked)
        assert answer.status_code == 200, (asked, answer.text)
        page = answer.json()
        found += [item[name] for item in page["items"]]
        asked = page["next"]
        if asked is None:
            return found
        assert page["items"], f"{asked} follows nothing"
    raise AssertionError("no end")


@pytest.mark.parametrize("limit", [None, 1, 7, 100])
@pytest.mark.parametrize("path", WALKS)
async def test_next_leads_through_the_whole_list(
    as_: As, filled: asyncpg.Connection, path: str, limit: int | None
) -> None:
    name, count = WALKS[path]
    async with as_("ben") as ben:
        found = await walked(ben, path if limit is None else f"{path}?limit={limit}", name)
    assert len(found) == len(set(found))
    # The threads of closed and hidden groups are Ben's, too.
    assert len(found) == await filled.fetchval(count)


async def test_the_first_page_of_a_thread_leads_on_to_the_rest(as_: As, filled: asyncpg.Connection) -> None:
    async with as_("stranger") as stranger:
        thread = (await stranger.get("/api/v1/threads/1")).json()
        rest = await walked(stranger, thread["posts"]["next"], "number")
    numbers = [post["number"] for post in thread["posts"]["items"]] + rest
    assert numbers == list(range(1, thread["last_number"] + 1))


async def test_a_filter_goes_along(as_: As, filled: asyncpg.Connection) -> None:
    async with as_("ben") as ben:
        found = await walked(ben, "/api/v1/members?q=person+1&limit=3", "name")
    assert found
    assert all(str(name).startswith("Person 1") for name in found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("path", "item", "count"),
    [
        ("/latest", r'href="/t/(\d+)/', WALKS["/api/v1/threads"][1]),
        ("/members", r'href="/m/([a-z0-9-]+)"', WALKS["/api/v1/members"][1]),
    ],
)
async def test_pages_lead_on_as_well(
    as_: As, filled: asyncpg.Connection, path: str, item: str, count: str
) -> None:
    found: set[str] = set()
    asked, seen = path, set[str]()
    async with as_("ben", browser=True) as ben:
        while asked not in seen:
            seen.add(asked)
            text = (await ben.get(asked)).text
            main = text.partition("<main")[2]
            found |= set(re.findall(item, main))
            onward = re.search(r'href="(' + path + r'\?[^"]*(?:before|after)=\d+[^"]*)"', main)
            if onward is None:
                break
            asked = onward.group(1).replace("&amp;", "&")
    assert len(found) == await filled.fetchval(count)
    assert len(seen) > 1
