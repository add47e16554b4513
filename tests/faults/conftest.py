"""Fault tests run one at a time: short by default, in full with ``PLENARY_FAULTS=full`` (``make faults``)."""
import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.database import connect, disconnect, tortoise_config
from config.settings import DatabaseSettings
from forum.kit import migration
from forum.kit.postgres import EmbeddedPostgres
from forum.kit.postgres_place import find_cluster
from tests.cast import Cast, api_token, engage
from tests.faults.ledger import LedgerClient
from tests.faults.served import Served

FULL = os.environ.get("PLENARY_FAULTS") == "full"
HERE = Path(__file__).parent
Report = Callable[..., None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="session")
def full() -> bool:
    return FULL


@pytest.fixture(scope="session")
def prepared() -> Iterator[tuple[Path, Cast]]:
    """A data folder with a migrated database and the cast in it, safe against crashes as in production."""
    with tempfile.TemporaryDirectory(prefix="plenary-faults-") as folder:
        data = Path(folder)
        if os.geteuid() == 0:
            data.chmod(0o711)
        with EmbeddedPostgres(data) as postgres:
            cast = asyncio.run(_fill(postgres.url()))
        yield data, cast
        cluster = find_cluster(data)
        if cluster is not None:
            shutil.rmtree(cluster)


async def _fill(url: str) -> Cast:
    await connect(tortoise_config(url, DatabaseSettings()))
    try:
        async for _ in migration.migrate():
            pass
        return await engage()
    finally:
        await disconnect()


@pytest.fixture
def cast(prepared: tuple[Path, Cast]) -> Cast:
    return prepared[1]


@pytest.fixture
def served(prepared: tuple[Path, Cast]) -> Iterator[Served]:
    """``forum serve`` with two web processes."""
    with Served(prepared[0]) as served:
        yield served


@pytest.fixture
def ledger(served: Served, cast: Cast, tmp_path: Path) -> LedgerClient:
    return LedgerClient(
        served.base,
        tmp_path / "ledger.jsonl",
        threads=list(cast.threads.values()),
        tokens=[api_token("ben"), api_token("fay")],
    )


@pytest.fixture
def report(record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]) -> Report:
    """Say a figure, in the terminal and in the report."""

    def say(**figures: object) -> None:
        for name, value in figures.items():
            record_property(name, value)
        with capsys.disabled():
            words = (f"{name.replace('_', ' ')} {value}" for name, value in figures.items())
            print("\n   ", ", ".join(words))  # noqa: T201

    return say
