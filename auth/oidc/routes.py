"""The OpenID Connect door as URLs: press a provider's button, come back from it."""

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.directory import Directory
from auth.entrance import CONNECTED, Entrance, not_yet, see_other
from auth.form import FormError, parse_fields, read_form
from auth.oidc import door
from auth.oidc.door import Errand, SignInError
from auth.oidc.providers import Provider, Providers
from auth.oidc.reserved import DEMO_ISSUER
from auth.oidc.target import safe_target
from auth.proof import Wish
from auth.sessions.cookies import Cookie, new_token


class OidcDoor:
    """``browser``: the cookie that binds a sign-in under way to the browser that began it."""

    def __init__(
        self, *, providers: Providers, entrance: Entrance, directory: Directory, browser: Cookie, base_url: str
    ) -> None:
        self._providers, self._entrance, self._directory = providers, entrance, directory
        self._browser, self._base = browser, base_url.rstrip("/")

    def routes(self) -> Sequence[Route]:
        return (
            Route("/sign-in/again", self.ask_again),
            Route("/sign-in/{provider}", self.begin, methods=["POST"]),
            Route("/sign-in/again/{provider}", self.begin_again, methods=["POST"]),
            Route("/sign-in/connect/{provider}", self.connect, methods=["POST"]),
            Route("/auth/callback/{provider}", self.come_back, methods=["GET"]),
        )

    async def begin(self, request: Request) -> Response:
        """POST with `next` and, for a face of the demo, `login_hint`."""
        return await self._begin(request, Wish.SIGN_IN)

    async def connect(self, request: Request) -> Response:
        """POST by a member who has just proved who they are: one more way in to the same account."""
        return not_yet(request) or await self._begin(request, Wish.CONNECT)

    async def ask_again(self, request: Request) -> Response:
        """The page of those who must prove once more who they are: a button for each provider they have."""
        target = safe_target(request.query_params.get("next"))
        if request.state.actor.is_anonymous:
            return see_other("/sign-in?" + urlencode({"next": target}))
        mine = await self._subjects(request)
        ways = [{"name": one.name, "label": one.label} for one in self._providers if one.issuer in mine]
        return self._entrance.page(request, "sign_in_again.html", {"ways": ways, "next": target})

    async def begin_again(self, request: Request) -> Response:
        if request.state.actor.is_anonymous or request.state.actor.by_token:
            return see_other("/sign-in")
        return await self._begin(request, Wish.AGAIN)

    async def _begin(self, request: Request, wish: Wish) -> Response:
        provider = self._providers.named(request.path_params["provider"])
        if provider is None:
            return await self._entrance.refuse(request, "unknown_provider", provider=None)
        try:
            form = await read_form(request)
        except FormError as wrong:
            return await self._entrance.refuse(request, wrong.reason, provider=provider.name)
        if slower := self._entrance.slow_down(request):
            return slower
        hint = form.get("login_hint")
        if wish is Wish.AGAIN and provider.issuer == DEMO_ISSUER:
            hint = (await self._subjects(request)).get(DEMO_ISSUER)
        errand = Errand(
            target=CONNECTED if wish is Wish.CONNECT else safe_target(form.get("next")),
            wish=wish,
            member_id=None if wish is Wish.SIGN_IN else request.state.actor.member_id,
            login_hint=hint,
        )
        try:
            return await self.send(request, provider, errand)
        except SignInError as failed:
            return await self._failed(request, provider, failed)

    def may_send(self, request: Request) -> bool:
        """Whether one more may be sent without being asked for."""
        return self._entrance.may_begin(request)

    async def send(self, request: Request, provider: Provider, errand: Errand) -> Response:
        """Send the browser on its errand; raises SignInError."""
        held = self._browser.read(request.scope["headers"])
        browser = held.decode("latin-1") if held else new_token()
        address = await door.begin(provider, errand, callback=self._callback(provider), browser=browser)
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

    async def _subjects(self, request: Request) -> dict[str, str]:
        """Issuer → subject of the ways in that this member has."""
        return dict(await self._directory.identities_of(request.state.actor.member_id))

    def _callback(self, provider: Provider) -> str:
        return f"{self._base}/auth/callback/{provider.name}"

    async def _failed(self, request: Request, provider: Provider, failed: SignInError) -> Response:
        if failed.quiet:
            return see_other(failed.errand.target)
        return await self._entrance.refuse(
            request,
            failed.reason,
            provider=provider.name,
            wish=failed.errand.wish,
            target=failed.errand.target,
            member_id=failed.errand.member_id,
        )
