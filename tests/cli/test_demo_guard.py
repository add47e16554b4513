"""The demo leaves a site in production as it is."""
import asyncio
import socket
from pathlib import Path

import asyncpg
import pytest
import typer

from config.settings import Settings
from forum.cli import demo, serving
from forum.site.kind import kind_of_site
from tests.cast import Cast
from tests.support import database


def test_a_production_database_is_refused_before_anything_is_changed(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run(url: str) -> None:
        raw = await asyncpg.connect(url)
        await raw.execute("INSERT INTO site (id, kind) VALUES (1, 'production')")
        await raw.close()
        with pytest.raises(typer.Exit):
            await demo._prepare_demo(settings, url)

    monkeypatch.setattr(demo.migration, "migrate", lambda: pytest.fail("it migrated"))
    with database.clone() as url:
        asyncio.run(run(url))


def test_an_empty_database_is_nobodys_yet(cast: Cast, settings: Settings) -> None:
    async def run(url: str) -> None:
        raw = await asyncpg.connect(url)
        await raw.execute("DROP TABLE site")
        await raw.close()
        async with serving.open_database(settings, url):
            assert await kind_of_site() is None

    with database.clone() as url:
        asyncio.run(run(url))


def test_a_port_that_is_taken_is_told_before_anything_is_founded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(typer.Exit):
        demo.demo(port=other.getsockname()[1], data=tmp_path / "demo")
    assert "already" in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()


def test_the_demos_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    made = demo.secret_of(tmp_path)
    assert len(made) >= 32
    assert demo.secret_of(tmp_path) == made
    assert [(path.name, path.stat().st_mode & 0o777) for path in tmp_path.iterdir()] == [("secret_key", 0o600)]
