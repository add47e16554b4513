"""One page or form of the HTML surface: what it declares, and how it is run.

A refusal becomes a page that says what to do; a form that is refused comes back filled; a text is never lost.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.actor import Actor, Status
from forum.kit.errors import Conflict, Invalid, NotFound, Overloaded, Refusal, SignInNeeded
from forum.kit.once import Reply, once, request_hash
from forum.kit.transaction import UNAVAILABLE
from forum.web import language
from forum.web.flash import said
from forum.web.forms import Form, read_form, read_query
from forum.web.refusals import internal_error_page, refusal_page
from forum.web.rendering import Frame
from forum.web.restriction import check_reach
from forum.web.shown_once import reply_of
from forum.web.site import Web, is_form_id, new_form_id

T = TypeVar("T")

SAFE: Final = frozenset({"GET", "HEAD"})
LARGEST_ID: Final = 2**63 - 1
log = logging.getLogger(__name__)


class View:
    """One request as a page sees it."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.actor: Actor = request.state.actor
        self.web: Web = request.app.state.web
        self.path: Mapping[str, Any] = request.path_params
        self.form: dict[str, str] = {}
        self.chosen: dict[str, list[str]] = {}
        language.speak(getattr(request.state, "interface_language", None) or self.actor.language)

    @cached_property
    def query(self) -> Mapping[str, str]:
        return read_query(self.request.query_params)

    def id(self, name: str) -> int:
        """An id from the path; one that no row can have is simply not found."""
        number = int(self.path[name])
        if not 0 < number <= LARGEST_ID:
            raise NotFound
        return number

    def slug(self) -> str:
        return str(self.path["slug"])

    def number(self, name: str, otherwise: int = 0, most: int = LARGEST_ID) -> int:
        """A whole number from the query, from 0 to ``most``; anything else is refused."""
        given = self.query.get(name, "")
        if not given:
            return otherwise
        return _whole(name, given, most)

    def sent_number(self, name: str, most: int = LARGEST_ID) -> int | None:
        """A whole number from the form, None where it is empty or absent."""
        given = self.form.get(name, "")
        return _whole(name, given, most) if given else None

    def text(self, name: str) -> str:
        return self.form.get(name, "")

    @property
    def zone(self) -> str:
        return self.web.time_zone if self.actor.is_anonymous else self.actor.time_zone

    @property
    def form_id(self) -> Markup:
        """The hidden field of a form, new each time; a visitor's form has none."""
        if self.actor.member_id is None:
            return Markup("")
        fresh = new_form_id(self.web, self.actor.member_id)
        return Markup('<input type="hidden" name="form_id" value="%s">') % fresh

    @property
    def here(self) -> str:
        """This address as a value of `next`, escaped for a query and for HTML."""
        url = self.request.url
        whole = url.path + ("?" + url.query if url.query and self.request.method in SAFE else "")
        return quote(whole[:1500], safe="/")

    @property
    def said(self) -> str:
        return said(self.request.query_params.get("said", ""))

    def frame(self, section: str) -> Frame:
        actor, cookies = self.actor, self.request.cookies
        theme = cookies.get("theme", "")
        return Frame(
            language=language.spoken(),
            site=self.web.name,
            username=actor.username,
            name=actor.display_name,
            unread=actor.unread_notices,
            staff=actor.is_staff,
            admin=actor.is_admin,
            moderates=actor.looks_after_any,
            waiting=actor.status is Status.PENDING,
            viewing=actor.viewer_id is not None,
            theme=theme if theme in ("light", "dark") else "",
            keys="off" if cookies.get("keys") == "off" else "",
            section=section,
            demo=self.web.demo,
            opened=tuple(actor.opened.values()),
            silence=actor.silence if actor.viewer_id is None else None,
            silenced_somewhere=bool(actor.silenced_in) and actor.viewer_id is None,
            zone=self.zone if actor.opened or actor.silence else "UTC",
        )


def _whole(name: str, given: str, most: int) -> int:
    if not given.isascii() or not given.isdigit() or len(given) > 19 or int(given) > most:
        raise Invalid({name: "not_valid"})
    return int(given)


Handler = Callable[[View], Awaitable[Response]]
Refill = Callable[[View, Refusal], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Page:
    """What a handler declares about itself; ``forum/page_routes.py`` gives it a method and a path."""

    handler: Handler
    action: str
    signed_in: bool = False
    refill: Refill | None = None
    many: frozenset[str] = field(default_factory=frozenset)
    keyless: bool = False

    @property
    def name(self) -> str:
        return self.handler.__name__


def page(action: str, *, signed_in: bool = False) -> Callable[[Handler], Page]:
    """Declare the right that a page asks for: a row of the permission table, or "none"."""
    return lambda handler: Page(handler, action, signed_in)


def form(
    action: str,
    *,
    signed_in: bool = True,
    refill: Refill | None = None,
    many: tuple[str, ...] = (),
    keyless: bool = False,
) -> Callable[[Handler], Page]:
    """Declare a POST.

    ``refill`` shows its form again, filled; ``many`` are names that may be repeated; a ``keyless`` form
    writes nothing, or may be sent twice as it is: it uses up no form id, and nothing of its answer is kept.
    """
    return lambda handler: Page(handler, action, signed_in, refill, frozenset(many), keyless)


@dataclass(frozen=True, slots=True)
class PageRoute:
    method: str
    path: str
    page: Page

    def as_route(self) -> Route:
        return Route(
            self.path, PageEndpoint(self.page, self.method), methods=[self.method], name=self.page.name
        )


def get(path: str, declared: Page) -> PageRoute:
    return PageRoute("GET", path, declared)


def post(path: str, declared: Page) -> PageRoute:
    return PageRoute("POST", path, declared)


def trouble_page(view: View, error: Exception, name: str) -> Response:
    """Whatever went wrong in the page of that name, as a page: a refusal, an outage, or a bug."""
    if isinstance(error, Refusal):
        return refusal_page(view, error)
    if isinstance(error, UNAVAILABLE):
        log.warning("%s: %s", type(error).__name__, error)
        return refusal_page(view, Overloaded())
    log.error("%s %s failed", view.request.method, name, exc_info=error)
    return internal_error_page(view)


class PageEndpoint:
    """Runs a page as an ASGI application."""

    def __init__(self, declared: Page, method: str) -> None:
        self.page, self.method = declared, method

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        view = View(Request(scope, receive))
        try:
            response = await self._respond(view)
        except Exception as error:
            response = trouble_page(view, error, self.page.name)
        await response(scope, receive, send)

    async def _respond(self, view: View) -> Response:
        check_reach(view.actor, self.page.action, reading=self.method in SAFE)
        needs_somebody = self.page.signed_in and view.actor.is_anonymous
        if self.method in SAFE:
            if needs_somebody:
                raise SignInNeeded
            return await self.page.handler(view)
        sent = await read_form(view.request, self.page.many)
        view.form, view.chosen = sent.one, sent.many
        if needs_somebody:
            raise SignInNeeded
        try:
            return await self._do(view, sent)
        except (Invalid, Conflict) as refusal:
            if self.page.refill is None or refusal.code == "still_in_flight":
                raise
            response = await self.page.refill(view, refusal)
            response.status_code = refusal.status
            return response

    async def _do(self, view: View, sent: Form) -> Response:
        form_id = view.form.pop("form_id", "")
        if sent.faults:
            raise Invalid(sent.faults)
        member_id = view.actor.member_id
        if not form_id or member_id is None or self.page.keyless:
            return await self.page.handler(view)
        if not is_form_id(view.web, member_id, form_id):
            raise _already_sent()
        digest = request_hash(
            b"POST", view.request.url.path.encode(), msgspec.json.encode([sent.one, sent.many])
        )
        try:
            reply = await once(member_id, "form:" + form_id, digest, lambda: self._reply(view))
        except Invalid as refusal:
            raise (_already_sent() if refusal.code == "key_reused" else refusal) from None
        return Response(reply.body, reply.status, reply.headers)

    async def _reply(self, view: View) -> Reply:
        return reply_of(await self.page.handler(view))


def _already_sent() -> Invalid:
    return Invalid({"": "already_sent"}, code="already_sent")


class Framed:
    """A door of sign-in, whose troubles are told in our frame as well."""

    def __init__(self, app: ASGIApp, name: str) -> None:
        self.app, self._name = app, name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            await trouble_page(View(Request(scope, receive)), error, self._name)(scope, receive, send)


def see(path: str, /, *, at: str = "", **query: object) -> Response:
    """303: the deed is done, look there; ``at`` is an anchor."""
    wanted = {name: str(value) for name, value in query.items() if value}
    asked = "?" + urlencode(wanted) if wanted else ""
    return RedirectResponse(quote(path, safe="/%") + asked + ("#" + at if at else ""), 303)


def decoded(body: bytes, schema: type[T]) -> T:
    """What a query answered, as its schema."""
    return msgspec.json.decode(body, type=schema)


def errors_of(refusal: Refusal | None) -> dict[str, str]:
    """A refused form's faults by field; the whole form's stand under ""."""
    if refusal is None:
        return {}
    if isinstance(refusal, Invalid):
        return refusal.errors
    return {"": refusal.code}


def link_head(path: str) -> str:
    """The canonical address, for a page's head."""
    return f'<link rel="canonical" href="{escape(path)}">'
