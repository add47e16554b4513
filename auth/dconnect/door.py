"""People come in by another site's word: `POST /sign-in/dconnect/{name}`, and back to `/auth/dconnect/{name}`."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.actor import Status
from auth.csrf import origin_of
from auth.dconnect import groups, nonces
from auth.dconnect.wire import WireError, pack, unpack
from auth.directory import Claims
from auth.entrance import CONNECTED, Entrance, not_yet, see_other
from auth.form import FormError, parse_fields, read_form
from auth.oidc import transactions
from auth.oidc.claims import claims_of
from auth.oidc.target import safe_target
from auth.oidc.transactions import UnderWay
from auth.places import Places, Wanted
from auth.proof import Proof, Wish
from auth.sessions.cookies import Cookie, new_token
from auth.sessions.models import SessionKind
from auth.ways import Way
from config.settings import DConnectSettings, Settings


class DConnectDoor:
    """``browser``: the cookie that binds a sign-in under way to the browser that began it."""

    def __init__(self, settings: Settings, *, entrance: Entrance, places: Places, browser: Cookie) -> None:
        sites = settings.auth.dconnect
        self._sites = {site.name: site for site in sites}
        self._places, self._groups = places, {source(site): site.groups for site in sites}
        entrance.followers.append(self.follow)
        self._base, self._new_members = settings.site.base_url.rstrip("/"), settings.auth.new_members
        self._entrance, self._browser = entrance, browser
        # Where our forms lead on to.
        self.origins = frozenset(origin_of(site.url) for site in sites)

    def routes(self) -> Sequence[Route]:
        return (
            Route("/sign-in/dconnect/{name}", self.begin, methods=["POST"]),
            Route("/sign-in/connect/dconnect/{name}", self.connect, methods=["POST"]),
            Route("/auth/dconnect/{name}", self.come_back, methods=["GET"]),
        )

    def buttons(self) -> list[dict[str, str]]:
        """For the sign-in page; the name is the end of the form's address."""
        return [{"name": f"dconnect/{site.name}", "label": site.label} for site in self._sites.values()]

    def ways(self) -> list[Way]:
        return [
            Way(
                issuer=source(site),
                label=site.label,
                source=source(site),
                connect=f"/sign-in/connect/dconnect/{site.name}",
            )
            for site in self._sites.values()
        ]

    async def begin(self, request: Request) -> Response:
        return await self._begin(request, Wish.SIGN_IN)

    async def connect(self, request: Request) -> Response:
        return not_yet(request) or await self._begin(request, Wish.CONNECT)

    async def _begin(self, request: Request, wish: Wish) -> Response:
        site = self._sites.get(request.path_params["name"])
        if site is None:
            return await self._entrance.refuse(request, "unknown_provider", provider=None)
        try:
            form = await read_form(request)
        except FormError as wrong:
            return await self._entrance.refuse(request, wrong.reason, provider=source(site))
        if slower := self._entrance.slow_down(request):
            return slower
        held = self._browser.read(request.scope["headers"])
        browser, nonce = held.decode("latin-1") if held else new_token(), new_token()
        connecting = wish is Wish.CONNECT
        under_way = UnderWay(
            nonce="",
            verifier="",
            target=CONNECTED if connecting else safe_target(form.get("next")),
            wish=wish,
            member_id=request.state.actor.member_id if connecting else None,
        )
        await transactions.begin(nonce, browser, source(site), under_way)
        asked = {"nonce": nonce, "return_sso_url": f"{self._base}/auth/dconnect/{site.name}"}
        response = see_other(f"{site.url}?{urlencode(pack(asked, site.secret))}")
        self._browser.set(response, browser)
        return response

    async def come_back(self, request: Request) -> Response:
        site = self._sites.get(request.path_params["name"])
        if site is None:
            return await self._entrance.refuse(request, "unknown_provider", provider=None)
        try:
            brought = parse_fields(request.scope["query_string"].decode("latin-1"))
            said = unpack(brought.get("sso", ""), brought.get("sig", ""), site.secret)
        except (FormError, WireError) as wrong:
            return await self._entrance.refuse(request, wrong.reason, provider=source(site))
        browser = self._browser.read(request.scope["headers"])
        under_way = await nonces.take(said["nonce"], browser, source(site))
        if isinstance(under_way, nonces.Spoilt):
            return await self._entrance.refuse(request, under_way.reason, provider=source(site))
        claims = claims_from(said, source(site))
        if claims is None:
            reason = "refused_by_provider" if said.get("failed") == "true" else "no_external_id"
            return await self._entrance.refuse(request, reason, provider=source(site), target=under_way.target)
        status = Status(site.new_members or self._new_members)
        proof = Proof(
            target=under_way.target,
            label=site.label,
            new_status=status,
            wish=under_way.wish,
            member_id=under_way.member_id,
            kind=SessionKind.DCONNECT,
        )
        return await self._entrance.complete(request, claims, proof)

    async def follow(self, claims: Claims, member_id: int) -> None:
        """The places that the site gives, as it now says; those of other sources stay as they are."""
        if allowed := self._groups.get(claims.issuer):
            held = await self._places.held(member_id, claims.issuer)
            slugs = groups.wanted(claims.said, held, allowed)
            if slugs is not None:
                await self._places.settle_member(
                    member_id, claims.issuer, [Wanted(group=slug) for slug in slugs]
                )


def source(site: DConnectSettings) -> str:
    """The issuer of its people, and the source of the places that it gives."""
    return f"dconnect:{site.name}"


def claims_from(said: Mapping[str, str], issuer: str) -> Claims | None:
    """None without an `external_id`. What it says of staff (`admin`, `moderator`) is nothing to us.

    An address counts as verified only where the site says that it need not be activated: silence is no proof.
    """
    return claims_of(
        issuer,
        {
            "iss": issuer,
            "sub": said.get("external_id"),
            "name": said.get("name"),
            "preferred_username": said.get("username"),
            "email": said.get("email"),
            "email_verified": said.get("require_activation", "").lower() == "false",
            **groups.said_of_groups(said),
        },
    )
