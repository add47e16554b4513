"""What every page knows of the site; the composition root puts one into `app.state.web`."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final

from auth.claims import ClaimRules, claim_rules
from auth.ways import Way
from config.settings import Settings

NONCE_BYTES: Final = 12
SIGNATURE_BYTES: Final = 12
FORM_ID_LENGTH: Final = (NONCE_BYTES + SIGNATURE_BYTES) * 4 // 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """``key`` signs ids of forms and addresses of feeds; ``ways`` lead in.

    ``session_idle_days`` bounds the list of sessions. ``demo``: where the demonstration's courses are, for
    the line that each of its pages carries.
    """

    name: str = "Plenary"
    base_url: str = "http://127.0.0.1:8000"
    contact: str | None = None
    language: str = "en"
    time_zone: str = "UTC"
    session_idle_days: int = 30
    ways: tuple[Way, ...] = ()
    demo: str = ""
    claim_rules: tuple[ClaimRules, ...] = ()
    key: bytes = field(repr=False)

    @property
    def secure(self) -> bool:
        return self.base_url.startswith("https://")


def web_of(settings: Settings, *, ways: tuple[Way, ...] = (), demo: str = "") -> Web:
    site = settings.site
    return Web(
        name=site.name,
        base_url=site.base_url.rstrip("/"),
        contact=site.contact,
        language=site.language,
        time_zone=site.time_zone,
        session_idle_days=settings.auth.session_idle_days,
        ways=ways,
        demo=demo,
        claim_rules=claim_rules(settings.auth.providers),
        key=hashlib.sha256(b"forms:" + site.secret_key.reveal().encode()).digest(),
    )


def new_form_id(web: Web, member_id: int) -> str:
    """A number that this member's next form is known by: random, and signed so that nobody makes one up."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64.urlsafe_b64encode(nonce + _signature(web, member_id, nonce)).decode()


def is_form_id(web: Web, member_id: int, form_id: str) -> bool:
    if len(form_id) != FORM_ID_LENGTH:
        return False
    try:
        raw = base64.b64decode(form_id.encode("ascii"), altchars=b"-_", validate=True)
    except (ValueError, UnicodeEncodeError):
        return False
    nonce, signature = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
    return hmac.compare_digest(signature, _signature(web, member_id, nonce))


def _signature(web: Web, member_id: int, nonce: bytes) -> bytes:
    return hmac.digest(web.key, b"%d:%b" % (member_id, nonce), "sha256")[:SIGNATURE_BYTES]
