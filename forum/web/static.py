"""The two files that pages load, each under a name that changes with its content, compressed once."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.types import Receive, Scope, Send

from forum.web.compression import brotli_best

FOLDER: Final = Path(__file__).parent / "static"
TYPES: Final = {
    ".css": b"text/css; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".svg": b"image/svg+xml",
}
FOR_EVER: Final = b"public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    kind: bytes
    bodies: dict[bytes, bytes]


def _load(path: Path) -> tuple[str, Asset]:
    body = path.read_bytes()
    digest = hashlib.blake2b(body, digest_size=6).hexdigest()
    bodies = {b"br": brotli_best(body), b"gzip": gzip.compress(body, 9, mtime=0), b"": body}
    return f"{path.stem}.{digest}{path.suffix}", Asset(TYPES[path.suffix], bodies)


_names: Final[dict[str, str]] = {}
_assets: Final[dict[str, Asset]] = {}
for _path in sorted(FOLDER.iterdir()):
    if _path.suffix in TYPES:
        _name, _asset = _load(_path)
        _names[_path.name], _assets[_name] = f"/static/{_name}", _asset


def address(name: str) -> str:
    """The address of `forum.css` and the like, good for ever."""
    return _names[name]


async def static_files(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI application for everything below /static/."""
    found = _assets.get(scope["path"].rpartition("/")[2])
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or found is None:
        headers = [(b"content-length", b"0"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    accepted = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding")
    coding = next((c for c in (b"br", b"gzip") if c in accepted), b"")
    body = found.bodies[coding]
    headers = [
        (b"content-type", found.kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", FOR_EVER),
        (b"vary", b"Accept-Encoding"),
    ]
    if coding:
        headers.append((b"content-encoding", coding))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body if scope["method"] == "GET" else b""})
