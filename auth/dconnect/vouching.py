"""Another site asks who somebody is: `GET /session/sso_provider`, the path that DiscourseConnect's clients know."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.actor import Actor
from auth.csrf import origin_of
from auth.dconnect import clients, nonces
from auth.dconnect.clients import Asked
from auth.dconnect.wire import WireError
from auth.directory import Directory
from auth.entrance import Entrance, see_other
from auth.form import FormError, parse_fields
from auth.oidc.target import LONGEST
from auth.sessions import commands as sessions
from auth.sessions.cookies import Cookie, digest
from config.settings import DConnectClientSettings

PATH: Final = "/session/sso_provider"
STATUS: Final = {"oversize": 413, "pending": 403, "no_session": 403, "viewing": 403}


class Vouching:
    """The answers of this site about its members; ``cookie`` is the session's."""

    def __init__(
        self,
        clients: tuple[DConnectClientSettings, ...],
        *,
        directory: Directory,
        entrance: Entrance,
        cookie: Cookie,
    ) -> None:
        self._clients, self._directory, self._entrance, self._cookie = clients, directory, entrance, cookie
        # Where a sign-in that was begun for another site leads on to.
        self.origins = frozenset(origin_of(client.return_to) for client in clients)

    def routes(self) -> Sequence[Route]:
        return (Route(PATH, self.answer, methods=["GET"]),)

    async def answer(self, request: Request) -> Response:
        """Signed in: back with a signed answer. Not yet: to sign-in first, and then here again."""
        try:
            asked, again = self._asked(request)
        except (FormError, WireError) as wrong:
            return await self._refused(request, wrong.reason)
        if asked.leaving:
            return await self._leave(request, asked)
        actor: Actor = request.state.actor
        if actor.is_anonymous:
            if asked.quiet:
                return see_other(asked.answer(failed=True, prompt="none"))
            return see_other("/sign-in?" + urlencode({"next": again}))
        refusal = _refusal(request, actor) or await self._replayed(request, asked)
        if refusal is not None:
            return await self._refused(request, refusal, asked)
        return await self._vouch(asked, actor)

    def _asked(self, request: Request) -> tuple[Asked, str]:
        """What is asked, and the path that asks it again after sign-in."""
        brought = parse_fields(request.scope["query_string"].decode("latin-1"))
        again = f"{PATH}?{urlencode({name: brought.get(name, '') for name in ('sso', 'sig')})}"
        if len(again) > LONGEST:
            raise WireError("oversize")
        return clients.read(brought.get("sso", ""), brought.get("sig", ""), self._clients), again

    async def _replayed(self, request: Request, asked: Asked) -> str | None:
        held = self._cookie.read(request.scope["headers"])
        return None if held and await nonces.claim(asked.nonce, held, asked.source) else "replayed"

    async def _vouch(self, asked: Asked, actor: Actor) -> Response:
        assert actor.member_id is not None
        known = await self._directory.vouched(actor.member_id, asked.client.groups)
        await self._directory.note(
            "session.vouched", member_id=actor.member_id, after={"provider": asked.source}
        )
        return see_other(
            asked.answer(
                external_id=actor.member_id,
                username=actor.username,
                name=actor.display_name,
                email=known.email,
                admin=actor.is_admin,
                moderator=actor.is_staff,
                groups=",".join(known.groups),
            )
        )

    async def _leave(self, request: Request, asked: Asked) -> Response:
        """Sign-out there is sign-out here; once, in the browser that brings it first."""
        response = see_other(asked.return_to)
        held = self._cookie.read(request.scope["headers"])
        if held is None:
            return response
        if await self._replayed(request, asked):
            return await self._refused(request, "replayed", asked)
        ended = await sessions.end(digest(held))
        if ended is not None:
            await self._directory.note(
                "session.ended",
                member_id=ended.member_id,
                subject_id=ended.id,
                after={"reason": "signed_out", "provider": asked.source},
            )
        self._cookie.clear(response)
        return response

    async def _refused(self, request: Request, reason: str, asked: Asked | None = None) -> Response:
        after: dict[str, str | int | None] = {"reason": reason}
        if asked is not None:
            after["provider"] = asked.source
        if self._entrance.is_noted(request):
            await self._directory.note("session.refused", member_id=request.state.actor.member_id, after=after)
        status = STATUS.get(reason, 400)
        return self._entrance.page(request, "not_vouched.html", {"reason": reason}, status)


def _refusal(request: Request, actor: Actor) -> str | None:
    """Only somebody's own browser: a token must not become a sign-in elsewhere, nor another member's view."""
    if actor.viewer_id is not None:
        return "viewing"
    if request.state.session is None:
        return "no_session"
    return None if actor.is_active else "pending"
