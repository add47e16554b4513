"""Which tests run in one process: those of a file, and all that share a stage (a browser, the whole machine).

pytest-xdist's own ``loadgroup`` writes the group into the node's id, which pytest 9 no longer lets it do: every test
then goes its own way, and each process starts a demonstration and a browser.
"""
from typing import Final

import pytest
from xdist.scheduler import LoadScopeScheduling

STAGES: Final = {"tests/browser/": "browser", "tests/journeys/": "browser", "tests/faults/": "faults"}


class ByStage(LoadScopeScheduling):
    """A file goes to one process; folders that share a stage go there together, and begin first."""

    def _split_scope(self, nodeid: str) -> str:
        for folder, name in STAGES.items():
            if nodeid.startswith(folder):
                return name
        return nodeid.partition("::")[0]


def longest_first(items: list[pytest.Item]) -> None:
    """The stages before everything else: begun last, they would keep one process busy while the others have ended.

    A browser works while the fault tests wait, so that the two of them go well together.
    """
    items.sort(key=lambda item: not item.nodeid.startswith(tuple(STAGES)))
