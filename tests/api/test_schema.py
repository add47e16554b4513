"""The API against its own description: whatever schemathesis makes up, the answer is one that is described.

Positive and negative cases for every operation, as a member, as a facilitator and as nobody; the paths lead to what
there is, so that more than 404 is seen. The same cases each time; less than a minute in all.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import httpx2
import hypothesis
import pytest
import requests
import schemathesis
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from config.settings import Settings
from forum.app import VERSION, Site
from forum.routes import API
from forum.searching import engine
from search.embedded import EmbeddedEngine
from tests.api.routes import filled
from tests.cast import Cast
from tests.support import database
from tests.support.clients import BASE, client_of

pytestmark = pytest.mark.committed
EXAMPLES = {GenerationMode.POSITIVE: 6, GenerationMode.NEGATIVE: 8}
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


class Running:
    """A site in a thread of its own, for hypothesis wants to call plain functions."""

    def __init__(self, site: Site, url: str) -> None:
        self.site, self._url = site, url
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._clients: dict[str, httpx2.AsyncClient] = {}

    def __enter__(self) -> "Running":
        self._thread.start()
        self._stop = asyncio.Event()
        started = threading.Event()
        self._life = asyncio.run_coroutine_threadsafe(self._live(started), self._loop)
        started.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._life.result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()

    async def _live(self, started: threading.Event) -> None:
        async with self.site.running(self._url):
            started.set()
            await self._stop.wait()
            for client in self._clients.values():
                await client.aclose()

    def send(self, name: str, prepared: requests.PreparedRequest) -> httpx2.Response:
        client = self._clients.setdefault(name, client_of(self.site, name))
        request = client.build_request(
            str(prepared.method), str(prepared.url), headers=list(prepared.headers.items()), content=prepared.body
        )
        return self._wait(client.send(request))

    def _wait(self, asked: Coroutine[Any, Any, httpx2.Response]) -> httpx2.Response:
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result(20)


@pytest.fixture(scope="module")
def running(cast: Cast, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with database.clone() as url:
        site = Site(settings)
        engine.install(EmbeddedEngine(Path(tmp_path_factory.mktemp("search"))))
        with Running(site, url) as running:
            yield running


def described(running: Running) -> Any:
    raw = running.send("stranger", requests.Request("GET", BASE + "/api/v1/openapi.json").prepare())
    document = raw.json()
    # Who asks is ours to say, case by case: their own credentials are not to be made up, or left out.
    del document["security"], document["components"]["securitySchemes"]
    for operations in document["paths"].values():
        for one in operations.values():
            one.pop("security", None)
    return schemathesis.openapi.from_dict(document)


def parameters(path: str, cast: Cast) -> dict[str, Any]:
    """What leads somewhere, of the parameters of a described path."""
    names, values = path.split("/"), filled(path, cast).split("/")
    return {name[1:-1]: value for name, value in zip(names, values, strict=True) if name.startswith("{")}


class Conversation:
    """One person's requests to every operation, and what was wrong with the answers."""

    def __init__(self, running: Running, name: str) -> None:
        self.running, self.name = running, name
        self.faults: dict[str, str] = {}
        self.asked = 0

    def tell(self, case: Any) -> None:
        self.asked += 1
        prepared = requests.Request(**case.as_transport_kwargs(base_url=BASE)).prepare()
        answer = self.running.send(self.name, prepared)
        # A body over the limit is refused unread, which schemathesis does not count as a refusal.
        more = [] if answer.status_code == 413 else [checks.negative_data_rejection]
        try:
            case.validate_response(answer, checks=CHECKS + more)
        except FailureGroup as group:
            told = "; ".join(str(one)[:500] for one in group.exceptions)
            sent = f"{prepared.method} {prepared.url} {str(prepared.body)[:200]}"
            self.faults.setdefault(f"{case.operation.label} {told[:60]}", f"{sent}\n    {told}")


@pytest.mark.parametrize("name", ["ben", "fay", "stranger"])
def test_answers_are_as_described(running: Running, cast: Cast, name: str) -> None:
    conversation = Conversation(running, name)
    for result in described(running).get_all_operations():
        operation = result.ok()
        fixed = parameters(operation.path, cast)
        for mode, examples in EXAMPLES.items():
            strategy = operation.as_strategy(generation_mode=mode, path_parameters=fixed or None)
            bounds = hypothesis.settings(
                max_examples=examples if name != "stranger" else 3,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[hypothesis.Phase.generate],
                suppress_health_check=list(hypothesis.HealthCheck),
            )
            try:
                bounds(hypothesis.given(case=strategy)(conversation_of(conversation)))()
            except hypothesis.errors.Unsatisfiable:
                assert mode is GenerationMode.NEGATIVE, operation.label  # nothing can be wrong with it
    assert conversation.asked > 2 * len(API)
    faults = conversation.faults
    assert not faults, "\n".join(f"{what}: {why}" for what, why in faults.items())


def conversation_of(conversation: Conversation) -> Callable[[Any], None]:
    def told(case: Any) -> None:
        conversation.tell(case)

    return told


def test_the_description_is_of_this_version(running: Running) -> None:
    assert described(running).raw_schema["info"]["version"] == VERSION
