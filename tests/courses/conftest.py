"""The real site, and a platform that it knows."""
from pathlib import Path

import pytest

import forum.app
from auth.outbound import open_client
from config.settings import Settings
from forum.app import Site
from forum.searching import engine
from search.embedded import EmbeddedEngine
from tests.courses.lms import LMS, Lms


@pytest.fixture
async def lms(transaction: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lms:
    lms = Lms()
    lms.site = site_that_reaches(lms, settings, monkeypatch)
    engine.install(EmbeddedEngine(tmp_path / "search"))
    await lms.introduce()
    return lms


def site_that_reaches(lms: Lms, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Site:
    import httpx2

    mounts = {LMS: httpx2.ASGITransport(app=lms.app)}
    monkeypatch.setattr(forum.app, "open_client", lambda limits, **_: open_client(limits, mounts))
    return Site(settings)
