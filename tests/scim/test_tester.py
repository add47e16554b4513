"""scim2-tester against the running server, over a socket: all checks pass."""

from collections import Counter

from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

from tests.scim.conftest import Served

LEAST_CHECKS = 120


def test_all_checks_pass(served: Served) -> None:
    with served.client("tester") as client:
        results = check_server(SyncSCIMClient(client))
    counts = Counter(one.status for one in results)
    print({status.name: count for status, count in counts.items()})  # noqa: T201
    others = [f"{one.title}: {one.reason}" for one in results if one.status is not Status.SUCCESS]
    assert not others, "\n".join(others)
    assert len(results) >= LEAST_CHECKS
