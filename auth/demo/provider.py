"""The demo identity, mounted at /_demo: faces to click, and the provider behind them.

Only `forum demo` imports this package. Browsers reach it through `LoopbackOnly`; the forum itself asks for
discovery, keys and tokens in process, so the reserved issuer never meets a name server.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.oauth2.rfc6749 import OAuth2Error
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, Router

from auth.demo.guard import LoopbackOnly
from auth.demo.pages import CoursePages
from auth.demo.server import SECRET_METHODS, Client, Incoming, Server
from auth.demo_door import Face
from auth.oidc.reserved import DEMO_ISSUER
from auth.sessions.cookies import is_loopback
from config.settings import ProviderSettings, Secret

if TYPE_CHECKING:
    from auth.entrance import Render

NAME: Final = "demo"
MOUNT: Final = "/_demo"
CLIENT_ID: Final = "plenary"


class DemoProvider:
    """Made once at the start of `forum demo`; a site that is not on a loopback address is refused.

    ``courses`` is the platform beside it, which shares its issuer: whoever it names is known here.
    """

    def __init__(
        self, faces: Sequence[Face], *, base_url: str, render: "Render", courses: CoursePages | None = None
    ) -> None:
        if not is_loopback(urlsplit(base_url).hostname or ""):
            raise ValueError("the demo runs on a loopback address only")
        base = base_url.rstrip("/")
        self.faces = tuple(faces)
        self._by_subject = {face.subject: face for face in self.faces}
        self._public = f"{base}{MOUNT}/op"
        self._client = Client(
            client_id=CLIENT_ID,
            secret=secrets.token_urlsafe(32),
            redirect_uri=f"{base}/auth/callback/{NAME}",
            client_metadata={"post_logout_redirect_uris": [f"{base}/signed-out"]},
        )
        self._server, self._render, self._courses = Server(self._client), render, courses

    @property
    def courses_path(self) -> str:
        return f"{MOUNT}/courses" if self._courses else ""

    def as_provider(self) -> ProviderSettings:
        return ProviderSettings(
            name=NAME,
            label="Demo: choose who to be",
            issuer=DEMO_ISSUER,
            client_id=CLIENT_ID,
            client_secret=Secret(self._client.secret),
            new_members="active",
        )

    def mounts(self) -> Mapping[str, httpx2.AsyncBaseTransport]:
        """For `open_client`: the issuer's host, served in process."""
        inside = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/keys", self._keys),
                Route("/token", self._token, methods=["POST"]),
                *(self._courses.platform.for_servers() if self._courses else ()),
            ]
        )
        return {DEMO_ISSUER: httpx2.ASGITransport(app=inside)}

    def route(self) -> Mount:
        """What browsers see: the faces, the authorization endpoint and the end of the session."""
        # A router and no application: the pages are the site's own, made with what its application knows.
        pages = Router(
            routes=[
                Route("/", self._choose),
                Route("/op/authorize", self._authorize, methods=["GET", "POST"]),
                Route("/op/end", self._end, methods=["GET"]),
                *(self._courses.routes("/courses") if self._courses else ()),
            ]
        )
        return Mount(MOUNT, LoopbackOnly(pages))

    async def _discovery(self, request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": DEMO_ISSUER,
                "authorization_endpoint": self._public + "/authorize",
                "token_endpoint": DEMO_ISSUER + "/token",
                "jwks_uri": DEMO_ISSUER + "/keys",
                "end_session_endpoint": self._public + "/end",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": list(SECRET_METHODS),
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def _keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [self._server.key.as_dict(private=False)]})

    async def _token(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=20) as form:
            incoming = Incoming(request, form.multi_items())
        answer: Response = self._server.create_token_response(incoming)
        return answer

    async def _choose(self, request: Request) -> Response:
        """Each face signs in through the forum's ordinary door, which is asked to hint at that face."""
        return self._faces(request, f"/sign-in/{NAME}", {}, "login_hint")

    async def _authorize(self, request: Request) -> Response:
        """The face that was clicked here, or hinted at, comes in at once; otherwise the faces are shown."""
        form: list[tuple[str, Any]] = []
        if request.method == "POST":
            async with request.form(max_files=0, max_fields=5) as sent:
                form = [(key, value) for key, value in sent.multi_items() if key == "face"]
        incoming = Incoming(request)
        wish = dict(form).get("face") or request.query_params.get("login_hint")
        face = self._by_subject.get(wish) if isinstance(wish, str) else None
        try:
            grant = self._server.get_consent_grant(incoming, end_user=face)
        except OAuth2Error as error:
            refusal: Response = self._server.handle_error_response(incoming, error)
            return _naming_issuer(refusal)
        if face is None:
            here = f"{MOUNT}/op/authorize?" + urlencode(request.query_params.multi_items())
            return self._faces(request, here, {}, "face")
        answer: Response = self._server.create_authorization_response(incoming, grant_user=face, grant=grant)
        return _naming_issuer(answer)

    def _faces(self, request: Request, action: str, fields: Mapping[str, str], choice: str) -> Response:
        context = {"faces": self.faces, "action": action, "fields": fields, "choice": choice}
        return self._render(request, "demo_faces.html", context, 200)

    async def _end(self, request: Request) -> Response:
        try:
            asked = self._server.validate_endpoint_request("end_session", Incoming(request))
        except OAuth2Error:
            return PlainTextResponse("This sign-out was not understood.", 400)
        landing: Response | None = self._server.create_endpoint_response("end_session", asked)
        return landing or RedirectResponse("/signed-out", 303)


def _naming_issuer(response: Response) -> Response:
    """RFC 9207: the answer says whose it is; and a POST is followed by a GET."""
    location = response.headers.get("location")
    if location is None:
        return response
    glue = "&" if "?" in location else "?"
    return RedirectResponse(f"{location}{glue}{urlencode({'iss': DEMO_ISSUER})}", 303)
