"""One web process, or one worker, as production runs them: python -m tests.bench.serve web|worker URL DATA PORT."""

import asyncio
import sys
from pathlib import Path

from config import logging as logs
from config.loading import load
from config.settings import Settings
from forum.app import Site
from forum.cli import serving

KEY = "a key for the benchmark, long enough to be taken"


def settings_of(data: Path, port: int) -> Settings:
    return load(
        environ={},
        site_base_url=f"http://127.0.0.1:{port}",
        site_secret_key=KEY,
        server_port=port,
        database_data=str(data),
        logging_level="warning",
        limits_sign_ins_per_minute=1_000_000,
    )


def main(role: str, url: str, data: str, port: str) -> None:
    settings = settings_of(Path(data), int(port))
    logs.set_up(settings.logging)
    if role == "web":
        serving.run(Site(settings), url)
    else:
        asyncio.run(serving._work(settings, url))


if __name__ == "__main__":
    main(*sys.argv[1:])
