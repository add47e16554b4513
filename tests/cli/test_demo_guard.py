"""The demo leaves a site in production as it is."""
import asyncio

import asyncpg
import pytest
import typer

from config.settings import Settings
from forum.cli import serving
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
            await serving._prepare_demo(settings, url)

    monkeypatch.setattr(serving.migration, "migrate", lambda: pytest.fail("it migrated"))
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
