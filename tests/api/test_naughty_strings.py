"""A public list of strings that broke other people's software, through every field that takes a text.

It is not in the repository; where `../shared/data` is absent, this is skipped.
"""

import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from forum.kit.text import TextError, clean_body, clean_line
from tests.api.checks import Faults
from tests.cast import Cast
from tests.support.clients import Client

ARCHIVE = Path(__file__).parents[3] / "shared" / "data" / "safety.tar.gz"
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.committed,
    pytest.mark.skipif(not ARCHIVE.exists(), reason="the list of strings is not here"),
]
As = Callable[..., Client]


@pytest.fixture(scope="module")
def strings() -> list[str]:
    with tarfile.open(ARCHIVE) as archive:
        member = archive.extractfile("./safety/blns/blns.json")
        assert member is not None
        return [one for one in json.load(member) if isinstance(one, str)]


def cleaned(text: str, *, line: bool, least: int, most: int) -> str | None:
    """What is to be stored, None where it is to be refused."""
    try:
        return (clean_line if line else clean_body)(text, at_least=least, at_most=most)
    except TextError:
        return None


async def test_threads_and_replies(as_: As, cast: Cast, strings: list[str]) -> None:
    faults, taken = Faults(), 0
    async with as_("ben") as ben:
        for n, text in enumerate(strings):
            title, body = cleaned(text, line=True, least=2, most=200), cleaned(text, line=False, least=1, most=32_000)
            if n % 2:
                answer = await ben.post("/api/v1/threads/1/posts", json={"body": text})
                want = (201,) if body is not None else (422,)
                got = [answer.json().get("body")] if answer.status_code == 201 else []
                expected = [body]
            else:
                answer = await ben.post("/api/v1/groups/public-group/threads", json={"title": text, "body": text})
                want = (201,) if title is not None and body is not None else (422,)
                document = answer.json()
                got = [document["title"], document["posts"]["items"][0]["body"]] if answer.status_code == 201 else []
                expected = [title, body]
            faults.check(repr(text[:60]), answer, *want)
            if answer.status_code == 201:
                taken += 1
                if got != expected:
                    faults.found.append(f"{expected!r:.90} became {got!r:.90}")
    faults.none()
    assert taken > 0.8 * len(strings)


async def test_profiles_and_drafts(as_: As, cast: Cast, strings: list[str]) -> None:
    faults = Faults()
    async with as_("ben") as ben, as_("ben", browser=True) as browser:
        draft = await ben.post("/api/v1/drafts", json={"group": "public-group"})
        path, version = draft.headers["location"], 1
        for n, text in enumerate(strings):
            tag = {"If-Match": (await ben.get("/api/v1/me")).headers["etag"]}
            name, bio = cleaned(text, line=True, least=1, most=80), cleaned(text, line=False, least=0, most=2000)
            answer = await ben.patch("/api/v1/me", json={"name": text, "bio": text}, headers=tag)
            ok = name is not None and bio is not None
            faults.check(f"profile {text[:60]!r}", answer, 200 if ok else 422)
            if ok and answer.status_code == 200 and [answer.json()["name"], answer.json()["bio"]] != [name, bio]:
                faults.found.append(f"{name!r} became {answer.json()['name']!r}")
            if n % 5 == 0:
                faults.check(f"me {text[:60]!r}", await browser.get("/m/ben"), 200)
            headers = {"If-Match": f'"{version}"'}
            answer = await ben.put(path, json={"group": "public-group", "body": text}, headers=headers)
            body = cleaned(text, line=False, least=0, most=32_000)
            faults.check(f"draft {text[:60]!r}", answer, 200 if body is not None else 422)
            if answer.status_code == 200:
                version = answer.json()["version"]
                if answer.json()["body"] != body:
                    faults.found.append(f"draft {body!r:.90} became {answer.json()['body']!r:.90}")
    faults.none()


async def test_searches_and_forms(as_: As, cast: Cast, strings: list[str]) -> None:
    faults = Faults()
    async with as_("ben") as ben, as_("ben", browser=True) as browser:
        for n, text in enumerate(strings):
            faults.check(f"search {text[:60]!r}", await ben.get("/api/v1/search", params={"q": text}), 200, 422)
            faults.check(f"directory {text[:60]!r}", await ben.get("/api/v1/members", params={"q": text}), 200, 422)
            if n % 2:
                faults.check(f"search page {text[:60]!r}", await browser.get("/search", params={"q": text}), 200, 422)
            else:
                sent = await browser.post("/preview", data={"thread": "1", "body": text})
                faults.check(f"preview {text[:60]!r}", sent, 200, 422)
    faults.none()
