"""The doors as URLs: choose a provider, go there, come back, leave."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

import httpx2
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from auth.demo_door import DemoDoor
from auth.directory import Directory, Hint, SignIn
from auth.oidc import door
from auth.oidc.door import Proved, SignInError
from auth.oidc.providers import Provider, Providers
from auth.oidc.target import safe_target
from auth.oidc.transactions import LIFETIME
from auth.sessions import commands as sessions
from auth.sessions.cookies import Cookies, cookies_for, digest, new_token
from auth.sessions.sealing import Seal
from config.settings import Settings

STATUS = {"unreachable": 503, "suspended": 403, "deactivated": 403, "cancelled": 200}
USER_AGENT_LENGTH = 200


class Render(Protocol):
    """Makes a page of the forum; the composition root brings it."""

    def __call__(
        self, request: Request, template: str, context: Mapping[str, Any], status: int = 200
    ) -> Response: ...


class Doors:
    """Everything that the routes share; one per process."""

    def __init__(
        self,
        settings: Settings,
        *,
        directory: Directory,
        client: httpx2.AsyncClient,
        render: Render,
        demo: DemoDoor | None = None,
    ) -> None:
        self.cookies = site_cookies(settings)
        self.providers = Providers(
            settings.auth.providers,
            client=client,
            limits=settings.limits,
            new_members=settings.auth.new_members,
            demo=demo.as_provider() if demo else None,
        )
        self._base = settings.site.base_url.rstrip("/")
        self._seal = Seal(settings.site.secret_key)
        self._lasting = timedelta(days=settings.auth.session_absolute_days)
        self._staff_lasting = timedelta(hours=settings.auth.staff_session_hours)
        self._directory, self._render, self._demo = directory, render, demo

    async def choose(self, request: Request) -> Response:
        """One form a provider: `POST /sign-in/{name}` with `next` and, for a face, `login_hint`."""
        hint = request.query_params.get("hint")
        return self._page(
            request,
            "sign_in.html",
            {
                "providers": [{"name": one.name, "label": one.label} for one in self.providers],
                "faces": self._demo.faces if self._demo else (),
                "next": safe_target(request.query_params.get("next")),
                "hint": hint if hint in set(Hint) else None,
            },
        )

    async def begin(self, request: Request) -> Response:
        provider = self.providers.named(request.path_params["provider"])
        if provider is None:
            return self._failed(request, SignInError("unknown_provider"), 404)
        async with request.form(max_files=0, max_fields=10) as form:
            wish, hint = form.get("next"), form.get("login_hint")
        target = safe_target(wish if isinstance(wish, str) else None)
        held = self.cookies.browser.read(request.scope["headers"])
        browser = held.decode("latin-1") if held else new_token()
        try:
            address = await door.begin(
                provider,
                callback=self._callback(provider),
                browser=browser,
                target=target,
                login_hint=hint if isinstance(hint, str) else None,
            )
        except SignInError as failed:
            return self._failed(request, failed)
        response = _see_other(address)
        self.cookies.browser.set(response, browser)
        return response

    async def come_back(self, request: Request) -> Response:
        provider = self.providers.named(request.path_params["provider"])
        if provider is None:
            return self._failed(request, SignInError("unknown_provider"), 404)
        browser = self.cookies.browser.read(request.scope["headers"])
        try:
            proved = await door.come_back(
                provider, request.query_params, browser, callback=self._callback(provider)
            )
        except SignInError as failed:
            return self._failed(request, failed)
        claims = proved.claims
        who = await self._directory.find(claims.issuer, claims.subject)
        if who is None:
            who = await self._directory.admit(claims, provider.new_status)
        refused = self._directory.sign_in_refused_reason(who)
        if refused is not None:
            await self._directory.note("session.refused", member_id=who.member_id)
            return self._refused(request, refused.reason.value, until=refused.until, note=refused.note)
        return await self._welcome(request, proved, who)

    async def _welcome(self, request: Request, proved: Proved, who: SignIn) -> Response:
        held = self.cookies.session.read(request.scope["headers"])
        begun = await sessions.begin(
            sessions.NewSession(
                member_id=who.member_id,
                issuer=proved.claims.issuer,
                subject=proved.claims.subject,
                sid=proved.sid,
                sealed_id_token=self._seal.close(proved.id_token),
                acr=proved.acr,
                auth_time=proved.auth_time,
                user_agent=_user_agent(request),
            ),
            lasting=min(self._lasting, self._staff_lasting) if who.staff else self._lasting,
            replacing=digest(held) if held else None,
        )
        await self._directory.note("session.began", member_id=who.member_id, subject_id=begun.id)
        target = proved.target
        if who.hint is not None:
            target = "/sign-in?" + urlencode({"hint": who.hint.value, "next": target})
        response = _see_other(target)
        self.cookies.session.set(response, begun.token)
        return response

    async def sign_out(self, request: Request) -> Response:
        """POST /sign-out: here first, whatever the provider then does."""
        held = self.cookies.session.read(request.scope["headers"])
        ended = await sessions.end(digest(held)) if held else None
        address = None
        if ended is not None:
            await self._directory.note("session.ended", member_id=ended.member_id, subject_id=ended.id)
            provider = self.providers.issuing(ended.issuer)
            if provider is not None:
                id_token = self._seal.open(ended.sealed_id_token)
                address = await door.way_out(provider, id_token=id_token, landing=self._base + "/signed-out")
        response = _see_other(address or "/signed-out")
        self.cookies.session.clear(response)
        return response

    async def signed_out(self, request: Request) -> Response:
        return self._page(request, "signed_out.html", {})

    def _callback(self, provider: Provider) -> str:
        return f"{self._base}/auth/callback/{provider.name}"

    def _failed(self, request: Request, failed: SignInError, status: int | None = None) -> Response:
        return self._refused(request, failed.reason, target=failed.target, status=status)

    def _refused(
        self,
        request: Request,
        reason: str,
        *,
        target: str = "/",
        until: datetime | None = None,
        note: str | None = None,
        status: int | None = None,
    ) -> Response:
        context = {"reason": reason, "until": until, "note": note, "next": target}
        return self._page(request, "sign_in_refused.html", context, status or STATUS.get(reason, 400))

    def _page(
        self, request: Request, template: str, context: Mapping[str, Any], status: int = 200
    ) -> Response:
        response = self._render(request, template, context, status)
        response.headers["Cache-Control"] = "no-store"
        return response


def auth_routes(doors: Doors) -> Sequence[BaseRoute]:
    """Back-channel logout, LTI and SCIM get their routes here when they arrive."""
    return (
        Route("/sign-in", doors.choose),
        Route("/sign-in/{provider}", doors.begin, methods=["POST"]),
        Route("/auth/callback/{provider}", doors.come_back, methods=["GET"]),
        Route("/sign-out", doors.sign_out, methods=["POST"]),
        Route("/signed-out", doors.signed_out),
    )


def site_cookies(settings: Settings) -> Cookies:
    return cookies_for(
        settings.site.base_url,
        session_days=settings.auth.session_absolute_days,
        sign_in_seconds=int(LIFETIME.total_seconds()),
    )


def _see_other(address: str) -> RedirectResponse:
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


def _user_agent(request: Request) -> str:
    """Shown to the member in the list of sessions: printable, short."""
    said = request.headers.get("user-agent", "")[:USER_AGENT_LENGTH]
    return "".join(c for c in said if c.isprintable())
