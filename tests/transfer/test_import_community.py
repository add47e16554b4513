import gzip
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from forum.transfer.community import Report, import_community, importing, storing
from tests.transfer.making import START, message, unseen, written

pytestmark = [pytest.mark.anyio, pytest.mark.committed]
at_hand = pytest.mark.usefixtures("at_hand")

COMMUNITY = Path(__file__).parents[3] / "shared" / "data" / "community46.jsonl.gz"

POSTS = """
    SELECT t.title, p.number, m.username, p.body, p.created_at, p.oversize, p.source_key
    FROM posts p JOIN threads t ON t.id = p.thread_id JOIN members m ON m.id = p.author_id ORDER BY p.id
"""


def added(report: Report) -> tuple[int, int, int, int]:
    return report.groups, report.members, report.threads, report.posts


async def assert_sound(sql: asyncpg.Connection) -> None:
    """What must hold after any import, however it went."""
    counted = "SELECT count(*)::int, max(number), max(id) FROM posts WHERE thread_id = t.id"
    assert not await sql.fetchval(
        "SELECT count(*) FROM threads t WHERE (post_count, last_number, last_post_id) <> (" + counted + ")"
    )
    assert not await sql.fetchval(
        "SELECT count(*) FROM (SELECT thread_id FROM posts GROUP BY 1 HAVING max(number) <> count(*)) gaps"
    )
    assert not await sql.fetchval(
        "SELECT count(*) FROM groups g WHERE post_count <> "
        "(SELECT count(*) FROM posts p JOIN threads t ON t.id = p.thread_id WHERE t.group_id = g.id)"
        " OR member_count <> (SELECT count(*) FROM memberships WHERE group_id = g.id)"
    )
    for silent in ("facts", "notices", "pgqueuer"):
        assert not await sql.fetchval("SELECT count(*) FROM " + silent)


async def test_a_community_comes_in_with_its_times_and_places(
    sql: asyncpg.Connection, tmp_path: Path
) -> None:
    file = written(
        tmp_path / "all.jsonl.gz",
        message(3, author="Grace Hopper", html="<p>Thank you, @Ada</p>"),
        message(1),
        message(2, topic="Peering", author="Grace Hopper"),
        packed=True,
    )
    calls: list[tuple[int, int]] = []

    report = await import_community(file, lambda done, total: calls.append((done, total)))

    assert (added(report), report.skipped, report.broken) == ((1, 2, 2, 3), 0, [])
    assert calls[0] == (0, 3) and calls[-1] == (3, 3)
    rows = [tuple(row)[:5] for row in await sql.fetch(POSTS)]
    assert rows == [
        ("Prefix lists", 1, "ada", "Message **1**", datetime.fromtimestamp(START + 60, UTC)),
        ("Peering", 1, "grace-hopper", "Message **2**", datetime.fromtimestamp(START + 120, UTC)),
        ("Prefix lists", 2, "grace-hopper", "Thank you, @Ada", datetime.fromtimestamp(START + 180, UTC)),
    ]
    group = await sql.fetchrow("SELECT * FROM groups")
    assert group is not None
    assert (group["slug"], group["visibility"], group["policy"]) == ("routing", "members", "open")
    assert (group["member_count"], group["thread_count"], group["post_count"]) == (2, 2, 3)
    assert group["last_post_at"] == datetime.fromtimestamp(START + 180, UTC)
    assert await sql.fetch("SELECT source, role FROM grants") == [("import:community", "member")] * 2
    assert await sql.fetch("SELECT through_post_id FROM group_marks") == [(group["last_post_id"],)] * 2
    assert 'href="/m/ada"' in await sql.fetchval("SELECT html FROM posts ORDER BY id DESC LIMIT 1")
    assert await sql.fetchval("SELECT username FROM mentions JOIN members m ON m.id = member_id") == "ada"
    await assert_sound(sql)


@at_hand
async def test_topics_are_compared_exactly(sql: asyncpg.Connection, tmp_path: Path) -> None:
    topics = ["Topic", "topic ", "topic", "TOPIC", "a:b", "a%3Ab", "", "x", "w" * 250, "w" * 251]
    lines = [message(n, topic=topic) for n, topic in enumerate(topics)]
    # The same two names joined differently are another place.
    lines += [message(50, group="one:two", topic="three"), message(51, group="one", topic="two:three")]

    report = await import_community(written(tmp_path / "f", *lines), unseen)

    assert (report.threads, report.posts) == (12, 12)
    titles = [row[0] for row in await sql.fetch("SELECT title FROM threads ORDER BY id")]
    assert titles[:8] == ["Topic", "topic", "topic", "TOPIC", "a:b", "a%3Ab", "(no topic)", "Topic x"]
    assert titles[8] == titles[9] == "w" * 199 + "…"
    assert (await import_community(tmp_path / "f", unseen)).posts == 0


@at_hand
async def test_a_second_run_adds_nothing_and_a_longer_file_only_what_is_new(
    sql: asyncpg.Connection, tmp_path: Path
) -> None:
    first = [message(n) for n in range(1, 6)]
    await import_community(written(tmp_path / "f", *first), unseen)
    before = await sql.fetch(POSTS)

    again = await import_community(tmp_path / "f", unseen)
    assert (added(again), again.skipped) == ((0, 0, 0, 0), 5)
    assert await sql.fetch(POSTS) == before

    # A message that turns up late and is older than the rest takes its number after the rest.
    more = [message(9, author="Bo"), *first, message(8, ts=START - 5), message(7, topic="Another")]
    grown = await import_community(written(tmp_path / "f", *more), unseen)
    assert (added(grown), grown.skipped) == ((0, 1, 1, 3), 5)
    rows = await sql.fetch(POSTS)
    assert rows[:5] == before
    assert [(row["title"], row["number"]) for row in rows[5:]] == [
        ("Prefix lists", 6), ("Another", 1), ("Prefix lists", 7),
    ]
    await assert_sound(sql)


@at_hand
async def test_numbers_go_on_after_what_was_said_here(sql: asyncpg.Connection, tmp_path: Path) -> None:
    await import_community(written(tmp_path / "f", message(1)), unseen)
    await sql.execute(
        "INSERT INTO posts (thread_id, author_id, number, body, html, text, renderer)"
        " SELECT id, author_id, 2, 'here', '', '', 1 FROM threads"
    )
    await sql.execute("UPDATE threads SET last_number = 2, post_count = 2")

    await import_community(written(tmp_path / "f", message(1), message(2)), unseen)

    assert [row["number"] for row in await sql.fetch(POSTS)] == [1, 2, 3]
    await assert_sound(sql)


@at_hand
async def test_broken_lines_are_told_and_the_rest_goes_in(sql: asyncpg.Connection, tmp_path: Path) -> None:
    without_author = {name: value for name, value in message(5).items() if name != "author"}
    file = written(
        tmp_path / "f",
        message(1),
        b'{"group": "Rou',
        without_author,
        b"",
        message(6, ts="yesterday"),
        message(7, html="<p>a\0b</p>"),
        message(8, author=" \u200b"),
        message(9, ts=2**39),
        b'{"group": "\\ud800"}',
        b"[" * 100_000,
        b"\xff\xfe",
        message(10, html="<p>" + "x" * 200_001),
        message(1, html="<p>Once more</p>"),
        message(2),
    )

    report = await import_community(file, unseen)

    reasons = dict(report.broken)
    assert list(reasons) == [2, 3, 5, 6, 7, 8, 9, 10, 11, 12] and report.broken_count == 10
    for line, part in {3: "author", 5: "$.ts", 6: "NUL", 7: "$.author", 8: "future", 12: "200,000"}.items():
        assert part in reasons[line]
    assert (report.posts, report.skipped) == (2, 1)
    await assert_sound(sql)


@at_hand
async def test_long_and_empty_messages_are_marked_and_counted(
    sql: asyncpg.Connection, tmp_path: Path
) -> None:
    file = written(
        tmp_path / "f",
        message(1, html="<p>" + "x" * 32_001 + "</p>"),
        message(2, html="<p>" + "x" * 32_000 + "</p>"),
        message(3, html="<p> </p>"),
        message(4, html='<p><img src="/a.png" alt="A map of the ring"></p>'),
        message(5, html="<p>form\x0cfeed</p>"),
    )

    report = await import_community(file, unseen)

    assert (report.posts, report.oversize, report.empty, report.broken) == (5, 1, 1, [])
    rows = await sql.fetch(POSTS)
    assert [row["oversize"] for row in rows] == [True, False, False, False, False]
    assert rows[2]["body"] == "*(no text)*" and rows[3]["body"] == "A map of the ring"
    assert "\x0c" not in rows[4]["body"]


@at_hand
async def test_a_file_that_breaks_off_gives_what_came_before(sql: asyncpg.Connection, tmp_path: Path) -> None:
    file = written(tmp_path / "f.gz", *(message(n, html=f"<p>{n**9}</p>") for n in range(400)), packed=True)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])

    report = await import_community(file, unseen)

    assert 0 < report.posts < 400 and len(report.broken) == 1
    assert report.broken[0][0] == report.posts + 1
    file.write_bytes(whole)
    assert (await import_community(file, unseen)).posts == 400 - report.posts
    await assert_sound(sql)


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("batches", [1, 2, 3])
@at_hand
async def test_an_import_killed_between_batches_goes_on_where_it_was(
    sql: asyncpg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    monkeypatch.setattr(importing, "MESSAGES", 5)
    lines = [message(n, topic=f"Topic {n % 3}", author=f"author {n % 4}") for n in range(23)]
    file = written(tmp_path / "f", *lines)

    def kill(done: int, _total: int) -> None:
        if done >= 5 * batches:
            raise KilledError

    with pytest.raises(KilledError):
        await import_community(file, kill)
    assert await sql.fetchval("SELECT count(*) FROM posts") == 5 * batches
    await assert_sound(sql)

    report = await import_community(file, unseen)
    assert (report.posts, report.skipped) == (23 - 5 * batches, 5 * batches)
    ids = [int(row["source_key"].rpartition(":")[2]) for row in await sql.fetch(POSTS)]
    assert ids == list(range(23))
    await assert_sound(sql)


@at_hand
async def test_a_batch_is_whole_or_not_at_all(
    sql: asyncpg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise KilledError

    with monkeypatch.context() as patched, pytest.raises(KilledError):
        patched.setattr(storing, "_count", fail)
        await import_community(written(tmp_path / "f", message(1)), unseen)
    for table in ("posts", "threads", "memberships", "mentions"):
        assert not await sql.fetchval("SELECT count(*) FROM " + table)

    assert (await import_community(tmp_path / "f", unseen)).posts == 1
    await assert_sound(sql)


@at_hand
async def test_names_that_are_taken_get_a_neighbour(sql: asyncpg.Connection, tmp_path: Path) -> None:
    await sql.execute("INSERT INTO members (username, display_name) VALUES ('ada', 'Ada of here')")
    await sql.execute(
        "INSERT INTO groups (slug, title, theme, purpose, visibility, policy)"
        " VALUES ('routing', 'Routing', 'networks', 'Ours.', 'public', 'open')"
    )
    authors = ["Ada", "ada", "李", "admin", "grace@example.org", "n" * 400]
    groups = ["Routing", "routing!", "路由", "g" * 400]
    lines = [message(n, author=author) for n, author in enumerate(authors)]
    lines += [message(20 + n, group=group) for n, group in enumerate(groups)]

    report = await import_community(written(tmp_path / "f", *lines), unseen)

    assert (report.members, report.groups, report.broken) == (6, 4, [])
    found = await sql.fetch("SELECT username, display_name FROM members WHERE source_key IS NOT NULL")
    assert {tuple(row) for row in found} == {
        ("ada-2", "Ada"), ("ada-3", "ada"), ("member-2", "李"), ("admin-2", "admin"), ("grace", "grace"),
        ("n" * 40, "n" * 79 + "…"),
    }
    slugs = [row[0] for row in await sql.fetch("SELECT slug FROM groups ORDER BY slug")]
    assert slugs == ["g" * 60, "group", "routing", "routing-2", "routing-3"]


@at_hand
async def test_nobody_comes_in_who_was_banned_and_marks_of_those_who_read_here_stay(
    sql: asyncpg.Connection, tmp_path: Path
) -> None:
    await import_community(written(tmp_path / "f", message(1), message(2, author="Bo")), unseen)
    ada, bo = [row[0] for row in await sql.fetch("SELECT id FROM members ORDER BY username")]
    await sql.execute("INSERT INTO identities (member_id, issuer, subject) VALUES ($1, 'issuer', 'ada')", ada)
    await sql.execute("UPDATE group_marks SET through_post_id = 1")
    await sql.execute("DELETE FROM memberships WHERE member_id = $1", bo)
    await sql.execute(
        "INSERT INTO bans (group_id, member_id, banned_by_id) SELECT id, $1, $2 FROM groups", bo, ada
    )

    await import_community(written(tmp_path / "f", message(3), message(4, author="Bo")), unseen)

    assert await sql.fetch("SELECT member_id FROM memberships") == [(ada,)]
    assert await sql.fetchval("SELECT through_post_id FROM group_marks WHERE member_id = $1", ada) == 1
    await assert_sound(sql)


@pytest.mark.skipif(not COMMUNITY.exists(), reason="the real community is not at hand")
async def test_the_beginning_of_a_real_community(sql: asyncpg.Connection, tmp_path: Path) -> None:
    with gzip.open(COMMUNITY) as stream:
        lines = [line.rstrip(b"\n") for line in islice(stream, 3_000)]
    file = written(tmp_path / "f", *lines)

    report = await import_community(file, unseen)

    assert report.posts == 3_000 and report.broken == []
    assert (await import_community(file, unseen)).skipped == 3_000
    times = [row["created_at"] for row in await sql.fetch(POSTS)]
    assert times == sorted(times)
    await assert_sound(sql)
