"""Where every door leads: whoever proved who they are comes in here, or is told why not.

A door (OpenID Connect, DiscourseConnect, LTI) checks what it was brought, makes `Claims` and a `Proof` of it and hands
both to `Entrance.complete`; what it refuses itself goes to `Entrance.refuse`. Nothing here knows a protocol.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from auth.directory import Claims, Connected, Directory, SignIn
from auth.limiter import Limiter, network_of
from auth.proof import Proof, Wish
from auth.sessions import commands as sessions
from auth.sessions.cookies import Cookies, digest
from auth.sessions.models import SessionKind
from auth.sessions.sealing import Seal
from auth.waiting import WaitingRoom
from config.settings import Settings

STATUS: Final = {
    "unknown_provider": 404,
    "oversize": 413,
    "unreachable": 503,
    "suspended": 403,
    "deactivated": 403,
    "cancelled": 200,
    "identity_taken": 409,
    "not_same_member": 409,
    "step_up_not_satisfied": 403,
}
NOTED: Final = 60  # refusals of nobody in particular, a minute and network
JOIN: Final = "/sign-in/join"
WAYS_IN: Final = "/me/sign-in"
CONNECTED: Final = WAYS_IN + "?said=connected"
USER_AGENT_LENGTH: Final = 200
RETRY_AFTER: Final = "5"


class Render(Protocol):
    """Makes a page of the forum; the composition root brings it."""

    def __call__(
        self, request: Request, template: str, context: Mapping[str, Any], status: int = 200
    ) -> Response: ...


# What a door makes of the claims of a member (by id) who came in, or added a way in; it passes over others' claims.
Follower = Callable[[Claims, int], Awaitable[None]]


class Entrance:
    """One per process, shared by all doors."""

    def __init__(
        self,
        settings: Settings,
        *,
        directory: Directory,
        cookies: Cookies,
        seal: Seal,
        room: WaitingRoom,
        render: Render,
    ) -> None:
        self._lasting = timedelta(days=settings.auth.session_absolute_days)
        self._staff_lasting = timedelta(hours=settings.auth.staff_session_hours)
        self._directory, self._cookies, self._seal = directory, cookies, seal
        self._room, self._render = room, render
        self.followers: list[Follower] = []
        self._noted, self._begun = Limiter(NOTED, 60.0), Limiter(settings.limits.sign_ins_per_minute, 60.0)

    def is_noted(self, request: Request) -> bool:
        """Whether one more refusal of this network gets a row in the audit log: a flood gets few."""
        return self._noted.take(network_of(request.client.host if request.client else None))

    def may_begin(self, request: Request) -> bool:
        """Whether this network may begin one more sign-in now."""
        return self._begun.take(network_of(request.client.host if request.client else None))

    def slow_down(self, request: Request) -> Response | None:
        """The page for a network that begins more sign-ins a minute than the settings allow; None: go on.

        Each one that is begun is a row until it has ended or ten minutes are over.
        """
        if self.may_begin(request):
            return None
        context = {"reason": "too_many", "until": None, "note": None, "wish": Wish.SIGN_IN.value, "next": "/"}
        response = self.page(request, "sign_in_refused.html", context, 429)
        response.headers["Retry-After"] = RETRY_AFTER
        return response

    async def complete(
        self, request: Request, claims: Claims, proof: Proof, *, anew: bool = False
    ) -> Response:
        """What follows from a proof: a way in, one more way in, or a fresh session.

        ``anew``: they know that their address is taken, and want an account of their own without it.
        """
        who = await self._directory.find(claims.issuer, claims.subject)
        match proof.wish:
            case Wish.CONNECT:
                return await self._connect(request, claims, proof)
            case Wish.AGAIN if not self._is_asker(request, proof, who):
                return await self._refuse(request, "step_up_not_satisfied", claims, proof)
            case Wish.SILENT if who is None:
                # Nobody gets an account without having asked for one.
                return see_other(proof.target)
        if who is None:
            who = await self._directory.admit(
                claims, proof.new_status, anew=anew, owned_domains=proof.owned_domains
            )
        if who is None:
            return await self._ask_to_join(claims, proof)
        refused = self._directory.sign_in_refused_reason(who)
        if refused is not None:
            return await self.refuse(
                request,
                refused.reason.value,
                provider=claims.provider,
                wish=proof.wish,
                target=proof.target,
                member_id=who.member_id,
                until=refused.until,
                note=refused.note,
            )
        await self._admitted(claims, who)
        return await self._welcome(request, claims, proof, who)

    async def _admitted(self, claims: Claims, who: SignIn) -> None:
        """Every completed sign-in passes here, whatever its door: what follows from the claims follows now."""
        for follow in self.followers:
            await follow(claims, who.member_id)

    async def connected(self, claims: Claims) -> None:
        """An identity was added to an account: what its claims say holds from now on."""
        who = await self._directory.find(claims.issuer, claims.subject)
        if who is not None:
            await self._admitted(claims, who)

    def _is_asker(self, request: Request, proof: Proof, who: SignIn | None) -> bool:
        """Whether who comes back is who went, and still the one whose browser this is."""
        actor = request.state.actor
        is_same = who is not None and who.member_id == proof.member_id == actor.member_id
        return is_same and not actor.by_token

    async def _connect(self, request: Request, claims: Claims, proof: Proof) -> Response:
        member_id = proof.member_id
        actor = request.state.actor
        if member_id is None or actor.member_id != member_id or actor.by_token:
            return await self._refuse(request, "not_same_member", claims, proof)
        done = await self._directory.connect(member_id, claims, "connected")
        if done is Connected.ANOTHERS:
            return await self._refuse(request, "identity_taken", claims, proof)
        await self.connected(claims)
        return see_other(proof.target)

    async def _ask_to_join(self, claims: Claims, proof: Proof) -> Response:
        response = see_other(JOIN)
        self._cookies.waiting.set(response, await self._room.keep(claims, proof))
        return response

    async def _welcome(self, request: Request, claims: Claims, proof: Proof, who: SignIn) -> Response:
        embedded = proof.kind is SessionKind.EMBEDDED
        cookie = self._cookies.embedded if embedded else self._cookies.session
        held = cookie.read(request.scope["headers"])
        limits = [self._lasting, *([self._staff_lasting] if who.staff else []), *filter(None, [proof.lasting])]
        begun = await sessions.begin(
            sessions.NewSession(
                member_id=who.member_id,
                kind=proof.kind,
                issuer=claims.issuer,
                subject=claims.subject,
                sid=proof.sid,
                sealed_id_token=self._seal.close(proof.id_token) if proof.id_token else None,
                acr=proof.acr,
                auth_time=proof.auth_time,
                user_agent=_user_agent(request),
            ),
            lasting=min(limits),
            replacing=digest(held) if held else None,
        )
        await self._directory.note(
            "session.began",
            member_id=who.member_id,
            subject_id=begun.id,
            after={"provider": claims.provider, "kind": proof.kind.value},
        )
        response = see_other(proof.target)
        cookie.set(response, begun.token)
        return response

    async def _refuse(self, request: Request, reason: str, claims: Claims, proof: Proof) -> Response:
        return await self.refuse(
            request,
            reason,
            provider=claims.provider,
            wish=proof.wish,
            target=proof.target,
            member_id=proof.member_id,
        )

    async def refuse(
        self,
        request: Request,
        reason: str,
        *,
        provider: str | None,
        wish: Wish = Wish.SIGN_IN,
        target: str = "/",
        member_id: int | None = None,
        until: datetime | None = None,
        note: str | None = None,
    ) -> Response:
        """The page that says why nobody was let in, and the audit row of it; ``provider`` None: no such door.

        Who was asked in silence did not ask for anything: they go on to their page.
        """
        if member_id is not None or self.is_noted(request):
            after = {"reason": reason, "provider": provider}
            await self._directory.note("session.refused", member_id=member_id, after=after)
        if wish is Wish.SILENT:
            return see_other(target)
        context = {"reason": reason, "until": until, "note": note, "wish": wish.value, "next": target}
        return self.page(request, "sign_in_refused.html", context, STATUS.get(reason, 400))

    def page(
        self, request: Request, template: str, context: Mapping[str, Any], status: int = 200
    ) -> Response:
        """A page of the doors: never kept by anybody."""
        response = self._render(request, template, context, status)
        response.headers["Cache-Control"] = "no-store"
        return response


def see_other(address: str) -> RedirectResponse:
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


def not_yet(request: Request) -> Response | None:
    """Where somebody must go before they may connect one more way in; None: they may. Never by a token."""
    actor = request.state.actor
    if actor.is_anonymous or actor.by_token:
        return see_other("/sign-in?next=" + WAYS_IN)
    return None if actor.fresh else see_other("/sign-in/again?next=" + WAYS_IN)


def _user_agent(request: Request) -> str:
    """Shown to the member in the list of sessions: printable, short."""
    said = request.headers.get("user-agent", "")[:USER_AGENT_LENGTH]
    return "".join(c for c in said if c.isprintable())
