"""The answer of a policy."""
from dataclasses import dataclass

from forum.kit.errors import NotAllowed, NotFound, SignInNeeded

SIGN_IN = "sign_in_required"
UNKNOWN = "not_found"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Truthy when allowed, else the code that says why not."""

    refusal: str | None = None

    def __bool__(self) -> bool:
        return self.refusal is None


ALLOWED = Verdict()
SIGN_IN_FIRST = Verdict(SIGN_IN)
NOT_FOUND = Verdict(UNKNOWN)


def require(verdict: Verdict) -> None:
    """Raise the refusal that a verdict stands for; do nothing when it allows."""
    if verdict.refusal is None:
        return
    if verdict.refusal == SIGN_IN:
        raise SignInNeeded
    if verdict.refusal == UNKNOWN:
        raise NotFound
    raise NotAllowed(verdict.refusal)
