"""The README's picture is there and light; ``--new-picture`` makes it anew."""
import pytest

from tests.browser.screenshots import README, picture_for_readme
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser

LARGEST = 150_000


def test_the_picture_is_there_and_light() -> None:
    head = README.read_bytes()
    assert head.startswith(b"\x89PNG")
    assert len(head) <= LARGEST


def test_make_the_picture_anew(stage: Stage, request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--new-picture", default=False):
        pytest.skip("made only when asked for, with --new-picture")
    picture_for_readme(stage)
    assert README.stat().st_size <= LARGEST
