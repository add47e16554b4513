"""What a door proved beside who somebody is, and what they came for."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from auth.actor import Status
from auth.sessions.models import SessionKind


class Wish(StrEnum):
    """What somebody went to a provider for."""

    SIGN_IN = "sign_in"
    SILENT = "silent"
    CONNECT = "connect"
    AGAIN = "again"


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """Where they want to go, and what their session must remember.

    ``label`` is the door's name for people; ``new_status`` is what somebody new is at first; ``owned_domains`` are
    the mail domains that an administrator said are this provider's; ``member_id`` is who began to connect or to
    prove themselves again; ``lasting`` shortens the session of a provider that will not tell us of a sign-out.
    """

    target: str
    label: str
    new_status: Status
    wish: Wish = Wish.SIGN_IN
    member_id: int | None = None
    owned_domains: tuple[str, ...] = ()
    kind: SessionKind = SessionKind.OIDC
    id_token: str | None = None
    sid: str | None = None
    acr: str | None = None
    auth_time: int | None = None
    lasting: timedelta | None = None
