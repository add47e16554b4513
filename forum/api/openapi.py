"""The API's description (OpenAPI 3.1), made from the declarations of its operations."""
import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Protocol

import msgspec

from auth.actor import Scope
from forum.api.operation import SAFE, Operation
from forum.api.problem import Problem

_PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")
REF = "#/components/schemas/{name}"


class Described(Protocol):
    """A route as this module needs it."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def operation(self) -> Operation: ...


def openapi(routes: Iterable[Described], *, title: str, prefix: str, version: str) -> bytes:
    """The whole document as JSON."""
    routes = list(routes)
    types: list[type] = [Problem]
    for route in routes:
        types += [one for one in (*bodies(route.operation), *route.operation.answers.values()) if one is not None]
        types.append(route.operation.query)
    _, components = msgspec.json.schema_components(types, ref_template=REF)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = _PARAMETER.sub(r"{\1}", prefix + route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, components)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": title,
                "version": version,
                "description": "Every capability of the forum. Refusals are problem details (RFC 9457).",
            },
            "servers": [{"url": "/"}],
            "security": [{}, {"bearer": []}],
            "paths": paths,
            "components": {
                "schemas": components,
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            },
        }
    )


def bodies(declared: Operation) -> tuple[type | None, type | None]:
    return declared.body, declared.body_if_any


def _operation(route: Described, components: dict[str, Any]) -> dict[str, Any]:
    declared = route.operation
    described: dict[str, Any] = {
        "operationId": declared.name,
        "summary": declared.summary,
        "x-action": declared.action,
        "parameters": _parameters(route, components),
        "responses": _responses(route),
    }
    if declared.signed_in or declared.scope is Scope.POST:
        described["security"] = [{"bearer": []}]
    body = declared.body or declared.body_if_any
    if body is not None:
        described["requestBody"] = {
            "required": declared.body is not None,
            "content": {"application/json": {"schema": _schema(body)}},
        }
    return described


def _parameters(route: Described, components: dict[str, Any]) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = []
    for name, kind in _PARAMETER.findall(route.path):
        schema = {"type": "integer", "minimum": 1} if kind == "int" else {"type": "string", "minLength": 1}
        parameters.append({"name": name, "in": "path", "required": True, "schema": schema})
    query = components[route.operation.query.__name__]
    for name, schema in query.get("properties", {}).items():
        required = name in query.get("required", [])
        parameters.append({"name": name, "in": "query", "required": required, "schema": schema})
    if route.method not in SAFE and not route.operation.keyless:
        parameters.append(_header("Idempotency-Key", "The first answer to a key is given again for a day."))
    if route.method in ("PATCH", "PUT") and 409 in _statuses(route) and _versioned(route):
        parameters.append(_header("If-Match", "The version that you changed."))
    return parameters


def _header(name: str, description: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[\\x20-\\x7e]+$"}
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


def _versioned(route: Described) -> bool:
    if route.method == "PATCH" or route.path.startswith("/drafts/"):
        return True
    return route.path.endswith("/outcome") or (route.path.startswith("/cases/{") and route.path.endswith("}/decision"))


def _statuses(route: Described) -> list[int]:
    """The refusals that any operation of its kind may answer with."""
    statuses = {400, 401, 403, 404, 422, 429, 500, 503}
    if route.method not in SAFE:
        statuses |= {409, 413}
        if any(bodies(route.operation)):
            statuses.add(415)
        if _versioned(route):
            statuses.add(428)
    return sorted(statuses)


def _responses(route: Described) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, schema in route.operation.answers.items():
        responses[str(status)] = {"description": HTTPStatus(status).phrase}
        if schema is not None:
            responses[str(status)]["content"] = {"application/json": {"schema": _schema(schema)}}
    if route.method in SAFE:
        responses["304"] = {"description": HTTPStatus(304).phrase}
    for status in _statuses(route):
        responses[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {"schema": _schema(Problem)}},
        }
    return responses


def _schema(kind: type) -> dict[str, str]:
    return {"$ref": REF.format(name=kind.__name__)}
