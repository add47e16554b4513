"""How far one has read, as a request says it."""
from typing import Annotated

import msgspec
from msgspec import Meta


class ReadUpTo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: Annotated[int, Meta(ge=0, le=2**31 - 1)]
