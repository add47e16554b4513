"""A way to sign in, as pages list it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """``connect`` is the address that a member's form posts to in order to add it; None: it cannot be added so."""

    issuer: str
    label: str
    connect: str | None = None
