"""What a token may do is what its scopes and its groups say, on every route there is."""
from typing import Any

import pytest

from auth.actor import Scope
from forum.kit.transaction import connection
from forum.page_routes import PAGES
from forum.routes import API
from tests.api.routes import filled
from tests.cast import Cast
from tests.permissions.asking import HTML, JSON
from tests.permissions.deeds import DEEDS
from tests.permissions.stage import Stage
from tests.permissions.table import SITE, rows
from tests.permissions.test_table import WRITES

pytestmark = pytest.mark.anyio

SAFE = ("GET", "HEAD")


async def narrow(cast: Cast, who: str, scopes: set[Scope], *kinds: str) -> None:
    """Give the token of one of the cast these scopes and, where kinds are named, these groups only."""
    async with connection() as raw:
        await raw.execute(
            "UPDATE api_tokens SET scopes = $2, group_ids = $3 WHERE member_id = $1",
            cast.members[who],
            sorted(scopes),
            [cast.groups[kind] for kind in kinds] or None,
        )


async def test_a_token_to_read_changes_nothing_anywhere(client: Any, cast: Cast) -> None:
    await narrow(cast, "adi", {Scope.READ, Scope.STAFF})
    adi = client("adi")
    paths = [(route.method, "/api/v1" + route.path) for route in API] + [(route.method, route.path) for route in PAGES]
    doors = [("POST", path) for path in ("/sign-in/op", "/sign-out")]
    asked = [(method, filled(path, cast)) for method, path in paths if method not in SAFE] + doors
    for method, path in asked:
        answer = await adi.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope"), path
    assert len(asked) > 60


async def test_what_is_the_staffs_needs_the_scope_for_staff(client: Any, cast: Cast) -> None:
    approve = "/api/v1/pending-members/pia/approval"
    for scopes, kinds, status in (
        ({Scope.READ, Scope.POST}, (), 403),
        ({Scope.READ, Scope.POST, Scope.STAFF}, ("public",), 403),
        ({Scope.READ, Scope.STAFF}, (), 403),
        ({Scope.READ, Scope.POST, Scope.STAFF}, (), 204),
    ):
        await narrow(cast, "adi", scopes, *kinds)
        assert (await client("adi").put(approve)).status_code == status
        seen = 200 if Scope.STAFF in scopes and not kinds else 403
        for path in ("/api/v1/pending-members", "/members/pending", "/admin"):
            assert (await client("adi").get(path)).status_code == seen, path


@pytest.mark.parametrize("who", ("ben", "fay", "adi"))
async def test_a_token_for_one_group_does_nothing_elsewhere(who: str, client: Any, cast: Cast) -> None:
    """Every deed of the table that writes, in a group that the owner knows as well as the token's."""
    await narrow(cast, who, set(Scope), "members")
    wrong = []
    for row in rows():
        for ask in DEEDS[row.action].asks:
            if ask.method in SAFE or row.kind == "members":
                continue
            async with connection() as raw:
                fresh = raw.transaction()
                await fresh.start()
                stage = Stage(cast, row.kind, who, own=True)
                await DEEDS[row.action].prepare(stage)
                before = await raw.fetchval(WRITES)
                answer = await send_by_token(client, stage, ask)
                written = await raw.fetchval(WRITES) - before
                await fresh.rollback()
            if answer.status_code not in (403, 404) or written:
                wrong.append(f"{row}: {ask.method} {ask.path}: {answer.status_code}, {written} rows")
            if row.kind == SITE and ask.surface == JSON:
                assert answer.json()["code"] in CLOSED, ask.path
    assert not wrong, "\n".join(wrong)


CLOSED = {"token_groups", "not_found"}


async def send_by_token(client: Any, stage: Stage, ask: Any) -> Any:
    body = {
        name: stage.ids[value.strip("{}")] if isinstance(value, str) and value.startswith("{") else value
        for name, value in (ask.body or {}).items()
    }
    path = ask.path.format_map(stage.ids)
    if ask.surface == HTML:
        return await client(stage.who).post(path, data=body)
    headers = {"If-Match": '"1"'} if ask.version else {}
    return await client(stage.who).request(ask.method, "/api/v1" + path, json=body, headers=headers)


async def test_a_token_for_one_group_does_there_what_its_owner_may(client: Any, cast: Cast) -> None:
    await narrow(cast, "ben", set(Scope), "closed")
    ben, thread = client("ben"), cast.threads["closed"]
    assert (await ben.post(f"/api/v1/threads/{thread}/posts", json={"body": "From a script."})).status_code == 201
    assert [group["slug"] for group in (await ben.get("/api/v1/groups")).json()["items"]] == ["closed-group"]
    assert [one["group"]["slug"] for one in (await ben.get("/api/v1/threads")).json()["items"]] == ["closed-group"]
    assert (await ben.get("/api/v1/groups/public-group")).status_code == 404, "what everybody reads is elsewhere, too"
    me = (await ben.get("/api/v1/me")).json()
    assert ([place["slug"] for place in me["groups"]], me["unread_notices"]) == (["closed-group"], 0)
    assert (await ben.get("/api/v1/members/fay")).json()["groups"][0]["slug"] == "closed-group"


async def test_leaving_the_group_leaves_the_token_nothing(client: Any, cast: Cast) -> None:
    await narrow(cast, "ben", set(Scope), "hidden")
    ben = client("ben")
    assert (await ben.delete("/api/v1/groups/hidden-group/membership")).status_code == 204
    assert (await ben.get("/api/v1/groups")).json()["items"] == []
    assert (await ben.get("/api/v1/groups/hidden-group")).status_code == 404
