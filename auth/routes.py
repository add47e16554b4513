"""The doors as URLs: choose a way in, come in by it, leave."""

from collections.abc import Sequence

import httpx2
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from auth.claims import ClaimedPlaces
from auth.dconnect.door import DConnectDoor
from auth.dconnect.vouching import Vouching
from auth.demo_door import DemoDoor
from auth.directory import Directory
from auth.entrance import Entrance, Render, see_other
from auth.joining import Joining
from auth.oidc import door
from auth.oidc.logout import BackChannel
from auth.oidc.providers import Providers
from auth.oidc.routes import OidcDoor
from auth.oidc.silent import ASKED, AskInSilence
from auth.oidc.target import safe_target
from auth.oidc.transactions import LIFETIME
from auth.places import Places
from auth.sessions import commands as sessions
from auth.sessions.cookies import Cookies, cookies_for, digest
from auth.sessions.sealing import Seal
from auth.waiting import WaitingRoom
from auth.ways import Way
from config.settings import Settings


class Doors:
    """Everything that the routes share; one per process."""

    def __init__(
        self,
        settings: Settings,
        *,
        directory: Directory,
        client: httpx2.AsyncClient,
        places: Places,
        render: Render,
        demo: DemoDoor | None = None,
    ) -> None:
        self.cookies = site_cookies(settings)
        self.providers = _providers(settings, client, demo)
        self.back_channel = BackChannel(self.providers, directory)
        self._base = settings.site.base_url.rstrip("/")
        self._seal = Seal(settings.site.secret_key)
        self._directory, self._demo = directory, demo
        room = WaitingRoom(Seal(settings.site.secret_key, b"plenary waiting identity"))
        self.entrance = Entrance(
            settings, directory=directory, cookies=self.cookies, seal=self._seal, room=room, render=render
        )
        claimed = ClaimedPlaces(settings.auth.providers, directory=directory, places=places)
        self.entrance.followers.append(claimed.settle)
        self.joining = Joining(
            entrance=self.entrance, directory=directory, room=room, cookie=self.cookies.waiting
        )
        browser = self.cookies.browser
        self.oidc = OidcDoor(
            providers=self.providers,
            entrance=self.entrance,
            directory=directory,
            browser=browser,
            base_url=self._base,
        )
        self.dconnect = DConnectDoor(settings, entrance=self.entrance, places=places, browser=browser)
        self.vouching = Vouching(
            settings.auth.dconnect_clients,
            directory=directory,
            entrance=self.entrance,
            cookie=self.cookies.session,
        )

    def ask_in_silence(self, app: ASGIApp) -> ASGIApp:
        """The application behind the question of `prompt=none`, where a provider may be asked it."""
        provider = self.providers.silent()
        if provider is None:
            return app
        return AskInSilence(app, door=self.oidc, provider=provider, cookie=self.cookies.asked)

    def form_targets(self) -> frozenset[str]:
        """Where our forms lead on to, for `form-action`: browsers follow it through every redirect."""
        return self.providers.origins() | self.dconnect.origins | self.vouching.origins

    def ways(self) -> tuple[Way, ...]:
        """Every way in that an account can have, for the page that lists one's own."""
        return (*self.providers.ways(), *self.dconnect.ways())

    async def choose(self, request: Request) -> Response:
        """One form a provider: `POST /sign-in/{name}` with `next` and, for a face, `login_hint`."""
        return self.entrance.page(
            request,
            "sign_in.html",
            {
                "providers": [
                    *({"name": one.name, "label": one.label} for one in self.providers),
                    *self.dconnect.buttons(),
                ],
                "faces": self._demo.faces if self._demo else (),
                "next": safe_target(request.query_params.get("next")),
            },
        )

    async def sign_out(self, request: Request) -> Response:
        """POST /sign-out: here first, whatever the provider then does."""
        held = self.cookies.session.read(request.scope["headers"])
        ended = await sessions.end(digest(held)) if held else None
        address = None
        if ended is not None:
            provider = self.providers.issuing(ended.issuer)
            await self._directory.note(
                "session.ended",
                member_id=ended.member_id,
                subject_id=ended.id,
                after={"reason": "signed_out", "provider": provider.name if provider else None},
            )
            if provider is not None:
                id_token = self._seal.open(ended.sealed_id_token)
                address = await door.way_out(provider, id_token=id_token, landing=self._base + "/signed-out")
        response = see_other(address or "/signed-out")
        self.cookies.session.clear(response)
        if self.providers.silent():
            # Who leaves is not asked back in on the next page.
            self.cookies.asked.set(response, ASKED)
        return response

    async def signed_out(self, request: Request) -> Response:
        return self.entrance.page(request, "signed_out.html", {})


def auth_routes(doors: Doors) -> Sequence[BaseRoute]:
    """The routes of the doors that browsers come to; those of LTI and SCIM stand beside them in the forum's app."""
    return (
        Route("/sign-in", doors.choose),
        *doors.joining.routes(),
        *doors.oidc.routes(),
        *doors.dconnect.routes(),
        *doors.vouching.routes(),
        Route("/sign-out", doors.sign_out, methods=["POST"]),
        Route("/signed-out", doors.signed_out),
        *doors.back_channel.routes(),
    )


def _providers(settings: Settings, client: httpx2.AsyncClient, demo: DemoDoor | None) -> Providers:
    return Providers(
        settings.auth.providers,
        client=client,
        limits=settings.limits,
        new_members=settings.auth.new_members,
        demo=demo.as_provider() if demo else None,
    )


def site_cookies(settings: Settings) -> Cookies:
    return cookies_for(
        settings.site.base_url,
        session_days=settings.auth.session_absolute_days,
        sign_in_seconds=int(LIFETIME.total_seconds()),
    )
