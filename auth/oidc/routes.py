"""The OpenID Connect door as URLs: press a provider's button, come back from it."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.entrance import Entrance, see_other
from auth.form import FormError, parse_fields, read_form
from auth.oidc import door
from auth.oidc.door import SignInError
from auth.oidc.providers import Provider, Providers
from auth.oidc.target import safe_target
from auth.sessions.cookies import Cookie, new_token


class OidcDoor:
    """``browser``: the cookie that binds a sign-in under way to the browser that began it."""

    def __init__(self, *, providers: Providers, entrance: Entrance, browser: Cookie, base_url: str) -> None:
        self._providers, self._entrance, self._browser = providers, entrance, browser
        self._base = base_url.rstrip("/")

    def routes(self) -> Sequence[Route]:
        return (
            Route("/sign-in/{provider}", self.begin, methods=["POST"]),
            Route("/auth/callback/{provider}", self.come_back, methods=["GET"]),
        )

    async def begin(self, request: Request) -> Response:
        """POST with `next` and, for a face of the demo, `login_hint`."""
        provider = self._providers.named(request.path_params["provider"])
        if provider is None:
            return await self._entrance.refuse(request, "unknown_provider", provider=None)
        try:
            form = await read_form(request)
        except FormError as wrong:
            return await self._entrance.refuse(request, wrong.reason, provider=provider.name)
        target = safe_target(form.get("next"))
        held = self._browser.read(request.scope["headers"])
        browser = held.decode("latin-1") if held else new_token()
        try:
            address = await door.begin(
                provider,
                callback=self._callback(provider),
                browser=browser,
                target=target,
                login_hint=form.get("login_hint"),
            )
        except SignInError as failed:
            return await self._failed(request, provider, failed)
        response = see_other(address)
        self._browser.set(response, browser)
        return response

    async def come_back(self, request: Request) -> Response:
        provider = self._providers.named(request.path_params["provider"])
        if provider is None:
            return await self._entrance.refuse(request, "unknown_provider", provider=None)
        browser = self._browser.read(request.scope["headers"])
        try:
            brought = parse_fields(request.url.query)
        except FormError as wrong:
            return await self._entrance.refuse(request, wrong.reason, provider=provider.name)
        try:
            claims, proof = await door.come_back(
                provider, brought, browser, callback=self._callback(provider)
            )
        except SignInError as failed:
            return await self._failed(request, provider, failed)
        return await self._entrance.complete(request, claims, proof)

    def _callback(self, provider: Provider) -> str:
        return f"{self._base}/auth/callback/{provider.name}"

    async def _failed(self, request: Request, provider: Provider, failed: SignInError) -> Response:
        return await self._entrance.refuse(
            request, failed.reason, provider=provider.name, target=failed.target
        )
