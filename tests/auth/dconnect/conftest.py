"""The small site with both sides of DiscourseConnect in its settings."""

from dataclasses import replace

import pytest

from config.settings import DConnectClientSettings, DConnectSettings, Secret, Settings

SECRET = Secret("the secret of the school")
WIKI_SECRET = Secret("the secret of the wiki")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    school = DConnectSettings(
        name="school", label="School account", url="https://learn.example.test/sso", secret=SECRET, groups=("alumni",)
    )
    college = replace(school, name="college", label="College account", secret=Secret("the secret of a college"))
    wiki = DConnectClientSettings(
        name="wiki", return_to="https://wiki.example.test/sso", secret=WIKI_SECRET, groups=("alumni", "py-101")
    )
    auth = replace(settings.auth, dconnect=(school, college), dconnect_clients=(wiki,), new_members="active")
    return replace(settings, auth=auth)
