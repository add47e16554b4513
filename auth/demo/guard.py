"""The demo's provider lets anybody be anybody, so it answers to this machine only.

Asked of every request: the client's address is loopback, the Host is a loopback name (a page elsewhere that
had its name rebound to 127.0.0.1 sends its own), and nothing says that a proxy forwarded it. Otherwise it
does not exist.
"""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.sessions.cookies import is_loopback


class LoopbackOnly:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not is_local(scope):
            await PlainTextResponse("Not found", 404)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def is_local(scope: Scope) -> bool:
    client = scope.get("client")
    if not client or not is_loopback(client[0]):
        return False
    hosts = [value for key, value in scope["headers"] if key == b"host"]
    if len(hosts) != 1 or not is_loopback(_without_port(hosts[0].decode("latin-1"))):
        return False
    return not any(_speaks_of_a_proxy(key) for key, _ in scope["headers"])


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0].removeprefix("[")
    return host.partition(":")[0]


def _speaks_of_a_proxy(header: bytes) -> bool:
    return header in (b"forwarded", b"via", b"x-real-ip") or header.startswith(b"x-forwarded")
