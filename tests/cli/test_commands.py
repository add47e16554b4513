"""The command line as an operator meets it: results on stdout, words on stderr, an exit status."""
import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import typer.main
from typer.testing import CliRunner

from forum.cli.main import app
from search.meilisearch.server import ACTIONS
from tests.cast import Cast
from tests.search.fake_meilisearch import FakeMeilisearch, Key, serving
from tests.support import database

FORUM = str(Path(sys.executable).parent / "forum")


def forum(*arguments: str, url: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {key: value for key, value in os.environ.items() if not key.startswith(("FORUM_", "DATABASE_"))}
    if url is not None:
        given["DATABASE_URL"] = url
    return subprocess.run(
        [FORUM, *arguments], env={**given, **environment}, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture(scope="module")
def url(cast: Cast) -> str:
    with database.clone() as address:
        yield address  # type: ignore[misc]


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Each command and group of commands, by the words that lead to it."""
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


@pytest.mark.parametrize("command", [*commands(typer.main.get_command(app))], ids=" ".join)
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, [*command, "--help"], prog_name="forum")
    assert done.exit_code == 0
    usage, *explained = [line.strip() for line in done.stdout.partition("╭")[0].splitlines() if line.strip()]
    assert usage.startswith(" ".join(("Usage: forum", *command)))
    assert explained, "it does not say what it is for"


def test_the_command_is_installed() -> None:
    done = forum("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: forum" in done.stdout


def test_a_migrated_database_has_nothing_pending(url: str) -> None:
    done = forum("migrate", "--check", url=url)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_token_stands_alone_on_stdout(url: str) -> None:
    done = forum("token", "create", "--member", "ben", "--scope", "read", "--scope", "post", url=url)
    assert done.returncode == 0
    assert done.stdout.startswith("plenary_pat_")
    assert len(done.stdout.splitlines()) == 1


def test_a_token_for_nobody_is_refused_in_words(url: str) -> None:
    done = forum("token", "create", "--member", "nobody", "--scope", "read", url=url)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_founding_the_groups_twice_founds_them_once(url: str) -> None:
    assert forum("groups", "found", url=url).stdout == "founded 50 groups\n"
    assert forum("groups", "found", url=url).stdout == "founded 0 groups\n"


def test_the_first_admin_is_made_here(url: str) -> None:
    done = forum("member", "promote", "ben", "--role", "admin", url=url)
    assert done.returncode == 0
    assert "ben" in done.stderr


def test_all_mistakes_of_the_settings_come_at_once() -> None:
    done = forum("config", "check", FORUM_SERVER_PORT="many", FORUM_SITE_COLOUR="blue")
    assert done.returncode == 2
    for word in ("server.port", "FORUM_SITE_COLOUR", "site.secret_key"):
        assert word in done.stderr


def test_secrets_are_not_shown() -> None:
    secret = "a secret that is surely long enough to be one"
    done = forum("config", "show", FORUM_SITE_SECRET_KEY=secret)
    assert done.returncode == 0
    assert secret not in done.stdout
    assert "site.secret_key" in done.stdout


def test_wrong_usage_is_2() -> None:
    assert forum("serve", "--no-such-option").returncode == 2
    assert forum("import", "community", "/no/such/file").returncode == 2


def test_the_doctor_mends_a_wrong_counter(url: str, tmp_path: Path) -> None:
    import asyncio

    import asyncpg

    async def spoil() -> None:
        raw = await asyncpg.connect(url)
        await raw.execute("UPDATE threads SET post_count = 1, last_number = 2 WHERE post_count = 2")
        await raw.execute("UPDATE memberships SET role = 'reader' WHERE role = 'facilitator'")
        await raw.execute("""UPDATE posts SET reactions = '{"agree": 7}'""")
        await raw.close()

    asyncio.run(spoil())
    done = forum("doctor", url=url, FORUM_SEARCH_FOLDER=str(tmp_path / "search"))
    assert "mended 4 thread counters" in done.stdout
    assert "mended 8 reaction counters" in done.stdout
    assert "mended 4 roles of places" in done.stdout
    assert done.returncode == 1, "there is no search index yet, and it says so"
    assert "forum search rebuild" in done.stdout
    rebuilt = forum("search", "rebuild", url=url, FORUM_SEARCH_FOLDER=str(tmp_path / "search"))
    assert rebuilt.stdout == "indexed 8 posts\n"
    assert forum("doctor", url=url, FORUM_SEARCH_FOLDER=str(tmp_path / "search")).returncode == 0


def test_a_demo_is_not_served_and_a_site_is_no_demo(cast: Cast) -> None:
    with database.clone() as url:

        async def declare() -> None:
            raw = await asyncpg.connect(url)
            await raw.execute("INSERT INTO site (id, kind) VALUES (1, 'demo')")
            await raw.close()

        asyncio.run(declare())
        done = forum("serve", url=url, FORUM_SITE_SECRET_KEY="k" * 40)
        assert done.returncode == 1
        assert "demo" in done.stderr.lower()


def test_a_token_for_some_groups(url: str) -> None:
    ben = ("token", "create", "--member", "ben", "--scope", "read", "--group", "closed-group")
    assert forum(*ben, "--group", "hidden-group", url=url).stdout.startswith("plenary_pat_")
    for wrong in (("--group", "no-such-group"), ("--scope", "staff")):
        refused = forum(*ben, *wrong, url=url)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.strip() and "Traceback" not in refused.stderr
    staff = forum("token", "create", "--member", "adi", "--scope", "read", "--scope", "staff", url=url)
    assert staff.stdout.startswith("plenary_pat_")


def test_the_search_index_is_made_compared_and_mended(url: str, tmp_path: Path) -> None:
    def search(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return forum("search", *arguments, url=url, FORUM_SEARCH_FOLDER=str(tmp_path / "search"), **environment)

    assert search("status").returncode == 1
    missing = search("verify")
    assert missing.returncode == 1 and "rebuild" in missing.stderr and "Traceback" not in missing.stderr
    assert search("rebuild").stdout == "indexed 8 posts\n"
    asyncio.run(_change(url))
    dry = search("verify", "--dry-run")
    assert (dry.returncode, dry.stdout) == (1, "0 missing, 1 stale, 0 superfluous\n")
    assert search("verify").returncode == 0
    again = search("verify", "--dry-run")
    assert (again.returncode, again.stdout) == (0, "0 missing, 0 stale, 0 superfluous\n")
    asyncio.run(_change(url))
    doctor = forum("doctor", url=url, FORUM_SEARCH_FOLDER=str(tmp_path / "search"))
    assert "mended 1 documents of the search index" in doctor.stdout
    status = search("status")
    assert status.returncode == 0
    assert [line.split() for line in status.stdout.splitlines()] == [
        ["engine", "embedded"], ["documents", "8"], ["posts", "8"], ["ready", "yes"]
    ]  # fmt: skip


def test_the_rights_that_a_key_of_meilisearch_lacks_are_named(url: str) -> None:
    async def search(fake: FakeMeilisearch, command: str) -> subprocess.CompletedProcess[str]:
        chosen = {"FORUM_SEARCH_ENGINE": "meilisearch", "FORUM_SEARCH_URL": fake.url, "FORUM_SEARCH_KEY": "k" * 16}
        return await asyncio.to_thread(forum, "search", command, url=url, **chosen)

    async def work() -> None:
        fake = FakeMeilisearch(keys={"k" * 16: Key(tuple(one for one in ACTIONS if one != "indexes.swap"))})
        async with serving(fake):
            refused = await search(fake, "rebuild")
            assert (refused.returncode, refused.stdout) == (1, "")
            assert "for indexes.swap" in refused.stderr and "Traceback" not in refused.stderr
            fake.keys["k" * 16] = Key(ACTIONS, ("plenary*",))
            assert (await search(fake, "rebuild")).stdout == "indexed 8 posts\n"
            assert (await search(fake, "status")).returncode == 0
        away = await search(fake, "status")
        assert away.returncode == 1 and "cannot be reached" in away.stdout

    asyncio.run(work())


async def _change(url: str) -> None:
    raw = await asyncpg.connect(url)
    await raw.execute("UPDATE posts SET text = text || ' by hand' WHERE id = (SELECT min(id) FROM posts)")
    await raw.close()


RULES = """
[auth.providers.academy]
label = "Academy"
issuer = "https://id.example.org"
client_id = "plenary"
client_secret = "a secret"
groups_claim = "realm_access.roles"
[[auth.providers.academy.places]]
prefix = "course-"
group = "{rest}"
"""


@pytest.mark.parametrize(
    ("claims", "provider", "status", "shows"),
    [
        ('{"realm_access": {"roles": ["course-DIP 7", "[red]x"]}}', "academy", 0, ["dip-7", "[red]x", "No rule fits."]),
        ("e30.eyJyZWFsbV9hY2Nlc3MiOnsicm9sZXMiOlsieCJdfX0.x", "academy", 0, ["signature was not checked"]),
        ("{}", "academy", 1, ["do not hold the claim"]),
        ("nothing", "academy", 1, ["neither JSON"]),
        ("{}", "other", 1, ["--provider"]),
    ],
)
def test_claims_are_previewed(claims: str, provider: str, status: int, shows: list[str], tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(RULES)
    (tmp_path / "claims").write_text(claims)
    done = forum(
        "auth", "claims-preview", "--provider", provider, str(tmp_path / "claims"), FORUM_CONFIG=str(settings)
    )
    assert done.returncode == status, done.stderr
    assert all(words in done.stdout + done.stderr for words in shows)
