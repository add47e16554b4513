"""Where every door leads: whoever proved who they are comes in here, or is told why not.

A door (OpenID Connect, DiscourseConnect, LTI) checks what it was brought, makes `Claims` and a `Proof` of it and hands
both to `Entrance.complete`; what it refuses itself goes to `Entrance.refuse`. Nothing here knows a protocol.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from auth.actor import Status
from auth.directory import Claims, Directory, SignIn
from auth.sessions import commands as sessions
from auth.sessions.cookies import Cookies, digest
from auth.sessions.models import SessionKind
from auth.sessions.sealing import Seal
from config.settings import Settings

STATUS: Final = {
    "unknown_provider": 404,
    "oversize": 413,
    "unreachable": 503,
    "suspended": 403,
    "deactivated": 403,
    "cancelled": 200,
}
USER_AGENT_LENGTH: Final = 200


class Render(Protocol):
    """Makes a page of the forum; the composition root brings it."""

    def __call__(
        self, request: Request, template: str, context: Mapping[str, Any], status: int = 200
    ) -> Response: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What a door knows beside who it is: where they want to go, and what their session must remember.

    ``new_status`` is what somebody new is at first; ``lasting`` shortens the session of a door whose provider will
    not tell us of a sign-out.
    """

    target: str
    new_status: Status
    kind: SessionKind = SessionKind.OIDC
    id_token: str | None = None
    sid: str | None = None
    acr: str | None = None
    auth_time: int | None = None
    lasting: timedelta | None = None


class Entrance:
    """One per process, shared by all doors."""

    def __init__(
        self, settings: Settings, *, directory: Directory, cookies: Cookies, seal: Seal, render: Render
    ) -> None:
        self._lasting = timedelta(days=settings.auth.session_absolute_days)
        self._staff_lasting = timedelta(hours=settings.auth.staff_session_hours)
        self._directory, self._cookies, self._seal, self._render = directory, cookies, seal, render

    async def complete(self, request: Request, claims: Claims, proof: Proof) -> Response:
        """A verified person's way in: their account or a new one, and a session."""
        who = await self._directory.find(claims.issuer, claims.subject)
        if who is None:
            who = await self._directory.admit(claims, proof.new_status)
        refused = self._directory.sign_in_refused_reason(who)
        if refused is not None:
            return await self.refuse(
                request,
                refused.reason.value,
                provider=claims.provider,
                target=proof.target,
                member_id=who.member_id,
                until=refused.until,
                note=refused.note,
            )
        await self._admitted(claims, who)
        return await self._welcome(request, claims, proof, who)

    async def _admitted(self, claims: Claims, who: SignIn) -> None:
        """Every completed sign-in passes here, whatever its door: what follows from the claims belongs here."""

    async def _welcome(self, request: Request, claims: Claims, proof: Proof, who: SignIn) -> Response:
        held = self._cookies.session.read(request.scope["headers"])
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
        target = proof.target
        if who.hint is not None:
            target = "/sign-in?" + urlencode({"hint": who.hint.value, "next": target})
        response = see_other(target)
        self._cookies.session.set(response, begun.token)
        return response

    async def refuse(
        self,
        request: Request,
        reason: str,
        *,
        provider: str | None,
        target: str = "/",
        member_id: int | None = None,
        until: datetime | None = None,
        note: str | None = None,
    ) -> Response:
        """The page that says why nobody was let in, and the audit row of it; ``provider`` None: no such door."""
        after = {"reason": reason, "provider": provider}
        await self._directory.note("session.refused", member_id=member_id, after=after)
        context = {"reason": reason, "until": until, "note": note, "next": target}
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


def _user_agent(request: Request) -> str:
    """Shown to the member in the list of sessions: printable, short."""
    said = request.headers.get("user-agent", "")[:USER_AGENT_LENGTH]
    return "".join(c for c in said if c.isprintable())
