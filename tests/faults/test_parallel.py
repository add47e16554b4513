"""R27, R28: the same request a hundred times at once, and fifty people's edits of one version."""
import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

import asyncpg
import httpx2
import pytest

from tests.cast import Cast, api_token, session_token
from tests.faults.conftest import Report
from tests.faults.served import Served
from tests.support.clients import BROWSER, COOKIE

pytestmark = pytest.mark.anyio

MANY = httpx2.Limits(max_connections=100, max_keepalive_connections=100)
ROWS = "SELECT id, number FROM posts WHERE body LIKE $1 || '%'"
FORM_ID = re.compile(r'name="form_id" value="([^"]+)"')


def http_of(served: Served) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=served.base, timeout=20, limits=MANY)


async def insist(send: Callable[[], Awaitable[httpx2.Response]]) -> tuple[httpx2.Response, int]:
    """Repeat while the first request with the key is in flight, or the site is full; the answer, and how often."""
    for attempt in range(1, 31):
        answer = await send()
        if answer.status_code not in (409, 503):
            return answer, attempt
        await asyncio.sleep(0.2)
    return answer, attempt


async def test_a_hundred_posts_with_one_key(served: Served, cast: Cast, report: Report) -> None:
    marker = "one-key-json"
    headers = {"Authorization": f"Bearer {api_token('ben')}", "Idempotency-Key": marker}
    path = f"/api/v1/threads/{cast.threads['public']}/posts"
    async with http_of(served) as http:
        answers = await asyncio.gather(
            *(insist(lambda: http.post(path, headers=headers, json={"body": marker})) for _ in range(100))
        )
        other = await http.post(path, headers=headers, json={"body": "something else"})
    rows = await fetch(served, ROWS, marker)
    report(
        R27_rows=len(rows),
        equal=len({(answer.status_code, answer.content) for answer, _ in answers}),
        at_the_first_try=sum(tries == 1 for _, tries in answers),
    )
    assert len(rows) == 1
    assert {answer.status_code for answer, _ in answers} == {201}
    assert len({(answer.content, answer.headers["location"], answer.headers["etag"]) for answer, _ in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer, _ in answers) == 1
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


async def test_a_hundred_clicks_on_one_form(served: Served, cast: Cast, report: Report) -> None:
    marker = "one-key-form"
    thread = cast.threads["public"]
    headers = {**BROWSER, "Cookie": f"{COOKIE}={session_token('ben')}"}
    async with http_of(served) as http:
        page = await http.get(f"/t/{thread}/thread", headers=headers)
        found = FORM_ID.search(page.text[page.text.index(f'action="/t/{thread}/reply"') :])
        assert found is not None
        sent = urlencode({"form_id": found.group(1), "body": marker})
        typed = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        answers = await asyncio.gather(
            *(insist(lambda: http.post(f"/t/{thread}/reply", headers=typed, content=sent)) for _ in range(100))
        )
    rows = await fetch(served, ROWS, marker)
    report(
        R27_form_rows=len(rows),
        equal=len({(answer.status_code, answer.headers.get("location")) for answer, _ in answers}),
        at_the_first_try=sum(tries == 1 for _, tries in answers),
    )
    assert len(rows) == 1
    assert {answer.status_code for answer, _ in answers} == {303}
    assert len({answer.headers["location"] for answer, _ in answers}) == 1


async def test_fifty_edits_of_one_version(served: Served, cast: Cast, report: Report) -> None:
    post = cast.first["public"]
    headers = {"Authorization": f"Bearer {api_token('ben')}"}
    path = f"/api/v1/posts/{post}"
    async with http_of(served) as http:
        before = await http.get(path, headers=headers)
        conditional = {**headers, "If-Match": before.headers["etag"]}
        answers = await asyncio.gather(
            *(http.patch(path, headers=conditional, json={"body": f"edit {number}"}) for number in range(50))
        )
        after = (await http.get(path, headers=headers)).json()
    won = [answer.json()["body"] for answer in answers if answer.status_code == 200]
    stale = [(number, answer.json()) for number, answer in enumerate(answers) if answer.status_code == 409]
    seen = Counter(answer.status_code for answer in answers)
    report(R28_saved=len(won), stale=len(stale), seen=dict(seen))
    assert (len(won), len(stale)) == (1, 49)
    assert after["body"] == won[0]
    assert after["version"] == before.json()["version"] + 1
    for number, refused in stale:
        assert refused["code"] == "stale_version"
        assert refused["details"]["yours"] == f"edit {number}"
        assert refused["details"]["theirs"] == won[0]
        assert refused["details"]["version"] == after["version"]


async def fetch(served: Served, statement: str, *values: object) -> list[asyncpg.Record]:
    raw = await asyncpg.connect(served.url)
    try:
        return await raw.fetch(statement, *values)
    finally:
        await raw.close()
