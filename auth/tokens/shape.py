"""What an API token looks like: `plenary_pat_` + 8 hex digits that may be shown + `_` + 256 bits in hex."""

import re
import secrets
from typing import Final

PREFIX: Final = "plenary_pat_"
_SHAPE: Final = re.compile(rb"plenary_pat_[0-9a-f]{8}_[0-9a-f]{64}")


def new_token() -> tuple[str, str]:
    """The public prefix and the whole token."""
    prefix = PREFIX + secrets.token_hex(4)
    return prefix, f"{prefix}_{secrets.token_hex(32)}"


def is_token(text: bytes) -> bool:
    return _SHAPE.fullmatch(text) is not None
