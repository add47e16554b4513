"""No route without a row, no row without a deed, no deed without a route."""
import re

from forum.page_routes import PAGES
from forum.routes import API, PREFIX
from tests.permissions.asking import JSON, Ask
from tests.permissions.deeds import DEEDS, EXEMPT
from tests.permissions.table import rows

# What one declared action stands for in the table, where it depends on the group's policy or on whose thing it is.
FAMILIES = {
    "warn_or_silence_in_group": {"warn_or_silence_in_group", "silence_member", "suspend_member", "suspend_in_group"},
    "join": {"join", "join_open", "request_to_join", "join_by_invitation_only"},
    "join_open": {"join", "join_open", "request_to_join", "join_by_invitation_only"},
    "appeal_own_case": {"appeal_own_case", "appeal_case_of_another"},
    "keep_drafts_and_preview": {"keep_drafts_and_preview", "draft_for_group"},
    "follow_or_bookmark": {"follow_or_bookmark", "keep_drafts_and_preview"},
    "see_member_profile_and_directory": {"see_member_profile_and_directory", "keep_drafts_and_preview"},
}
NAMES = {row.action for row in rows()}
ROUTES = [(route.method, PREFIX + route.path, route.operation.action) for route in API] + [
    (route.method, route.path, route.page.action) for route in PAGES
]


def test_every_row_is_played() -> None:
    assert set(DEEDS) == NAMES


def test_every_route_declares_a_row_of_the_table() -> None:
    unknown = {(method, path): action for method, path, action in ROUTES if action not in {*NAMES, "none"}}
    assert not unknown
    silent = {(method, path) for method, path, action in ROUTES if action == "none"}
    assert silent <= set(EXEMPT)


def test_every_route_is_played_under_its_own_action() -> None:
    missing = [
        (method, path)
        for method, path, action in ROUTES
        if (method, path) not in EXEMPT and not _played(method, path, action)
    ]
    assert not missing


def test_every_exemption_is_a_route() -> None:
    assert set(EXEMPT) <= {(method, path) for method, path, _ in ROUTES}


def _played(method: str, path: str, action: str) -> bool:
    pattern = re.compile(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(path)))
    return any(
        ask.method == method and pattern.fullmatch(_address(ask))
        for name in FAMILIES.get(action, {action})
        for ask in DEEDS[name].asks
    )


def _address(ask: Ask) -> str:
    return (PREFIX if ask.surface == JSON else "") + ask.path.partition("?")[0]
