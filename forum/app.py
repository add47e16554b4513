"""The composition root: which parts there are, and in which order a request passes them."""
import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.actor import VISITOR
from auth.csrf import SameOriginWrites
from auth.demo_door import DemoDoor
from auth.lti.campus import Campus
from auth.lti.routes import EXEMPT, PlatformDoor
from auth.middleware import Identify
from auth.outbound import open_client
from auth.routes import Doors, auth_routes, site_cookies
from auth.scim.door import ScimDoor
from config.database import connect, disconnect, tortoise_config
from config.settings import Settings
from forum import page_routes, routes
from forum.api.openapi import openapi
from forum.api.problem import problem
from forum.courses import campus as rosters
from forum.directory import MemberDirectory
from forum.kit.errors import MethodNotAllowed, NotAllowed, NotFound, Refusal
from forum.kit.markdown import close_renderers
from forum.live.hub import Hub
from forum.live.stream import live_route
from forum.outbox import registry
from forum.outbox.relay import Listener, Relay
from forum.places import GroupPlaces
from forum.provisioning.people import ProvisionedPeople
from forum.searching import engine, trending
from forum.subscriptions import SUBSCRIPTIONS
from forum.threads import pace
from forum.web import viewing
from forum.web.compression import Compress
from forum.web.guard import Guard
from forum.web.health import Health
from forum.web.language import gettext as _
from forum.web.page import Framed, View
from forum.web.refusals import refusal_page
from forum.web.rendering import bare, page
from forum.web.router import Router
from forum.web.security import OneHost, RequestId, SecurityHeaders
from forum.web.site import web_of
from forum.web.static import static_files

log = logging.getLogger(__name__)
VERSION = "0.1.0"


class Site:
    """One process's parts; ``app`` is the ASGI application, ``running()`` gives it its database and helpers."""

    def __init__(self, settings: Settings, *, demo: DemoDoor | None = None) -> None:
        self.settings = settings
        self.directory = MemberDirectory(settings.auth, demo=demo is not None)
        self.health = Health(settings.server.metrics_token)
        limits = settings.limits
        self.hub = Hub(self.directory, limit=limits.streams, limit_each=limits.streams_per_member)
        self.demo = demo
        named = [urlsplit(one.issuer).hostname or "" for one in settings.auth.providers]
        self.client = open_client(limits, mounts=demo.mounts() if demo else None, named=named)
        registry.install(SUBSCRIPTIONS, strict=True)
        engine.install(engine.make(settings))
        pace.install(settings.newcomers)
        places = GroupPlaces(settings.site)
        self.doors = Doors(
            settings,
            directory=self.directory,
            client=self.client,
            places=places,
            render=render_for_auth,
            demo=demo,
        )
        self.scim = ScimDoor(ProvisionedPeople(self.directory), base_url=settings.site.base_url)
        campus = Campus(settings, self.client)
        rosters.install(rosters.Readers(campus, self.directory, places))
        self.platforms = PlatformDoor(
            campus,
            site_name=settings.site.name,
            directory=self.directory,
            places=places,
            entrance=self.doors.entrance,
            cookies=self.doors.cookies,
            demo=demo is not None,
        )
        self.app = self._application()

    @asynccontextmanager
    async def running(self, url: str) -> AsyncIterator[None]:
        """The database, the relay and the live hub, for the life of the process."""
        async with AsyncExitStack() as stack:
            await connect(tortoise_config(url, self.settings.database))
            stack.push_async_callback(disconnect)
            stack.push_async_callback(close_renderers)
            stack.push_async_callback(self.client.aclose)
            stack.push_async_callback(engine.engine().aclose)
            self.listener = await stack.enter_async_context(Listener())
            await stack.enter_async_context(Relay())
            await self.hub.start()
            stack.push_async_callback(self.hub.stop)
            stack.push_async_callback(trending.flush)
            counted = asyncio.create_task(trending.keep(), name="trending")
            stack.callback(counted.cancel)
            asked = asyncio.create_task(self.doors.providers.keep_known(), name="discovery")
            stack.callback(asked.cancel)
            yield

    def drain(self) -> None:
        """The process was asked to stop: be ready no more, and let the streams go."""
        self.health.draining = True
        self.hub.end_streams()

    def _application(self) -> Starlette:
        settings = self.settings
        app = Starlette(
            middleware=[
                Middleware(RequestId, trusted=bool(settings.server.trusted_proxies)),
                Middleware(
                    SecurityHeaders,
                    secure=settings.site.base_url.startswith("https://"),
                    form_targets=self.doors.form_targets,
                ),
                Middleware(
                    Guard,
                    seconds=settings.limits.request_seconds,
                    wait_member=settings.database.wait_member_ms / 1000,
                    wait_anonymous=settings.database.wait_anonymous_ms / 1000,
                ),
                *([Middleware(OneHost, base_url=settings.site.base_url)] if self.demo else []),
                Middleware(Compress),
                *self._who_asks(),
            ],
        )
        app.state.web = web_of(
            settings, ways=self.doors.ways(), demo=self.demo.courses_path if self.demo else ""
        )
        app.router.default = Router(self._routes(), unknown)
        return app

    def _who_asks(self) -> list[Middleware]:
        """From where a request comes, and from whom."""
        cookies = site_cookies(self.settings)
        return [
            Middleware(
                SameOriginWrites,
                base_url=self.settings.site.base_url,
                cookie=cookies.session,
                exempt=self.doors.back_channel.paths() | EXEMPT,
                refuse=refused_page,
            ),
            Middleware(
                Identify,
                directory=self.directory,
                cookie=cookies.session,
                embedded=cookies.embedded,
                bar=viewing.bar,
            ),
            Middleware(self.doors.ask_in_silence),
        ]

    def _routes(self) -> Sequence[BaseRoute]:
        return (
            *(route.as_route() for route in routes.API),
            *(route.as_route() for route in page_routes.PAGES),
            live_route(self.hub),
            *framed(auth_routes(self.doors)),
            self.scim.route(),
            *framed(self.platforms.routes()),
            *((self.demo.route(),) if self.demo else ()),
            *self._machinery(),
        )

    def _machinery(self) -> Sequence[BaseRoute]:
        name = self.settings.site.name

        async def description(_request: Request) -> Response:
            return Response(_described(name), media_type="application/json")

        return (
            Route("/api/v1/openapi.json", description),
            Route("/livez", self.health.alive),
            Route("/readyz", self.health.ready),
            Route("/metrics", self.health.metrics),
            Route("/static/{name}", _Static()),
        )


class _Static:
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await static_files(scope, receive, send)


@cache
def _described(site: str) -> bytes:
    """Made when first asked for: it takes 30 ms, and few ask."""
    return openapi(routes.API, title=site, prefix=routes.PREFIX, version=VERSION)


def render_for_auth(
    request: Request, template: str, context: Mapping[str, Any], status: int = 200
) -> Response:
    """The pages of the doors, in our own frame."""
    titles = {
        "sign_in.html": _("Sign in"),
        "sign_in_refused.html": _("You are not signed in")
        if request.state.actor.is_anonymous
        else _("This did not work"),
        "sign_in_again.html": _("Is it you?"),
        "join.html": _("This address is known here"),
        "signed_out.html": _("You are signed out"),
        "not_vouched.html": _("We did not send you on"),
        "demo_courses.html": _("Courses"),
        "lti_choose.html": _("Choose a group"),
        "lti_hand_in.html": _("Back to the course"),
        "lti_refused.html": _("This did not work"),
        "lti_registered.html": _("The platform is registered"),
    }
    known = {"title": titles.get(template, _("Sign in")), **context}
    shown = bare if template.startswith("lti_") else page
    return shown(View(request), template, status=status, **known)


def framed(doors: Sequence[BaseRoute]) -> Sequence[BaseRoute]:
    """Outages and bugs behind a door are pages, as everywhere."""
    for route in doors:
        if isinstance(route, Route):
            route.app = Framed(route.app, route.name)
    return doors


def refused_page(scope: Scope, code: str) -> ASGIApp:
    """A write from elsewhere, refused before anybody was asked who they are."""
    scope.setdefault("state", {})["actor"] = VISITOR
    return refusal_page(View(Request(scope)), NotAllowed(code))


async def unknown(scope: Scope, receive: Receive, send: Send) -> None:
    """No such path, or not with this method."""
    refusal: Refusal = NotFound()
    headers: dict[str, str] = {}
    if scope["allowed"]:
        refusal = MethodNotAllowed()
        headers["Allow"] = ", ".join(sorted(scope["allowed"]))
    request = Request(scope, receive)
    in_api = scope["path"].startswith("/api/")
    response = problem(refusal) if in_api else refusal_page(View(request), refusal)
    response.headers.update(headers)
    await response(scope, receive, send)
