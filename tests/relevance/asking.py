"""Every query of a collection, asked one way or the other; the answer is a ranking of threads."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2

from search import documents, engine, query
from search.embedded import EmbeddedEngine
from tests.relevance.archive import Collection
from tests.relevance.loading import WRITTEN, threads
from tests.relevance.metrics import DEPTH

AT_ONCE = 4

Ask = Callable[[str], Awaitable[list[int]]]


async def over_http(base_url: str, collection: Collection) -> dict[str, list[int]]:
    """Through the search of a running forum, as a visitor in the collection's group."""
    async with httpx2.AsyncClient(base_url=base_url, timeout=30) as client:

        async def ask(text: str) -> list[int]:
            wanted = {"q": text[: query.MAX_QUERY_CHARACTERS], "group": collection.name, "limit": DEPTH}
            answer = await client.get("/api/v1/search", params=wanted)
            if answer.status_code != 200:
                raise RuntimeError(f"search answers {answer.status_code} to {text!r}: {answer.text}")
            found = answer.json()
            if found["degraded"]:
                raise RuntimeError(f"the search engine was away at {text!r}")
            return [item["thread"]["id"] for item in found.get("items", found.get("hits"))]

        return await _all(collection, ask)


async def index(folder: Path, collections: list[Collection]) -> tuple[EmbeddedEngine, dict[int, str]]:
    """An index without a forum around it; the documents' ids by thread. Groups are numbered from 1."""
    made, ids = EmbeddedEngine(folder), dict[int, str]()
    async with made.rebuild() as builder:
        for group, collection in enumerate(collections, 1):
            posts = list(threads(collection, len(ids) + 1))
            ids.update({post.id: post.key.split(":", 2)[2] for post in posts})
            await builder.add(
                documents.Document(
                    post_id=post.id,
                    thread_id=post.id,
                    group_id=group,
                    title=post.title,
                    text=post.body,
                    language=collection.language,
                    author="collections",
                    created_at=int(WRITTEN.timestamp()),
                    number=1,
                )
                for post in posts
            )
    return made, ids


async def of_engine(asked: EmbeddedEngine, group: int, collection: Collection) -> dict[str, list[int]]:
    async def ask(text: str) -> list[int]:
        wanted = engine.Query(query.parse(text), (group,), limit=DEPTH)
        return [hit.thread_id for hit in (await asked.search(wanted)).hits]

    return await _all(collection, ask)


async def _all(collection: Collection, ask: Ask) -> dict[str, list[int]]:
    waiting = iter(collection.queries.items())
    found: dict[str, list[int]] = {}

    async def work() -> None:
        for name, text in waiting:
            found[name] = await ask(text)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())
    return found
