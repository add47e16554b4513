from pathlib import Path

import pytest

from search.embedded import EmbeddedEngine


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def engine(tmp_path: Path, anyio_backend: str) -> EmbeddedEngine:
    made = EmbeddedEngine(tmp_path / "index")
    async with made.rebuild():
        pass
    return made
