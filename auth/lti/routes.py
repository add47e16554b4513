"""The door of learning platforms as URLs (LTI 1.3): our keys, registration, login, launch, the choice of a group."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from auth.actor import GroupRole, Status
from auth.csrf import origin_of
from auth.directory import Claims, Directory, SignIn
from auth.entrance import Entrance
from auth.form import FormError, parse_fields, read_form
from auth.framing import Framing, frame
from auth.lti import contexts, deep_linking, platforms, registration, transactions
from auth.lti.campus import Campus
from auth.lti.contexts import Context
from auth.lti.launch import Launch, LaunchRefusedError, checked
from auth.lti.platforms import Platform
from auth.lti.registration import RegistrationRefusedError
from auth.lti.transactions import Choosing, UnderWay
from auth.places import Pick, Places
from auth.proof import Proof
from auth.sessions.cookies import Cookies, new_token
from auth.sessions.models import SessionKind

EXEMPT: Final = frozenset({"/lti/login", "/lti/launch"})
LASTING: Final = timedelta(hours=24)
LARGEST_LOGIN: Final = 16_000
LARGEST_LAUNCH: Final = 100_000
STATUS: Final = {
    "oversize": 413,
    "unreachable": 503,
    "refused_by_platform": 403,
    "may_not_choose": 403,
    "no_course": 422,
    "unknown_group": 422,
}
_HANDED_ON: Final = ("login_hint", "lti_message_hint")
_FRAMES: Final = frozenset({"iframe", "frame", "embed", "object"})


class PlatformDoor:
    """One per process; ``demo`` lets the reserved issuer register."""

    def __init__(
        self,
        campus: Campus,
        *,
        site_name: str,
        directory: Directory,
        places: Places,
        entrance: Entrance,
        cookies: Cookies,
        demo: bool,
    ) -> None:
        self._campus, self._name, self._demo = campus, site_name, demo
        self._directory, self._places, self._entrance = directory, places, entrance
        self._cookie = cookies.launch

    def routes(self) -> Sequence[Route]:
        return (
            Route("/lti/jwks", self.jwks),
            Route("/lti/register", self.register),
            Route("/lti/login", self.login, methods=["GET", "POST"]),
            Route("/lti/launch", self.launch, methods=["POST"]),
            Route("/lti/choose", self.choose, methods=["POST"]),
        )

    async def jwks(self, request: Request) -> Response:
        return JSONResponse(await self._campus.own.public(), headers={"Cache-Control": "public, max-age=300"})

    # --- registration

    async def register(self, request: Request) -> Response:
        """GET with `ticket` of ours, `openid_configuration` and `registration_token` of the platform."""
        asked = request.query_params
        address = asked.get("openid_configuration", "")
        member_id, nonce = None, secrets.token_urlsafe(16)
        try:
            if request.method != "GET":
                raise RegistrationRefusedError("ticket_unknown")
            member_id = await registration.use_ticket(asked.get("ticket", ""))
            platform_id = await registration.register(
                address,
                asked.get("registration_token"),
                base_url=self._campus.base_url,
                name=self._name,
                outbound=self._campus.outbound,
                demo=self._demo,
            )
        except RegistrationRefusedError as refused:
            if self._entrance.is_noted(request):
                after: dict[str, str | int | None] = {"reason": refused.reason}
                await self._directory.note("platform.refused", member_id=member_id, after=after)
            if member_id is not None and platforms.is_safe(address, local=self._campus.is_local):
                frame(request, Framing(ancestors=frozenset({origin_of(address)})))
            shown = {"reason": refused.reason, "again": None}
            return self._page(request, "lti_refused.html", shown, STATUS.get(refused.reason, 400))
        await self._directory.note("platform.registered", member_id=member_id, subject_id=platform_id)
        frame(request, Framing(ancestors=frozenset({origin_of(address)}), nonce=nonce))
        return self._page(request, "lti_registered.html", {"nonce": nonce})

    # --- login and launch

    async def login(self, request: Request) -> Response:
        """Third-party initiated login (SF 5.1.1.1), answered by GET: a platform's own cookie may be Lax."""
        try:
            asked = parse_fields(request.url.query, largest=LARGEST_LOGIN)
            if request.method == "POST":
                asked |= await read_form(request, largest=LARGEST_LOGIN)
            if not all(map(str.isprintable, asked.values())):
                raise FormError("malformed")
        except FormError as refused:
            return await self._refuse(request, refused.reason)
        platform = await platforms.enabled(asked.get("iss", ""), asked.get("client_id"))
        if platform is None or platform.issuer in self._campus.reserved:
            return await self._refuse(request, "unknown_platform")
        if not asked.get("login_hint"):
            return await self._refuse(request, "incomplete_login", platform)
        if not asked.get("target_link_uri", "").startswith(self._campus.base_url + "/"):
            return await self._refuse(request, "foreign_target", platform)
        if slower := self._entrance.slow_down(request):
            return slower
        held = self._cookie.read(request.scope["headers"])
        browser, nonce = held.decode("latin-1") if held else new_token(), new_token()
        under_way = UnderWay(platform_id=platform.id, nonce=nonce, initiation=_again(asked))
        state = await transactions.begin(browser, under_way)
        response = RedirectResponse(
            self._authorization(platform, asked, state, nonce), 302, {"Cache-Control": "no-store"}
        )
        self._cookie.set(response, browser)
        return response

    def _authorization(self, platform: Platform, asked: dict[str, str], state: str, nonce: str) -> str:
        """SF 5.1.1.2: the parameters that the standard fixes, and the hints as they came."""
        query: dict[str, str] = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": platform.client_id,
            "redirect_uri": self._campus.base_url + "/lti/launch",
            "state": state,
            "nonce": nonce,
            **{name: asked[name] for name in _HANDED_ON if name in asked},
        }
        joint = "&" if "?" in platform.authorization_url else "?"
        return platform.authorization_url + joint + urlencode(query)

    async def launch(self, request: Request) -> Response:
        """POST by the browser from the platform's page (SF 5.1.1.3): the transaction, then the token."""
        try:
            form = await read_form(request, largest=LARGEST_LAUNCH)
        except FormError as refused:
            return await self._refuse(request, refused.reason)
        state, browser = form.get("state", ""), self._cookie.read(request.scope["headers"])
        under_way = await transactions.take(state, browser, UnderWay)
        if under_way is None:
            return await self._not_this_browser(request, state)
        platform = await platforms.enabled_id(under_way.platform_id)
        if platform is None:
            return await self._refuse(request, "unknown_platform")
        if "error" in form:
            return await self._refuse(request, "refused_by_platform", platform)
        campus = self._campus
        try:
            launch = await checked(
                platform, form.get("id_token", ""), under_way.nonce, campus.theirs, local=campus.is_local
            )
        except LaunchRefusedError as refused:
            return await self._refuse(request, refused.reason, platform)
        return await self._come_in(request, launch)

    async def _not_this_browser(self, request: Request, state: str) -> Response:
        """A frame without cookies, another browser, or a launch that is over: the first two can be tried in a tab."""
        under_way = await transactions.peek(state, UnderWay) if state else None
        if under_way is None:
            return await self._refuse(request, "expired")
        platform = await platforms.enabled_id(under_way.platform_id)
        again = "/lti/login?" + urlencode(under_way.initiation)
        return await self._refuse(request, "no_cookie", platform, again=again)

    async def _come_in(self, request: Request, launch: Launch) -> Response:
        """Who it is, which place is theirs, and where they go."""
        framed = _is_framed(request, launch)
        frame(request, Framing(ancestors=launch.platform.origins))
        who = await self._person(launch)
        if self._directory.sign_in_refused_reason(who) is not None:
            return await self._complete(request, launch.platform, launch.claims, None, framed=framed)
        await platforms.launched(launch.platform.id)
        context = await contexts.met(launch.deployment, launch.course) if launch.course else None
        if launch.deep_link is not None or (context and context.group_id is None and launch.leads):
            return await self._offer(request, launch, who, context, framed=framed)
        slug = await self._placed(launch, who, context)
        return await self._complete(request, launch.platform, launch.claims, slug, framed=framed)

    async def _complete(
        self, request: Request, platform: Platform, claims: Claims, slug: str | None, *, framed: bool
    ) -> Response:
        """In a frame the session is a limited one, and the group's page is the one below /embed/."""
        proof = Proof(
            target=(("/embed" if framed else "") + f"/g/{quote(slug)}") if slug else "/embed/" if framed else "/",
            label=platform.name,
            new_status=Status.ACTIVE,
            kind=SessionKind.EMBEDDED if framed else SessionKind.LTI,
            lasting=LASTING,
        )
        return await self._entrance.complete(request, claims, proof)

    async def _person(self, launch: Launch) -> SignIn:
        claims = launch.claims
        found = await self._directory.find(claims.issuer, claims.subject)
        found = found or await self._directory.admit(claims, Status.ACTIVE)
        assert found is not None  # only an address can be taken, and these claims bring none
        return found

    async def _placed(self, launch: Launch, who: SignIn, context: Context | None) -> str | None:
        """Their place in the course's group; the group that they wanted, else the course's."""
        if context is None:
            return launch.wish
        role = await contexts.saw(context.id, [launch.claims.subject], launch.role)
        if context.group_id is None:
            return launch.wish
        await self._places.give(who.member_id, context.group_id, source_of(launch.platform, context.id), role)
        return launch.wish or (await self._places.named(context.group_id)).slug

    # --- the choice of a group

    async def _offer(
        self, request: Request, launch: Launch, who: SignIn, context: Context | None, *, framed: bool
    ) -> Response:
        """A page of groups to choose from, for those who lead the course; no session yet."""
        if not launch.leads:
            return await self._refuse(request, "may_not_choose", launch.platform)
        course, link = launch.course, launch.deep_link
        if context is None or course is None:
            return await self._refuse(request, "no_course", launch.platform)
        choosing = Choosing(
            platform_id=launch.platform.id,
            member_id=who.member_id,
            subject=launch.claims.subject,
            deployment_id=launch.deployment_id,
            context_id=context.id,
            title=course.title,
            framed=framed,
            return_url=link.return_url if link else None,
            data=link.data if link else None,
        )
        held = self._cookie.read(request.scope["headers"])
        assert held is not None  # or the launch had been refused
        shown = {
            "state": await transactions.begin(held.decode("latin-1"), choosing),
            "course": course.title,
            "ours": await self._places.named(context.group_id) if context.group_id else None,
            "groups": [one for one in await self._places.to_pick(who.member_id) if one.id != context.group_id],
        }
        return self._page(request, "lti_choose.html", shown)

    async def choose(self, request: Request) -> Response:
        """POST with `state` and `group` (`ours`, `new` or an id): the deep link, or the course's group from now on."""
        try:
            form = await read_form(request)
        except FormError as refused:
            return await self._refuse(request, refused.reason)
        browser = self._cookie.read(request.scope["headers"])
        choosing = await transactions.take(form.get("state", ""), browser, Choosing)
        platform = await platforms.enabled_id(choosing.platform_id) if choosing else None
        if choosing is None or platform is None:
            return await self._refuse(request, "expired", platform)
        who_asks = await self._directory.find(platform.issuer, choosing.subject)
        if who_asks is None or self._directory.sign_in_refused_reason(who_asks) is not None:
            return await self._refuse(request, "expired", platform)
        frame(request, Framing(ancestors=platform.origins))
        pick = await self._picked(platform, choosing, form.get("group", ""))
        if pick is None:
            return await self._refuse(request, "unknown_group", platform)
        if choosing.return_url is None:
            who = Claims(provider=platform.source, issuer=platform.issuer, subject=choosing.subject)
            return await self._complete(request, platform, who, pick.slug, framed=choosing.framed)
        return await self._hand_in(request, platform, choosing, choosing.return_url, pick)

    async def _picked(self, platform: Platform, choosing: Choosing, wish: str) -> Pick | None:
        """The group, if it is theirs to choose; a course that has none gets it, and they their place there."""
        source, ours = source_of(platform, choosing.context_id), await contexts.group_of(choosing.context_id)
        pick: Pick | None = None
        if wish == "ours" and ours is not None:
            pick = await self._places.named(ours)
        elif wish == "new" and ours is None:
            pick = await self._places.course_group(source, choosing.title, choosing.member_id)
        else:
            mine = await self._places.to_pick(choosing.member_id)
            pick = next((one for one in mine if str(one.id) == wish), None)
        if pick is None or await contexts.bind(choosing.context_id, pick.id) != pick.id:
            return pick
        role = await contexts.saw(choosing.context_id, [choosing.subject], GroupRole.FACILITATOR)
        await self._places.give(choosing.member_id, pick.id, source, role)
        if ours is None:
            await self._directory.note(
                "platform.course_led",
                member_id=choosing.member_id,
                subject_id=platform.id,
                group_id=pick.id,
                after={"source": source},
            )
        return pick

    async def _hand_in(
        self, request: Request, platform: Platform, choosing: Choosing, return_url: str, pick: Pick
    ) -> Response:
        """A form that posts itself, or by its button, to the platform (Deep Linking 2.0, 4.5)."""
        token = await deep_linking.answer(
            platform, choosing, pick, keys=self._campus.own, base_url=self._campus.base_url
        )
        nonce = secrets.token_urlsafe(16)
        forms = frozenset({origin_of(return_url)})
        frame(request, Framing(ancestors=platform.origins, forms=forms, nonce=nonce))
        shown = {"action": return_url, "token": token, "nonce": nonce, "group": pick.title}
        return self._page(request, "lti_hand_in.html", shown)

    # --- refusals

    async def _refuse(
        self, request: Request, reason: str, platform: Platform | None = None, *, again: str | None = None
    ) -> Response:
        """The page that says why nobody came in, and the audit row of it."""
        source = platform.source if platform else None
        frame(request, Framing(ancestors=platform.origins if platform else await platforms.framing_origins()))
        if self._entrance.is_noted(request):
            after: dict[str, str | int | None] = {"reason": reason, "provider": source}
            await self._directory.note("session.refused", member_id=None, after=after)
            if platform is not None:
                await platforms.failed(platform.id, reason)
        shown = {"reason": reason, "again": again}
        return self._page(request, "lti_refused.html", shown, STATUS.get(reason, 400))

    def _page(self, request: Request, template: str, shown: dict[str, Any], status: int = 200) -> Response:
        return self._entrance.page(request, template, shown, status)


def source_of(platform: Platform, context_id: int) -> str:
    """How the grants of one course name where they come from."""
    return f"{platform.source}:{context_id}"


def _again(asked: dict[str, str]) -> dict[str, str]:
    """What begins this launch once more."""
    kept = ("iss", "client_id", "login_hint", "lti_message_hint", "target_link_uri", "lti_deployment_id")
    return {name: asked[name] for name in kept if name in asked}


def _is_framed(request: Request, launch: Launch) -> bool:
    """The browser knows; where it does not say, the platform's word counts."""
    said = request.headers.get("sec-fetch-dest")
    return said in _FRAMES if said else launch.framed
