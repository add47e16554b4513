from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _no_file_by_chance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
