"""Reading the small forms that doors are sent: bounded, each field once, text only."""

from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

LARGEST: Final = 8 * 1024
FIELDS: Final = 20


class FormError(Exception):
    """``reason``: oversize · malformed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def read_form(request: Request, *, largest: int = LARGEST) -> dict[str, str]:
    """The fields of an `application/x-www-form-urlencoded` body of at most ``largest`` bytes; raises FormError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > largest:
                raise FormError("oversize")
    except ClientDisconnect as error:
        raise FormError("malformed") from error
    if body and kind != "application/x-www-form-urlencoded":
        raise FormError("malformed")
    return parse_fields(body.decode("latin-1"), largest=largest)


def parse_fields(text: str, *, largest: int = LARGEST) -> dict[str, str]:
    """The fields of a query or a form, bounded; one that is given twice is malformed, as it could mean either."""
    if len(text) > largest:
        raise FormError("oversize")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=FIELDS)
    except ValueError as error:
        raise FormError("malformed") from error
    if len(fields := dict(pairs)) != len(pairs):
        raise FormError("malformed")
    return fields
