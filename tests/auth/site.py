"""The smallest site that has doors: who am I, something to write to, and the middlewares in their order."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from auth.csrf import SameOriginWrites
from auth.demo.provider import DemoProvider
from auth.directory import Directory
from auth.middleware import Identify
from auth.routes import Doors, auth_routes
from config.settings import Settings
from forum.places import GroupPlaces

BASE_URL = "http://127.0.0.1:8000"


def page(request: Request, template: str, context: Mapping[str, Any], status: int = 200) -> Response:
    return Response(json.dumps({"template": template, **context}, default=str), status, media_type="application/json")


async def who_am_i(request: Request) -> Response:
    actor, session = request.state.actor, request.state.session
    return JSONResponse(
        {
            "username": actor.username,
            "member": actor.member_id,
            "status": actor.status,
            "staff": actor.staff,
            "fresh": actor.fresh,
            "silenced": actor.silenced,
            "listed": sorted(actor.listed),
            "readable": sorted(actor.readable),
            "roles": {str(group): role for group, role in actor.roles.items()},
            "banned": sorted(actor.banned),
            "session": session and session.id,
            "notices": actor.unread_notices,
        }
    )


async def write(request: Request) -> Response:
    return JSONResponse({"written": True})


class Site:
    def __init__(
        self,
        settings: Settings,
        directory: Directory,
        client: httpx2.AsyncClient,
        *,
        raw: asyncpg.Connection,
        demo: DemoProvider | None = None,
    ) -> None:
        self.settings, self.directory, self.raw = settings, directory, raw
        self.doors = Doors(
            settings,
            directory=directory,
            client=client,
            places=GroupPlaces(settings.site),
            render=page,
            demo=demo,
        )
        routes = [
            *auth_routes(self.doors),
            Route("/me", who_am_i),
            Route("/livez", who_am_i),
            Route("/write", write, methods=["POST"]),
            Route("/hook", write, methods=["POST"]),
            Route("/api/v1/write", write, methods=["POST"]),
        ]
        if demo is not None:
            routes.append(demo.route())
        app: ASGIApp = self.doors.ask_in_silence(Starlette(routes=routes))
        app = Identify(app, directory=directory, cookie=self.doors.cookies.session)
        self.app: ASGIApp = SameOriginWrites(
            app,
            base_url=settings.site.base_url,
            cookie=self.doors.cookies.session,
            exempt=frozenset({"/hook"}) | self.doors.back_channel.paths(),
        )

    def browser(self, **options: Any) -> httpx2.AsyncClient:
        """A browser of its own on this site; it sends what browsers send."""
        options.setdefault("headers", {"Sec-Fetch-Site": "same-origin", "User-Agent": "Tests/1"})
        transport = httpx2.ASGITransport(app=self.app, client=options.pop("client", ("127.0.0.1", 5000)))
        return httpx2.AsyncClient(transport=transport, base_url=self.settings.site.base_url, **options)


async def begin(
    browser: httpx2.AsyncClient, provider: str = "op", at: str = "/sign-in/", **form: str
) -> dict[str, str]:
    """Press the provider's button; what the browser is sent on with."""
    return sent_on(await browser.post(at + provider, data=form))


def sent_on(answer: httpx2.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


async def last_refusal(raw: asyncpg.Connection) -> dict[str, Any]:
    """What the audit log says of the newest sign-in that was refused."""
    found = await raw.fetchval(
        "SELECT after FROM audit_entries WHERE action = 'session.refused' ORDER BY id DESC LIMIT 1"
    )
    assert found is not None, "nothing was audited"
    said: dict[str, Any] = json.loads(found)
    return said


async def account(site: Site, username: str, **columns: object) -> int:
    member_id: int = await site.raw.fetchval(
        "INSERT INTO members (username, display_name, status) VALUES ($1, $1, 'active') RETURNING id",
        username,
    )
    for column, value in columns.items():
        await site.raw.execute(f'UPDATE members SET "{column}" = $2 WHERE id = $1', member_id, value)
    return member_id


async def known(site: Site, subject: str, issuer: str = "https://op.example.test", **columns: object) -> int:
    """An account that this subject leads to."""
    member_id = await account(site, "nia-old", **columns)
    await site.raw.execute(
        "INSERT INTO identities (member_id, issuer, subject) VALUES ($1, $2, $3)", member_id, issuer, subject
    )
    return member_id
