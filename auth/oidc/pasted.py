"""Claims as somebody pastes them, to see what would come of them: JSON, or a token whose signature nobody checks."""

import binascii
import json
import re
from base64 import urlsafe_b64decode
from typing import Any, Final, NamedTuple

LENGTH: Final = 64_000
# A JWS in compact form (RFC 7515 3.1); its second part is the payload.
_TOKEN: Final = re.compile(r"[\w-]+\.([\w-]+)\.[\w-]*", re.ASCII)


class PastedError(ValueError):
    """``code``: claims_too_long · claims_not_json."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Pasted(NamedTuple):
    """``unverified``: they were taken from a token, as it says them."""

    said: dict[str, Any]
    unverified: bool


def read_pasted(text: str) -> Pasted:
    """The claims in a pasted text; raises PastedError."""
    text = text.strip()
    if len(text) > LENGTH:
        raise PastedError("claims_too_long")
    token = _TOKEN.fullmatch(text)
    try:
        payload = urlsafe_b64decode(token[1] + "=" * (-len(token[1]) % 4)) if token else text
        said = json.loads(payload)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise PastedError("claims_not_json") from error
    if not isinstance(said, dict):
        raise PastedError("claims_not_json")
    return Pasted(said, token is not None)
