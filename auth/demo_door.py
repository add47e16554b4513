"""How a site that was started as a demo lends its provider to the doors; only `auth.demo` implements it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

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

    def as_provider(self) -> ProviderSettings: ...
