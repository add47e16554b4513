"""Settings as tests ask for them: from a text, from the environment, or refused."""

from pathlib import Path

import pytest

from config.loading import SettingsError, load
from config.settings import Settings

KEY = "k" * 40


def read(toml: str = "", tmp_path: Path | None = None, **environ: str) -> Settings:
    file = None
    if tmp_path is not None:
        file = tmp_path / "settings.toml"
        file.write_text(toml, encoding="utf-8")
    return load(environ={"FORUM_SITE_SECRET_KEY": KEY, **environ}, file=file)


def mistakes(**environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read(**environ)
    return str(caught.value)
