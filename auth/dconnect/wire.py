"""DiscourseConnect on the wire: form fields in base64 (`sso`), and an HMAC-SHA256 of that text in hex (`sig`).

The signature covers the base64 as it was sent, line breaks included, so it is checked before anything is decoded.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

from config.settings import DCONNECT_SECRET_LENGTH, Secret

LONGEST: Final = 8_000  # characters of base64
MOST_FIELDS: Final = 100

Value = str | int | bool | None


class WireError(Exception):
    """``reason``: short_secret · oversize · bad_signature · bad_base64 · bad_text · duplicate_field · no_nonce."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def sign(sso: str, secret: Secret) -> str:
    """The signature of that text, in small hex digits."""
    key = secret.reveal().encode() if secret else b""
    if len(key) < DCONNECT_SECRET_LENGTH:
        raise WireError("short_secret")
    return hmac.new(key, sso.encode(), hashlib.sha256).hexdigest()


def pack(fields: Mapping[str, Value], secret: Secret) -> dict[str, str]:
    """`sso` and `sig` for a query; a field that is None is left out, True is written as the word true."""
    said = {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in fields.items()
        if value is not None
    }
    sso = base64.b64encode(urlencode(said).encode()).decode()
    return {"sso": sso, "sig": sign(sso, secret)}


def is_signed(sso: str, sig: str, secret: Secret) -> bool:
    """Whether that secret made the signature; in constant time."""
    # The two texts are compared as bytes: compare_digest takes no other than ASCII text.
    return hmac.compare_digest(sign(sso, secret).encode(), sig.lower().encode())


def unpack(sso: str, sig: str, secret: Secret) -> dict[str, str]:
    """The fields, signed by that secret, a nonce among them; raises WireError."""
    if len(sso) > LONGEST:
        raise WireError("oversize")
    if not is_signed(sso, sig, secret):
        raise WireError("bad_signature")
    try:
        text = base64.b64decode("".join(sso.split()), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise WireError("bad_base64") from error
    return _fields(text)


def _fields(text: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(text.strip(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeDecodeError as error:
        raise WireError("bad_text") from error
    except ValueError as error:
        raise WireError("oversize") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise WireError("duplicate_field")
    if not fields.get("nonce"):
        raise WireError("no_nonce")
    return fields
