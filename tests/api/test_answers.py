"""What stands on every answer: S-24's headers, entity tags, and an id and nothing else where we failed (S-38)."""

from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest

from forum.groups import queries as groups
from forum.threads import queries as threads
from tests.api.checks import Faults, faults_of
from tests.api.routes import operations, pages
from tests.api.test_methods import fingerprint
from tests.cast import Cast, session_token
from tests.support.clients import BASE, COOKIE, Client

pytestmark = [pytest.mark.anyio, pytest.mark.committed]
As = Callable[..., Client]


@pytest.fixture
async def ben(as_: As) -> AsyncIterator[Client]:
    async with as_("ben") as ben:
        yield ben


async def test_headers_stand_on_every_kind_of_answer(as_: As, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    async with as_("ben") as ben, as_("ben", browser=True) as browser, as_("stranger", browser=True) as stranger:
        tag = (await ben.get("/api/v1/groups")).headers["etag"]
        static = next(part for part in (await stranger.get("/")).text.split('"') if part.startswith("/static/"))
        answers = [
            (200, await ben.get("/api/v1/groups")),
            (200, await stranger.get("/")),
            (200, await stranger.get(static)),
            (200, await stranger.get("/livez")),
            (200, await stranger.get("/readyz")),
            (200, await stranger.get("/api/v1/openapi.json")),
            (204, await ben.put(f"/api/v1/posts/{cast.first['public']}/bookmark")),
            (303, await stranger.get("/me")),
            (304, await ben.get("/api/v1/groups", headers={"If-None-Match": tag})),
            (400, await ben.post("/api/v1/preview", content=b"{", headers={"Content-Type": "application/json"})),
            (401, await stranger.get("/api/v1/me")),
            (401, await stranger.get("/", headers={"Authorization": "Bearer x"})),
            (403, await ben.get("/api/v1/pending-members")),
            (403, await browser.post("/g/public-group/leave", headers={"Sec-Fetch-Site": "cross-site"})),
            (404, await browser.get("/nowhere")),
            (404, await ben.get("/api/v1/nowhere")),
            (404, await stranger.get("/static/none.css")),
            (404, await stranger.get("/metrics")),
            (405, await ben.post("/api/v1/groups")),
            (405, await browser.post("/groups")),
            (413, await browser.post("/t/1/reply", data={"body": "x" * 1_100_000})),
            (422, await browser.post("/t/1/reply", data={"body": ""})),
        ]
        monkeypatch.setattr(groups, "group_list", _break)
        answers += [(500, await ben.get("/api/v1/groups")), (500, await browser.get("/groups"))]
    for status, answer in answers:
        assert answer.status_code == status, answer.url
        found = faults_of(answer)
        assert not found, (answer.url, found)
        assert answer.headers["x-request-id"]


async def _break(*_: object, **__: object) -> bytes:
    raise RuntimeError("SELECT secret FROM /srv/forum/config")


async def test_a_bug_shows_its_number_only(as_: As, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((groups, "group_page"), (threads, "thread_page"), (threads, "single_post")):
        monkeypatch.setattr(module, name, _break)
    paths = ["/t/1/thread", "/p/1/reply"]
    async with as_("ben") as ben, as_("ben", browser=True) as browser:
        answers = [await ben.get("/api/v1/" + path) for path in ("groups/public-group", "threads/1", "posts/1")]
        answers += [await browser.get(path) for path in paths]
        answers += [await browser.post("/t/1/reply", data={"body": "A text that must not be lost."})]
    for answer in answers:
        assert answer.status_code == 500
        for told in ("secret", "srv", "RuntimeError", "Traceback", "File", ".py"):
            assert told not in answer.text, answer.url
        assert answer.headers["x-request-id"] in answer.text
        assert answer.headers["cache-control"] == "no-store"
    assert answers[0].json()["code"] == "internal_error"
    assert "A text that must not be lost." in answers[-1].text


@pytest.mark.parametrize("name", ["ben", "stranger"])
async def test_every_document_has_a_tag_and_is_not_sent_twice(as_: As, cast: Cast, name: str) -> None:
    seen = 0
    async with as_(name) as client:
        for target in operations(cast):
            if target.method != "GET":
                continue
            first = await client.get(target.path)
            if first.status_code != 200:
                continue
            seen += 1
            tag = first.headers["etag"]
            assert "private" in first.headers["cache-control"]
            for asked in (tag, f'"other", {tag}', "*", "W/" + tag.removeprefix("W/")):
                again = await client.get(target.path, headers={"If-None-Match": asked})
                assert (again.status_code, again.content) == (304, b""), target.path
                assert again.headers["etag"] == tag
            assert (await client.get(target.path, headers={"If-None-Match": '"other"'})).status_code == 200
    assert seen >= (14 if name == "ben" else 6)


HONEST = [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": BASE}]
FOREIGN = [
    {}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http" + BASE[5:]},
    {"Sec-Fetch-Site": "cross-site", "Origin": BASE}, {"Origin": "null"}, {"Origin": "https://evil.example"},
    {"Origin": BASE + ".evil.example"},
]  # fmt: skip


async def test_nothing_is_written_across_sites(as_: As, own_url: str, cast: Cast) -> None:
    """S-22: every writing route of both surfaces, by a browser that is signed in."""
    faults = Faults()
    raw = await asyncpg.connect(own_url)
    before = await fingerprint(raw)
    async with as_("stranger") as plain:
        plain.headers["Cookie"] = f"{COOKIE}={session_token('ben')}"
        for n, target in enumerate((*operations(cast), *pages(cast))):
            if target.method == "GET":
                continue
            sent = {"json": target.body} if target.path.startswith("/api/") else {"data": target.body}
            for headers in FOREIGN if n % 5 == 0 else FOREIGN[n % 8 : n % 8 + 1]:
                answer = await plain.request(target.method, target.path, headers=headers | target.headers, **sent)
                faults.check(f"{target.method} {target.path} {headers}", answer, 403)
        for path in ("/sign-out", "/sign-in/nobody"):
            faults.check(path, await plain.post(path, headers=FOREIGN[1]), 403)
        assert await fingerprint(raw) == before
        for headers in HONEST:
            answer = await plain.put("/api/v1/notices/seen", headers=headers)
            faults.check(str(headers), answer, 204)
    await raw.close()
    faults.none()
