"""A version that is missing, odd or stale, and a key that is odd or used before."""

from collections.abc import Callable

import pytest

from tests.api.checks import Faults
from tests.api.routes import operations, writes
from tests.cast import Cast
from tests.support.clients import Client

pytestmark = [pytest.mark.anyio, pytest.mark.committed]
As = Callable[..., Client]

# Not Ben's: he is told that he may not, where the version could be one.
OF_FAY = ("patch_collection", "patch_item", "put_item_position", "put_case_decision")
TAGS = ["x", '"', "1.5", "-1", '"1', '1"', "9" * 30, '"1","2"', "*", '"a-b"', '"0"', "\xb2", ""]


async def test_bad_versions(ben: Client, cast: Cast) -> None:
    faults = Faults()
    for target, tag in ((one, tag) for one in writes(cast) if one.headers for tag in TAGS):
        headers = {"If-Match": tag.encode("latin-1")}
        answer = await ben.request(target.method, target.path, json=target.body, headers=headers)
        what = f"{target.name} If-Match: {tag}"
        refused = {"put_draft": (404,)}.get(target.name, (403,) if target.name in OF_FAY and tag == '"0"' else ())
        faults.check(what, answer, *refused, 409, 422)
        if answer.status_code == 422:
            faults.names(what, answer, "If-Match")
    faults.none()


async def test_a_missing_version_and_a_stale_one(as_: As, cast: Cast) -> None:
    async with as_("ben") as ben:
        path = f"/api/v1/posts/{cast.first['public']}"
        missing = await ben.patch(path, json={"body": "Mine."})
        assert (missing.status_code, missing.json()["code"]) == (428, "version_required")
        tag = (await ben.get(path)).headers["etag"]
        first = await ben.patch(path, json={"body": "First."}, headers={"If-Match": tag})
        assert first.status_code == 200
        stale = await ben.patch(path, json={"body": "Mine."}, headers={"If-Match": tag})
        assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
        assert stale.json()["details"] == {"yours": "Mine.", "theirs": "First.", "version": first.json()["version"]}
        again = await ben.patch(path, json={"body": "Mine."}, headers={"If-Match": first.headers["etag"]})
        assert again.status_code == 200
        assert again.json()["body"] == "Mine."


async def test_bad_keys(ben: Client, cast: Cast) -> None:
    faults, keys = Faults(), ["", "x" * 191, "x" * 201, "ä", "a\x7f", "\xff"]
    for n, target in enumerate(operations(cast)):
        key = keys[n % len(keys)]
        if target.method == "GET":
            continue
        headers = target.headers | {"Idempotency-Key": key.encode("latin-1")}
        json_body = {"json": target.body} if target.body is not None else {}
        answer = await ben.request(target.method, target.path, headers=headers, **json_body)
        faults.check(f"{target.name}: key {key!r:.20}", answer, 403 if target.name == "put_approval" else 422, 422)
        faults.names(target.name, answer, "Idempotency-Key") if answer.status_code == 422 else None
    faults.none()


async def test_the_same_key_gives_the_same_answer(ben: Client, cast: Cast) -> None:
    for name, path, body, other in (
        ("a", f"/api/v1/threads/{cast.threads['public']}/posts", {"body": "Once."}, {"body": "Twice."}),
        ("b", "/api/v1/groups/public-group/threads", {"title": "Once", "body": "Once."}, {"title": "x", "body": "y"}),
        ("c" * 186, "/api/v1/drafts", {"group": "public-group", "body": "Once."}, {"group": "public-group"}),
    ):
        key = {"Idempotency-Key": f"key-{name}"}
        first = await ben.post(path, json=body, headers=key)
        assert first.status_code == 201, first.text
        assert "idempotency-replayed" not in first.headers
        again = await ben.post(path, json=body, headers=key)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["idempotency-replayed"] == "true"
        for header in ("location", "content-type", "etag", "cache-control", "vary"):
            assert again.headers.get(header) == first.headers.get(header)
        reused = await ben.post(path, json=other, headers=key)
        assert (reused.status_code, reused.json()["code"]) == (422, "key_reused")
        assert reused.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_a_refusal_uses_up_no_key(ben: Client, cast: Cast) -> None:
    path, key = f"/api/v1/threads/{cast.threads['public']}/posts", {"Idempotency-Key": "once"}
    assert (await ben.post(path, json={"body": ""}, headers=key)).status_code == 422
    assert (await ben.post(path, json={"body": "Now."}, headers=key)).status_code == 201
