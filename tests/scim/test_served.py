"""Over sockets, with commits: parallel writers, and a suspension that ends everything within five seconds."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import asyncpg
import httpx2
import pytest

from auth.sessions.cookies import digest, new_token
from auth.tokens.shape import new_token as new_api_token
from tests.live.community import SESSION, TOKEN
from tests.live.reader import Reader
from tests.scim.conftest import Served
from tests.scim.speaking import group, patch, user

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

MEMBER = "SELECT member_id FROM identities WHERE issuer = $1 AND subject = $2"
SECONDS = 5.0


async def sql(served: Served, statement: str, *values: Any) -> Any:
    raw = await asyncpg.connect(served.url)
    try:
        return await raw.fetchval(statement, *values)
    finally:
        await raw.close()


def at_once(deed: Any, times: int) -> list[httpx2.Response]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(deed, range(times)))


async def test_the_same_user_made_twenty_times_at_once_is_one(served: Served) -> None:
    with served.client("rush") as client:
        answers = at_once(lambda _: client.post("/Users", json=user("nia")), 20)
    assert Counter(one.status_code for one in answers) == {201: 1, 409: 19}
    assert await sql(served, "SELECT count(*) FROM identities WHERE subject = 'nia'") == 1
    assert await sql(served, "SELECT count(*) FROM members WHERE username LIKE 'nia%'") == 1


async def test_two_clients_of_one_issuer_at_once_make_one_member(served: Served) -> None:
    issuer = "https://one.example.test"
    with ExitStack() as stack:
        writers = [stack.enter_context(served.client(f"one-{n}", issuer=issuer)) for n in range(4)]
        answers = at_once(lambda n: writers[n].post("/Users", json=user("oda")), 4)
    assert [one.status_code for one in answers] == [201] * 4
    assert await sql(served, "SELECT count(*) FROM members WHERE username LIKE 'oda%'") == 1


async def test_members_added_at_once_are_all_there(served: Served) -> None:
    with served.client("adding") as client:
        ids = [client.post("/Users", json=user(f"a{n}")).json()["id"] for n in range(8)]
        at = "/Groups/" + client.post("/Groups", json=group("a group")).json()["id"]
        answers = at_once(lambda n: client.patch(at, json=patch("add", "members", [{"value": ids[n]}])), 4)
        assert all(one.status_code in (200, 204, 412) for one in answers)
        added = [ids[n] for n, one in enumerate(answers) if one.status_code != 412]
        assert {one["value"] for one in client.get(at).json()["members"]} == set(added)
        assert len(added) >= 2


@pytest.mark.parametrize("deed", ["inactive", "delete"])
async def test_suspension_ends_session_token_and_stream(served: Served, deed: str) -> None:
    with served.client(f"leaving-{deed}") as client:
        await leave(served, client, deed)


async def leave(served: Served, client: httpx2.Client, deed: str) -> None:
    number = client.post("/Users", json=user("gone")).json()["id"]
    member = await sql(served, MEMBER, f"https://leaving-{deed}.example.test", "gone")
    session, (prefix, token) = new_token(), new_api_token()
    await sql(served, SESSION, digest(session), member)
    await sql(served, TOKEN, member, prefix, digest(token))
    port = int(served.base.rpartition(":")[2])
    async with (
        httpx2.AsyncClient(base_url=served.base) as web,
        Reader(port, session=session) as by_session,
        Reader(port, token=token) as by_token,
    ):
        bearer = {"Authorization": f"Bearer {token}"}
        assert (await web.get("/api/v1/me", headers=bearer)).status_code == 200
        for reader in (by_session, by_token):
            await reader.until_begun()
        began = time.monotonic()
        if deed == "inactive":
            assert client.patch(f"/Users/{number}", json=patch("replace", "active", False)).status_code == 204
        else:
            assert client.delete(f"/Users/{number}").status_code == 204
        assert (await web.get("/api/v1/me", headers=bearer)).status_code == 401
        for reader in (by_session, by_token):
            await reader.until(lambda r: r.ended, SECONDS)
        assert time.monotonic() - began <= SECONDS
        for reader in (by_session, by_token):
            assert [event.data for event in reader.of("gone")] == [{"reason": "signed_out"}]
