"""The cookies: the session's, the one that binds a sign-in under way to its browser, and two for learning platforms.

Over https they carry the `__Host-` prefix, so that no neighbouring host can set them; over http only a
loopback address is served (the demo, tests), where a `Secure` cookie would not be sent. SameSite is Lax:
Strict would hide the session on the way back from a provider.

A platform posts its launch from its own site, and may show us in a frame: what must arrive then is `SameSite=None;
Secure; Partitioned` (measured in Chromium: Lax fails even in a new tab). The session of a frame is another one, sent
below /embed/ only; a path of its own rules out the prefix `__Host-`.
"""

import hashlib
import ipaddress
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.responses import Response

TOKEN_LENGTH = 43  # 256 bits in base64url without padding
EMBEDDED_UNDER = "/embed/"
EMBEDDED_SECONDS = 86_400
ASKED_SECONDS = 30 * 60
LAUNCH_SECONDS = 3600


def new_token() -> str:
    return secrets.token_urlsafe(32)


def digest(token: str | bytes) -> bytes:
    """SHA-256, all that is kept of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode() if isinstance(token, str) else token).digest()


def is_loopback(host: str) -> bool:
    """Whether a host name or address (without port) can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Cookie:
    name: str
    secure: bool
    max_age: int
    path: str = "/"
    cross_site: bool = False

    def read(self, headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
        """Its value if the request's raw headers hold one of the right length."""
        start = self.name.encode() + b"="
        for key, value in headers:
            if key != b"cookie" or start not in value:
                continue
            for part in value.split(b";"):
                part = part.strip()
                if part.startswith(start):
                    token = part[len(start) :]
                    return token if len(token) == TOKEN_LENGTH else None
        return None

    def is_sent(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether a cookie of this name is there at all, whatever it holds."""
        start = self.name.encode() + b"="
        return any(key == b"cookie" and start in value for key, value in headers)

    def set(self, response: Response, token: str) -> None:
        self._write(response, token, self.max_age)

    def clear(self, response: Response) -> None:
        self._write(response, "", 0)

    def _write(self, response: Response, token: str, max_age: int) -> None:
        # By hand: http.cookies knows Partitioned from Python 3.14 on. Over http (loopback) None would need Secure.
        site = "None; Partitioned" if self.cross_site and self.secure else "lax"
        secure = "; Secure" if self.secure else ""
        value = f"{self.name}={token}; HttpOnly; Max-Age={max_age}; Path={self.path}; SameSite={site}{secure}"
        response.headers.append("set-cookie", value)


@dataclass(frozen=True, slots=True)
class Cookies:
    """``browser`` and ``launch`` bind what is under way to its browser, ``waiting`` an identity that met a taken
    address; ``asked`` marks one that was asked in silence; ``embedded`` is the limited session of a frame.
    """

    session: Cookie
    browser: Cookie
    waiting: Cookie
    asked: Cookie
    launch: Cookie
    embedded: Cookie


def cookies_for(base_url: str, *, session_days: int, sign_in_seconds: int) -> Cookies:
    """The site's cookies; an address that is neither https nor loopback is refused with ValueError."""
    parts = urlsplit(base_url)
    secure = parts.scheme == "https"
    if not secure and not is_loopback(parts.hostname or ""):
        raise ValueError(f"site.base_url must be https, or http on a loopback address: {base_url}")
    prefix = "__Host-" if secure else ""
    return Cookies(
        session=Cookie(prefix + "plenary", secure, session_days * 86_400),
        browser=Cookie(prefix + "plenary-sign-in", secure, sign_in_seconds),
        waiting=Cookie(prefix + "plenary-join", secure, sign_in_seconds),
        asked=Cookie(prefix + "plenary-asked", secure, ASKED_SECONDS),
        launch=Cookie(prefix + "plenary-launch", secure, LAUNCH_SECONDS, cross_site=True),
        embedded=Cookie(
            ("__Secure-" if secure else "") + "plenary-embedded",
            secure,
            EMBEDDED_SECONDS,
            path=EMBEDDED_UNDER,
            cross_site=True,
        ),
    )
