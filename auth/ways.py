"""A way to sign in, as pages list it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """``connect`` is the address that a member's form posts to in order to add it; None: it cannot be added so.

    ``source`` is what the places that it gives are known by.
    """

    issuer: str
    label: str
    source: str
    connect: str | None = None
