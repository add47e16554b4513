"""forum demo: a community that is made up, and a course platform beside it."""
import asyncio
import os
import secrets
import socket
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from config import logging as logs
from config.loading import load
from config.settings import Settings
from forum.app import Site, render_for_auth
from forum.cli.serving import refuse, run
from forum.cli.session import database_url, open_database, progress_bar, say
from forum.directory import MemberDirectory
from forum.kit import migration
from forum.outbox import registry
from forum.places import GroupPlaces
from forum.searching import engine
from forum.searching.rebuild import rebuild
from forum.site.kind import SiteKind, kind_of_site
from forum.subscriptions import SUBSCRIPTIONS


def demo(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    data: Annotated[Path, typer.Option(help="Where the demo keeps everything.")] = Path(".data"),
) -> None:
    """A living community on this machine: 50 groups, 1,600 members, six faces to be, three courses."""
    mind_the_port(port)
    settings = settings_of(port, data)
    logs.set_up(settings.logging)
    with database_url(settings) as url:
        asyncio.run(_prepare_demo(settings, url))
        site = demo_site(settings)
        assert site.demo is not None
        say(f"\n  Plenary is at {settings.site.base_url}\n\n  Sign in there as:")
        for face in site.demo.faces:
            say(f"    {face.role:<12} {face.name} (@{face.username}): {face.about}")
        say(f"\n  Or begin in a course: {settings.site.base_url}{site.demo.courses_path}")
        say("\n  Ctrl-C stops it; what you did is kept.\n")
        run(site, url)


def settings_of(port: int, data: Path) -> Settings:
    from forum.site.demo.campus import ALUMNI

    return load(
        environ={},
        site_base_url=f"http://127.0.0.1:{port}",
        site_secret_key=secret_of(data),
        site_alumni_group=ALUMNI,
        server_port=port,
        server_with_worker=True,
        database_data=str(data),
        logging_level="warning",
        logging_format="text",
    )


def demo_site(settings: Settings) -> Site:
    """The site with the demonstration's doors; only here: a site in production never imports them."""
    from forum.site.demo.campus import demo_door

    return Site(settings, demo=demo_door(settings, render_for_auth))


async def _prepare_demo(settings: Settings, url: str) -> None:
    from forum.site.demo.campus import authorize_url, open_campus
    from forum.site.demo.fill import fill

    async with open_database(settings, url):
        # Asked before anything is changed.
        if await kind_of_site() is SiteKind.PRODUCTION:
            refuse("This database belongs to a site in production; the demo needs one of its own (make demo DATA=…).")
        async for name in migration.migrate():
            say(f"migrated {name}")
        with progress_bar("Founding the community") as show:
            await fill(lambda _step, done, total: show(done, total))
        registry.install(SUBSCRIPTIONS)
        directory, places = MemberDirectory(settings.auth, demo=True), GroupPlaces(settings.site)
        await open_campus(directory, places, authorize_url(settings))
        async with engine.installed(settings) as found:
            if not (await found.status()).ready:
                with progress_bar("Indexing posts") as show:
                    await rebuild(show)


def secret_of(data: Path) -> str:
    """The demo's own key, made at its first start; it is there whole or not at all."""
    file = data / "secret_key"
    if not file.exists():
        data.mkdir(parents=True, exist_ok=True)
        descriptor, begun = tempfile.mkstemp(dir=data, prefix="secret_key.")
        with os.fdopen(descriptor, "w") as opened:
            opened.write(secrets.token_urlsafe(48))
        Path(begun).replace(file)
    return file.read_text()


def mind_the_port(port: int) -> None:
    """Say at once that somebody else listens there, not after the community was founded."""
    with socket.socket() as knock:
        knock.settimeout(1)
        if knock.connect_ex(("127.0.0.1", port)) == 0:
            refuse(f"Something else listens on port {port} already; choose another one (make demo PORT=…).")
