"""A course platform and the forum as two sites: ``python -m tests.browser.two_sites`` with what ``main`` takes.

To a browser localhost and 127.0.0.1 are as foreign to each other as any two hosts, so the platform is at the one and
the forum at the other. Over https both show a certificate made for this run. ``/probe`` on both sides tries cookies of
our own making: set on the way out, and shown when the platform posts back.
"""
import asyncio
import datetime
import ipaddress
import socket
import ssl
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx2
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.demo.courses import Course, Link, Person, Role
from auth.demo.form_post import form_post
from auth.demo.pages import CoursePages, Standing
from auth.demo.platform import Platform
from config.loading import load
from forum.app import Site
from forum.kit.transaction import connection
from tests.auth.campus import REGISTRATION, TOOL

SECRET: Final = "a key for two sites, long enough to be taken"
LEARNER: Final = Person(subject="s-1", username="s1", name="Sefa Learner")
ADD: Final = """
    WITH platform AS (
        INSERT INTO lti_platforms (name, issuer, client_id, authorization_url, token_url, jwks_url, enabled)
        VALUES ('The LMS', $1, 'forum', $2, $3, $4, true) RETURNING id
    ), deployment AS (
        INSERT INTO lti_deployments (platform_id, deployment_id) SELECT id, '1' FROM platform RETURNING id
    )
    INSERT INTO lti_contexts (deployment_id, context_id, group_id)
    SELECT deployment.id, 'course', groups.id FROM deployment, groups WHERE groups.slug = 'closed-group'
"""
KINDS: Final = {
    "lax": "SameSite=Lax",
    "lax-secure": "SameSite=Lax; Secure",
    "strict": "SameSite=Strict",
    "none": "SameSite=None; Secure",
    "partitioned": "SameSite=None; Secure; Partitioned",
}


def certificate(folder: Path) -> Path:
    """Key and certificate of both names, signed by itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "two sites")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "two-sites.pem"
    file.write_bytes(private + made.public_bytes(pem))
    return file


class NoForum:
    """What the course pages ask is not asked here."""

    async def standing(self, course_id: str, subject: str | None) -> Standing:
        return Standing()

    async def roster(self, course_id: str, *, force: bool) -> str:
        return "roster_failed"


def page(request: Request, template: str, context: Mapping[str, Any], status: int = 200) -> Response:
    """A course page without the forum around it: its links, or its frame."""
    if template == "demo_frame.html":
        return HTMLResponse(f'<!doctype html><iframe src="{context["frame"]}" width="900" height="500"></iframe>')
    link = f'<a href="{context.get("here")}/open/l1" target="_blank" rel="noopener">Open the discussion</a>'
    return HTMLResponse(f"<!doctype html><title>Course</title>{link}")


def lms_app(platform: Platform, forum: str) -> ASGIApp:
    pages = CoursePages(platform, faces=(LEARNER.subject,), forum=NoForum(), render=page)

    async def probe(request: Request) -> Response:
        """A tab, a frame, or the way back by POST, as the platform's own authorization endpoint does it."""
        if request.url.path == "/probe/back":
            return form_post(forum + "/probe/show", {"a": "b"}, framed_by=platform.public)
        start = forum + "/probe/set"
        inner = f'<iframe src="{start}"></iframe>' if "frame" in request.query_params else ""
        return HTMLResponse(f'<!doctype html><title>Probe</title><a href="{start}">begin</a>{inner}')

    probes = [Route("/probe", probe), Route("/probe/back", probe)]
    return Router([*pages.routes("/courses"), *platform.for_servers(), *probes])


def forum_app(site: ASGIApp, lms: str) -> ASGIApp:
    async def set_all(request: Request) -> Response:
        response = RedirectResponse(lms + "/probe/back", 302)
        for name, rules in KINDS.items():
            response.headers.append("set-cookie", f"probe-{name}=1; Path=/; {rules}")
        return response

    async def show(request: Request) -> Response:
        if request.method == "POST":
            return RedirectResponse("/probe/show?after=" + _came(request), 303)
        after = request.query_params["after"]
        return HTMLResponse(f"<!doctype html><p id=post>{after}</p><p id=get>{_came(request)}</p>")

    probes = Router([Route("/probe/set", set_all), Route("/probe/show", show, methods=["GET", "POST"])])

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["type"] == "http" and scope["path"].startswith("/probe")
        await (probes if ours else site)(scope, receive, send)

    return app


def _came(request: Request) -> str:
    return ",".join(name for name in KINDS if f"probe-{name}" in request.cookies)


def platform_of(lms: str, forum: str, client: httpx2.AsyncClient) -> Platform:
    link = Link(id="l1", title="Discussion", url=forum + "/lti/launch")
    course = Course(id="course", code="C", title="A course", about="", roles={"s-1": Role.LEARNER}, links=[link])
    platform = Platform([course], [LEARNER], issuer=lms, public=lms + "/courses", tool=forum, client=client)
    own = "https://purl.imsglobal.org/spec/lti-tool-configuration"
    moved = {name: value.replace(TOOL, forum) for name, value in REGISTRATION.items() if isinstance(value, str)}
    said = {**REGISTRATION, **moved, "redirect_uris": [forum + "/lti/launch"]}
    platform.register({**said, own: {"target_link_uri": forum + "/lti/launch"}}, client_id="forum")
    return platform


class Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


async def main(database: str, scheme: str, lms_port: int, forum_port: int, pem: str) -> None:
    lms, forum = f"{scheme}://localhost:{lms_port}", f"{scheme}://127.0.0.1:{forum_port}"
    settings = load(
        environ={},
        site_base_url=forum,
        site_secret_key=SECRET,
        database_url=database,
        limits_private_hosts=["localhost"],
        search_folder=str(Path(pem).parent / "search"),
    )
    site = Site(settings)
    trusted = ssl.create_default_context(cafile=pem)
    async with httpx2.AsyncClient(verify=trusted) as client, site.running(database):
        platform = platform_of(lms, forum, client)
        async with connection() as sql:
            await sql.execute(ADD, lms, lms + "/courses/authorize", lms + "/lti/token", lms + "/lti/keys")
        tls = {"ssl_certfile": pem} if scheme == "https" else {}
        apps = ((lms_app(platform, forum), lms_port), (forum_app(site.app, lms), forum_port))
        servers = [
            Server(uvicorn.Config(app, port=port, lifespan="off", log_level="warning", **tls))  # type: ignore[arg-type]
            for app, port in apps
        ]
        serving = [asyncio.create_task(server.serve()) for server in servers]
        for server in servers:
            await server.listening.wait()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.gather(*serving)


if __name__ == "__main__":
    database, scheme, lms_port, forum_port, pem = sys.argv[1:]
    asyncio.run(main(database, scheme, int(lms_port), int(forum_port), pem))
