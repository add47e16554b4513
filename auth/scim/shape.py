"""What a provisioning client's token looks like: `plenary_scim_` + 256 bits in hex."""

import re
import secrets
from typing import Final

PREFIX: Final = "plenary_scim_"
_SHAPE: Final = re.compile(rb"plenary_scim_[0-9a-f]{64}")


def new_token() -> str:
    return PREFIX + secrets.token_hex(32)


def is_token(text: bytes) -> bool:
    return _SHAPE.fullmatch(text) is not None
