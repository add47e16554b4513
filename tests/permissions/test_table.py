"""Every cell of tests/permissions.csv, on JSON and on HTML, each against a fresh state."""
from typing import Any

import httpx2
import pytest

from forum.kit.transaction import connection
from tests.cast import STRANGER, Cast
from tests.permissions.asking import HTML, JSON, Ask
from tests.permissions.deeds import DEEDS
from tests.permissions.stage import Stage, facilitators, glass, named_editor, reads_everywhere, staff
from tests.permissions.table import BANNED, READER, SITE, STAFF, SUSPENDED, Row, rows

pytestmark = pytest.mark.anyio

# Seen-marks of credentials are the door's business, not the deed's.
WRITES = """
    SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables
    WHERE relname NOT IN ('sessions', 'api_tokens')
"""
# Behind a group that staff opened: 403, 404 or 409, as the thing itself says; never done.
REFUSED = "refused"
UNWRITTEN = ("no change", "403", "404", "login", REFUSED)
SPLIT = {
    "own thread": ((True, "yes"), (False, "403")),
    "own poll": ((True, "yes"), (False, "403")),
    "when named by a facilitator": ((True, "yes"), (False, "403")),
    "group setting": ((True, "yes"), (False, "403")),
    "yes unless last facilitator": ((False, "yes"), (True, "409")),
    "yes (not staff)": ((False, "yes"), (True, "403")),
    "yes (not another facilitator)": ((False, "yes"), (True, "403")),
}
OWN = ("keep_drafts_and_preview", "accept_invitation", "edit_own_post", "delete_own_post")
# The requests of that action that have somebody for their object.
ABOUT_SOMEBODY = "{username}"


@pytest.mark.parametrize("row", rows(), ids=str)
async def test_every_cell(row: Row, client: Any, cast: Cast) -> None:
    wrong: list[str] = []
    cells = {**row.cells, BANNED: row.for_banned(), SUSPENDED: row.cells[STRANGER], READER: row.for_reader()}
    for who, cell in cells.items():
        for ask in DEEDS[row.action].asks:
            for own, expected in _cases(row, cell, ask):
                for opened, then in _with_glass(row, who, expected):
                    stage = Stage(cast, row.kind, who, own, glass=opened)
                    wrong += await _play(row, stage, ask, then, client)
    assert not wrong, "\n".join(wrong)


def _cases(row: Row, cell: str, ask: Ask) -> tuple[tuple[bool, str], ...]:
    if cell.startswith("yes (") and ABOUT_SOMEBODY not in ask.path:
        return ((False, "yes"),)
    if row.action.startswith("see_member") and cell == "own" and ABOUT_SOMEBODY not in ask.path:
        return ((False, "403"),)
    return SPLIT.get(cell, ((_own(row, cell), cell),))


def _with_glass(row: Row, who: str, expected: str) -> tuple[tuple[bool, str], ...]:
    """What is told without an opened group, and (of site staff, in a group) what with one."""
    shut = "404" if row.kind == "hidden" else "403"
    if expected == "glass":
        return (False, shut), (True, "yes")
    if who in STAFF and row.kind != SITE and expected in ("403", "404"):
        return (False, expected), (True, REFUSED)
    return ((False, expected),)


def _own(row: Row, cell: str) -> bool:
    if row.action.endswith("_of_another"):
        return False
    return cell == "own" or row.action in OWN


async def _play(row: Row, stage: Stage, ask: Ask, expected: str, client: Any) -> list[str]:
    async with connection() as raw:
        fresh = raw.transaction()
        await fresh.start()
        try:
            await _set(row, stage, ask)
            before = await raw.fetchval(WRITES)
            response = await send(client, stage, ask)
            written = await raw.fetchval(WRITES) - before
            got = outcome(response)
            if got == "login" and expected == "404" and ask.surface == HTML:
                got = "404" if await _asks_anybody(client, stage, ask) else got
        finally:
            await fresh.rollback()
    if stage.who == SUSPENDED and ask.surface == JSON:
        expected = "login"
    who = f"{stage.who} (glass)" if stage.glass else stage.who
    named = f"{who} {ask.method} {ask.path} {ask.body or ''}: {got}, not {expected}"
    if got == "yes" if expected == REFUSED else got != _status(expected):
        return [named]
    return [named + ", but wrote"] if written and expected in UNWRITTEN else []


async def _set(row: Row, stage: Stage, ask: Ask) -> None:
    if row.action == "see_member_profile_and_directory" and stage.own:
        stage.ids["username"] = stage.who
    if stage.who == READER:
        await reads_everywhere(stage)
    if stage.glass:
        await glass(stage)
    if row.action == "leave" and stage.who == "fay" and not stage.own:
        await facilitators(stage, "ben")
    if row.cells[stage.who if stage.who in row.cells else STRANGER].startswith("yes (") and stage.own:
        await (staff if "staff" in row.cells[stage.who] else facilitators)(stage, stage.ids["username"])
    if row.cells.get(stage.who) == "when named by a facilitator" and stage.own:
        await named_editor(stage)
    await DEEDS[row.action].prepare(stage)


async def send(client: Any, stage: Stage, ask: Ask) -> httpx2.Response:
    filled = {name: _filled(value, stage) for name, value in (ask.body or {}).items()}
    path = ask.path.format_map(stage.ids)
    if ask.surface == HTML:
        browser = client(stage.who, browser=True)
        return await (browser.get(path) if ask.method == "GET" else browser.post(path, data=filled))
    headers = {"If-Match": '"1"'} if ask.version else {}
    body = {} if ask.body is None else {"json": filled}
    caller = client(stage.who, browser=ask.by_session)
    return await caller.request(ask.method, "/api/v1" + path, headers=headers, **body)


def _filled(value: Any, stage: Stage) -> Any:
    if not isinstance(value, str) or not value.startswith("{"):
        return value
    return stage.ids[value.strip("{}")]


async def _asks_anybody(client: Any, stage: Stage, ask: Ask) -> bool:
    """Whether a thing that does not exist gets the very same answer."""
    made_up = {name: "no-such-group" if name == "slug" else 987_654_321 for name in stage.ids}
    nowhere = Stage(stage.cast, stage.kind, stage.who, ids={})
    nowhere.ids = stage.ids | made_up | {"token": "nothing", "username": "nobody"}
    return outcome(await send(client, nowhere, ask)) == "login"


def outcome(response: httpx2.Response) -> str:
    status = response.status_code
    if status == 401 or (status == 303 and response.headers["location"].startswith("/sign-in")):
        return "login"
    return "yes" if 200 <= status <= 303 else str(status)


def _status(expected: str) -> str:
    return "yes" if expected in ("own", "no change", "their group", "site", "all") else expected
