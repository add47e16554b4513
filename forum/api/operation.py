"""One operation of the JSON API: what it takes, what it answers, which right it asks for."""
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from auth.actor import Actor
from auth.actor import Scope as TokenScope
from forum.api.parsing import parse_body, parse_query, path_id
from forum.api.problem import problem
from forum.kit.errors import Invalid, NotAllowed, Refusal, SignInNeeded, UnsupportedMediaType
from forum.kit.once import Reply, check_key, once, request_hash
from forum.web.body import read_body
from forum.web.restriction import check_reach
from forum.web.shown_once import reply_of

B = TypeVar("B")
T = TypeVar("T")
Q = TypeVar("Q")

SAFE = frozenset({"GET", "HEAD"})
PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie, Accept-Encoding"}
_VERSION = re.compile(r'(?:W/)?"([0-9]{1,9})(?:-[0-9a-f]+)?"|([0-9]{1,9})')


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters."""


@dataclass(frozen=True, slots=True)
class Call(Generic[B, Q]):
    """One request, parsed: the actor, the ids in the path, the body and the query as schemas."""

    actor: Actor
    path: Mapping[str, Any]
    body: B
    query: Q
    request: Request
    raw: bytes = b""

    def id(self, name: str) -> int:
        return path_id(self.path[name])

    def slug(self) -> str:
        return str(self.path["slug"])

    def optional_body(self, schema: type[T]) -> T | None:
        """The body of an operation that also works without one."""
        return parse_body(self.raw, schema) if self.raw.strip() else None

    def version(self) -> int | None:
        """The version that If-Match names (RFC 9110, 13.1.1); None without the header."""
        header = self.request.headers.get("if-match")
        if header is None:
            return None
        found = _VERSION.fullmatch(header.strip())
        if found is None:
            raise Invalid({"If-Match": "not_valid"})
        return int(found.group(1) or found.group(2))


Handler = Callable[[Call[Any, Any]], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Operation:
    """What a handler declares about itself; ``forum/routes.py`` gives it a method and a path."""

    handler: Handler
    action: str
    body: type | None = None
    body_if_any: type | None = None
    query: type = Nothing
    answers: Mapping[int, Any] = field(default_factory=dict)
    scope: TokenScope = TokenScope.READ
    signed_in: bool = False
    keyless: bool = False

    @property
    def name(self) -> str:
        return self.handler.__name__

    @property
    def summary(self) -> str:
        return (self.handler.__doc__ or "").strip().split("\n")[0]


def operation(
    action: str,
    *,
    body: type | None = None,
    body_if_any: type | None = None,
    query: type = Nothing,
    answers: Mapping[int, Any],
    scope: TokenScope = TokenScope.READ,
    signed_in: bool = False,
    keyless: bool = False,
) -> Callable[[Handler], Operation]:
    """Declare a handler's right (a row of the permission table), schemas and answers.

    ``body_if_any`` describes a body that may be left out: the handler reads it by ``call.optional_body``.
    A ``keyless`` one is idempotent by itself, and nothing of its answer is kept beside who asked.
    """

    def declare(handler: Handler) -> Operation:
        return Operation(
            handler,
            action,
            body=body,
            body_if_any=body_if_any,
            query=query,
            answers=answers,
            scope=scope,
            signed_in=signed_in,
            keyless=keyless,
        )

    return declare


class Endpoint:
    """Runs an operation as an ASGI application."""

    def __init__(self, declared: Operation, method: str) -> None:
        self.operation, self.method = declared, method

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self.respond(request)
        except Refusal as refusal:
            response = problem(refusal)
        await response(scope, receive, send)

    async def respond(self, request: Request) -> Response:
        actor: Actor = request.state.actor
        self._check_right_to_ask(actor)
        raw = b"" if self.method in SAFE else await read_body(request)
        call: Call[Any, Any] = Call(
            actor=actor,
            path=request.path_params,
            body=self._body(request, raw),
            query=parse_query(request.query_params, self.operation.query),
            request=request,
            raw=raw,
        )
        if self.method in SAFE:
            return conditional(request, await self.operation.handler(call))
        key = request.headers.get("idempotency-key")
        if key is None or actor.member_id is None:
            return await self.operation.handler(call)
        check_key(key)
        if self.operation.keyless:
            return await self.operation.handler(call)
        digest = request_hash(self.method.encode(), request.url.path.encode(), raw)
        reply = await once(actor.member_id, f"api:{key}", digest, lambda: self._reply(call))
        return answer_again(reply)

    def _check_right_to_ask(self, actor: Actor) -> None:
        if actor.is_anonymous:
            if self.operation.signed_in:
                raise SignInNeeded
            return
        if self.operation.scope not in actor.scopes:
            raise NotAllowed("token_scope")
        check_reach(actor, self.operation.action, reading=self.method in SAFE)

    def _body(self, request: Request, raw: bytes) -> Any:
        if self.operation.body is None:
            return None
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind != "application/json":
            raise UnsupportedMediaType
        return parse_body(raw, self.operation.body)

    async def _reply(self, call: Call[Any, Any]) -> Reply:
        return reply_of(await self.operation.handler(call))


def answer_again(reply: Reply) -> Response:
    headers = dict(reply.headers)
    if reply.again:
        headers["Idempotency-Replayed"] = "true"
    return Response(reply.body, reply.status, headers)


def document(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON text that PostgreSQL built, as it is."""
    return Response(body, status, {**PRIVATE, **(headers or {})}, "application/json")


def answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return document(msgspec.json.encode(value), status, headers)


def created(body: bytes, location: str, headers: Mapping[str, str] | None = None) -> Response:
    return document(body, 201, {"Location": location, **(headers or {})})


def versioned(body: bytes, version: int, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A document that can be changed: its entity tag begins with the version that If-Match must name."""
    tag = f'"{version}-{hashlib.blake2b(body, digest_size=6).hexdigest()}"'
    return document(body, status, {"ETag": tag, **(headers or {})})


def nothing() -> Response:
    return Response(status_code=204)


def conditional(request: Request, response: Response) -> Response:
    """Add an entity tag, and answer 304 when the client has that very document (RFC 9110, 13.1.2)."""
    if response.status_code != 200 or response.body is None:
        return response
    tag = response.headers.get("etag")
    if tag is None:
        tag = f'W/"{hashlib.blake2b(response.body, digest_size=12).hexdigest()}"'
        response.headers["etag"] = tag
    asked = request.headers.get("if-none-match")
    if asked is not None and (asked == "*" or tag.removeprefix("W/") in _tags(asked)):
        kept = {name: response.headers[name] for name in ("etag", "cache-control", "vary") if name in response.headers}
        return Response(status_code=304, headers=kept)
    return response


def _tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
