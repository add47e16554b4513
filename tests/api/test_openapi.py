"""The description is of what there is: no operation without one, no description without an operation."""

import re
from collections.abc import Callable

import msgspec
import pytest

from forum.api.openapi import openapi
from forum.api.operation import Nothing
from forum.routes import API, PREFIX
from tests.api.routes import BODIES
from tests.support.clients import Client

DOCUMENT = msgspec.json.decode(openapi(API, title="Plenary", prefix=PREFIX, version="1"))
OPERATIONS = [
    (path, method, described) for path, methods in DOCUMENT["paths"].items() for method, described in methods.items()
]


@pytest.mark.anyio
async def test_it_is_served(client: Callable[..., Client]) -> None:
    async with client("stranger") as stranger:
        answer = await stranger.get("/api/v1/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["openapi"] == "3.1.0"
    assert set(answer.json()["paths"]) == set(DOCUMENT["paths"])


def test_every_route_is_described_and_nothing_else() -> None:
    routes = {(PREFIX + re.sub(r":\w+", "", route.path), route.method.lower()) for route in API}
    assert {(path, method) for path, method, _ in OPERATIONS} == routes
    assert len(routes) == len(API)


def test_names_are_unique_and_say_something() -> None:
    names = [described["operationId"] for _, _, described in OPERATIONS]
    assert len(names) == len(set(names))
    assert all(described["summary"].strip(".") for _, _, described in OPERATIONS)


def test_every_reference_leads_somewhere() -> None:
    known = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert set(re.findall(r'"\$ref":"([^"]+)"', msgspec.json.encode(DOCUMENT).decode())) <= known


def test_path_parameters_are_those_of_the_path() -> None:
    for path, _, described in OPERATIONS:
        given = [one["name"] for one in described["parameters"] if one["in"] == "path"]
        assert given == re.findall(r"\{(\w+)\}", path)


def test_query_parameters_are_those_that_are_read() -> None:
    for route, (_, _, described) in zip(API, by_route(), strict=True):
        given = {one["name"] for one in described["parameters"] if one["in"] == "query"}
        expected = set() if route.operation.query is Nothing else set(route.operation.query.__struct_fields__)
        assert given == expected


def by_route() -> list[tuple[str, str, dict[str, object]]]:
    found = {(path, method): (path, method, described) for path, method, described in OPERATIONS}
    return [found[PREFIX + re.sub(r":\w+", "", route.path), route.method.lower()] for route in API]


@pytest.mark.parametrize("route", API, ids=lambda route: route.operation.name)
def test_the_tests_own_examples_are_valid(route: object) -> None:
    operation = route.operation  # type: ignore[attr-defined]
    if operation.body is not None:
        msgspec.convert(BODIES[operation.name], operation.body, str_keys=True)


def test_refusals_are_problems() -> None:
    for path, method, described in OPERATIONS:
        for status, answer in described["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], (path, method, status)
