"""How a site that was started as a demo lends its provider to the doors; only `auth.demo` implements it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import httpx2
from starlette.routing import Mount

from config.settings import ProviderSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Face:
    """Somebody to be with one click: ``subject`` names them to the provider, ``role`` says what they are."""

    subject: str
    username: str
    name: str
    role: str
    about: str = ""
    email: str | None = None


class DemoDoor(Protocol):
    @property
    def faces(self) -> Sequence[Face]: ...

    @property
    def courses_path(self) -> str:
        """Where the course platform's pages are; empty without one."""
        ...

    def as_provider(self) -> ProviderSettings: ...

    def mounts(self) -> Mapping[str, httpx2.AsyncBaseTransport]:
        """For `open_client`: the issuer's host, served in process."""
        ...

    def route(self) -> Mount: ...
