"""What one page needs beyond the site's policy for all: a frame around it, a form that goes elsewhere, a script.

The endpoint leaves it in the request's state; whoever writes the headers of all answers reads it there.
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class Framing:
    """``ancestors`` may show this page in a frame, ``forms`` are origins it posts to; ``nonce`` lets one script run."""

    ancestors: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    nonce: str | None = None


def frame(request: Request, framing: Framing) -> None:
    request.state.framing = framing


def framing_of(scope: Scope) -> Framing | None:
    found = scope.get("state", {}).get("framing")
    return found if isinstance(found, Framing) else None
