"""Meeting a taken address: join the account that has it, after signing in there, or begin a new one without it."""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.directory import Connected, Directory
from auth.entrance import JOIN, Entrance, see_other
from auth.proof import Wish
from auth.sessions.cookies import Cookie
from auth.waiting import Waiting, WaitingRoom

SIGN_IN_FIRST: Final = "/sign-in?next=" + JOIN
PROVE_AGAIN: Final = "/sign-in/again?next=" + JOIN


class Joining:
    """``cookie`` holds the token of who waits in this browser."""

    def __init__(self, *, entrance: Entrance, directory: Directory, room: WaitingRoom, cookie: Cookie) -> None:
        self._entrance, self._directory, self._room, self._cookie = entrance, directory, room, cookie

    def routes(self) -> Sequence[Route]:
        return (
            Route(JOIN, self.ask),
            Route(JOIN + "/confirm", self.join, methods=["POST"]),
            Route(JOIN + "/new", self.begin_anew, methods=["POST"]),
        )

    async def ask(self, request: Request) -> Response:
        """What they can do, which depends on who they are signed in as."""
        waiting = await self._room.look(self._token(request))
        if waiting is None:
            return await self._too_late(request)
        actor = request.state.actor
        context = {
            "label": waiting.proof.label,
            "email": waiting.claims.email,
            "signed_in": not actor.is_anonymous,
            "theirs": await self._is_theirs(request, waiting),
            "sign_in": SIGN_IN_FIRST,
            "next": waiting.proof.target,
        }
        return self._entrance.page(request, "join.html", context)

    async def join(self, request: Request) -> Response:
        waiting = await self._room.look(self._token(request))
        if waiting is None:
            return await self._too_late(request)
        actor = request.state.actor
        if actor.is_anonymous or actor.by_token:
            return see_other(SIGN_IN_FIRST)
        if not await self._is_theirs(request, waiting):
            return see_other(JOIN)
        # An open browser that somebody left behind proves nothing: the sign-in must be younger than the question.
        session = request.state.session
        if not actor.fresh and (session is None or session.created_at < waiting.since):
            return see_other(PROVE_AGAIN)
        if await self._room.take(self._token(request)) is None:
            return await self._too_late(request)
        done = await self._directory.connect(actor.member_id, waiting.claims, "joined")
        if done is Connected.ANOTHERS:
            return await self._entrance.refuse(
                request,
                "identity_taken",
                provider=waiting.claims.provider,
                wish=Wish.CONNECT,
                target=waiting.proof.target,
                member_id=actor.member_id,
            )
        await self._entrance.connected(waiting.claims)
        return self._forgotten(see_other(waiting.proof.target))

    async def begin_anew(self, request: Request) -> Response:
        waiting = await self._room.take(self._token(request))
        if waiting is None:
            return await self._too_late(request)
        return self._forgotten(await self._entrance.complete(request, waiting.claims, waiting.proof, anew=True))

    async def _is_theirs(self, request: Request, waiting: Waiting) -> bool:
        actor, email = request.state.actor, waiting.claims.email
        return not actor.is_anonymous and await self._directory.has_address(actor.member_id, email or "")

    async def _too_late(self, request: Request) -> Response:
        return self._forgotten(await self._entrance.refuse(request, "expired", provider=None))

    def _token(self, request: Request) -> bytes | None:
        return self._cookie.read(request.scope["headers"])

    def _forgotten(self, response: Response) -> Response:
        self._cookie.clear(response)
        return response
