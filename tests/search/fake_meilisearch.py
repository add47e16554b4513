"""A small Meilisearch: its HTTP API as far as the engine uses it, in memory, strict about what it is sent.

What it knows outlives a restart, as on a real server. It can be slow, fail a task, refuse a key and hang. Its search is
simple: no typos, no stems; words, phrases, exclusions, filters, order and one hit a thread are as documented.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatch
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.search.fake_index import SETTINGS, Index, Refused, filtered, found

SEARCH = {
    "q", "offset", "limit", "filter", "sort", "distinct", "matchingStrategy", "attributesToSearchOn", "locales",
    "attributesToRetrieve", "showRankingScore",
    # What the SDK always sends.
    "facets", "attributesToCrop", "cropLength", "attributesToHighlight", "showMatchesPosition", "highlightPreTag",
    "highlightPostTag", "cropMarker", "hitsPerPage", "page", "rankingScoreThreshold",
}  # fmt: skip


@dataclass
class Key:
    """What a key allows: actions, and patterns of index names."""

    actions: tuple[str, ...] = ("*",)
    indexes: tuple[str, ...] = ("*",)


@dataclass
class FakeMeilisearch:
    """`asked` is every path that was asked; the rest are what tests turn."""

    keys: dict[str, Key] = field(default_factory=lambda: {"secret": Key()})
    indexes: dict[str, Index] = field(default_factory=dict)
    tasks: dict[int, dict[str, Any]] = field(default_factory=dict)
    waiting: list[tuple[int, Callable[[], None]]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    url: str = ""
    hangs: bool = False
    holds_tasks: bool = False
    fails: str = ""  # the next task, with this message
    answers_instead: bytes = b""  # what a proxy before it says

    # What it is asked.

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        app = Starlette(routes=list(self._routes()))
        await app(scope, receive, send)

    def _routes(self) -> Iterator[Route]:
        one = "/indexes/{uid}"
        for path, method, action, answer in [
            ("/indexes", "GET", "indexes.get", self._list),
            (one, "DELETE", "indexes.delete", self._drop),
            (f"{one}/settings", "GET", "settings.get", self._settings),
            (f"{one}/settings", "PATCH", "settings.update", self._set),
            (f"{one}/stats", "GET", "stats.get", self._stats),
            (f"{one}/documents", "POST", "documents.add", self._add),
            (f"{one}/documents/fetch", "POST", "documents.get", self._fetch),
            (f"{one}/documents/delete-batch", "POST", "documents.delete", self._delete),
            (f"{one}/search", "POST", "search", self._search),
            ("/swap-indexes", "POST", "indexes.swap", self._swap),
            ("/tasks/{task:int}", "GET", "tasks.get", self._task),
        ]:
            yield Route(path, self._guarded(action, answer), methods=[method])

    def _guarded(self, action: str, answer: Callable[..., Any]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            self.asked.append(f"{request.method} {request.url.path}")
            if self.answers_instead:
                return Response(self.answers_instead, 502)
            if self.hangs:
                await asyncio.Event().wait()
            if not self.holds_tasks:
                self.work()
            try:
                key = self._key(request, action)
                body = await request.json() if request.method in ("POST", "PATCH") else None
                said = answer(request=request, key=key, uid=request.path_params.get("uid", ""), body=body)
            except Refused as refused:
                return JSONResponse(refused.body, refused.status)
            return JSONResponse(said, 202 if isinstance(said, dict) and "taskUid" in said else 200)

        return endpoint

    def _key(self, request: Request, action: str) -> Key:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer":
            raise Refused(401, "missing_authorization_header", "The Authorization header is missing.")
        key = self.keys.get(given, Key((), ()))
        uid = request.path_params.get("uid")
        allowed = any(fnmatch(action, pattern) for pattern in key.actions)
        if not allowed or (uid and not any(fnmatch(uid, pattern) for pattern in key.indexes)):
            raise Refused(403, "invalid_api_key", "The provided API key is invalid.")
        return key

    def _known(self, uid: str) -> Index:
        if uid not in self.indexes:
            raise Refused(404, "index_not_found", f"Index `{uid}` not found.")
        return self.indexes[uid]

    # Tasks: done in order, before the next request is answered, unless they are held.

    def _enqueue(self, uid: str | None, kind: str, work: Callable[[], None]) -> dict[str, Any]:
        number = len(self.tasks)
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        self.tasks[number] = {"uid": number, "indexUid": uid, "status": "enqueued", "type": kind, "enqueuedAt": now}
        self.waiting.append((number, work))
        return {"taskUid": number, "indexUid": uid, "status": "enqueued", "type": kind, "enqueuedAt": now}

    def work(self) -> None:
        for number, work in self.waiting:
            task = self.tasks[number]
            try:
                if self.fails:
                    message, self.fails = self.fails, ""
                    raise Refused(200, "internal", message)
                work()
                task["status"] = "succeeded"
            except Refused as refused:
                task |= {"status": "failed", "error": refused.body}
        self.waiting.clear()

    def _task(self, request: Request, key: Key, **_: Any) -> Any:
        task = self.tasks.get(request.path_params["task"])
        # As in Meilisearch, a key for some indexes sees no task that belongs to none.
        hidden = task and "*" not in key.indexes and not task["indexUid"]
        if task is None or hidden:
            raise Refused(404, "task_not_found", "Task not found.")
        return task

    def _change(self, uid: str, change: Callable[[Index], None], maker: Key | None = None) -> Callable[[], None]:
        """`maker`: the key may make the index that is missing."""

        def work() -> None:
            if maker and any(fnmatch("indexes.create", pattern) for pattern in maker.actions):
                self.indexes.setdefault(uid, Index(uid))
            index = self._known(uid)
            change(index)
            index.updated = datetime.now(UTC)

        return work

    # Indexes

    def _list(self, key: Key, **_: Any) -> Any:
        seen = [one.view() for one in self.indexes.values() if any(fnmatch(one.uid, p) for p in key.indexes)]
        return {"results": seen, "offset": 0, "limit": 1000, "total": len(seen)}

    def _drop(self, uid: str, **_: Any) -> Any:
        def work() -> None:
            self._known(uid)
            del self.indexes[uid]

        return self._enqueue(uid, "indexDeletion", work)

    def _settings(self, uid: str, **_: Any) -> Any:
        return self._known(uid).settings

    def _set(self, uid: str, body: Any, key: Key, **_: Any) -> Any:
        if unknown := body.keys() - SETTINGS.keys():
            raise Refused(400, "bad_request", f"Unknown field {unknown}")
        return self._enqueue(uid, "settingsUpdate", self._change(uid, lambda i: i.settings.update(body), key))

    def _stats(self, uid: str, **_: Any) -> Any:
        return {"numberOfDocuments": len(self._known(uid).documents), "isIndexing": False, "fieldDistribution": {}}

    def _swap(self, body: Any, key: Key, **_: Any) -> Any:
        ((one, other),) = (pair["indexes"] for pair in body)
        if not all(any(fnmatch(uid, pattern) for pattern in key.indexes) for uid in (one, other)):
            raise Refused(403, "invalid_api_key", "The provided API key is invalid.")

        def work() -> None:
            first, second = self._known(one), self._known(other)
            first.uid, second.uid = other, one
            self.indexes |= {one: second, other: first}

        return self._enqueue(None, "indexSwap", work)

    # Documents

    def _add(self, uid: str, body: Any, request: Request, key: Key, **_: Any) -> Any:
        assert request.query_params["primaryKey"] == "post_id"

        def change(index: Index) -> None:
            index.documents |= {one["post_id"]: one for one in body}

        return self._enqueue(uid, "documentAdditionOrUpdate", self._change(uid, change, key))

    def _fetch(self, uid: str, body: Any, **_: Any) -> Any:
        index = self._known(uid)
        found = list(filtered(index, body["filter"]))[body["offset"] :][: body["limit"]]
        cut = [{name: one[name] for name in body["fields"]} for one in found]
        return {"results": cut, "offset": 0, "limit": body["limit"], "total": len(cut)}

    def _delete(self, uid: str, body: Any, **_: Any) -> Any:
        def change(index: Index) -> None:
            for one in body:
                index.documents.pop(int(one), None)

        return self._enqueue(uid, "documentDeletion", self._change(uid, change))

    def _search(self, uid: str, body: Any, **_: Any) -> Any:
        if unknown := body.keys() - SEARCH:
            raise Refused(400, "bad_request", f"Unknown field {unknown}")
        hits = found(self._known(uid), body)
        return {"hits": hits, "offset": 0, "limit": body["limit"], "processingTimeMs": 1, "query": body["q"]}


@asynccontextmanager
async def serving(fake: FakeMeilisearch) -> AsyncIterator[FakeMeilisearch]:
    """The fake on a socket of this machine, on its former port when it served before."""
    port = int(fake.url.rpartition(":")[2]) if fake.url else 0
    listening = socket.create_server(("127.0.0.1", port))
    fake.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(fake, log_level="error", access_log=False, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve([listening]))
    try:
        yield fake
    finally:
        # As when a process is killed: who waits for an answer gets none.
        server.force_exit = server.should_exit = True
        for connection in list(server.server_state.connections):
            connection.transport.abort()  # type: ignore[union-attr]
        await task
