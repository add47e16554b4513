"""Small forms that others post to us, read no further than their bound."""

from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

MOST_FIELDS: Final = 40


class TooLargeError(Exception):
    """The form is larger than what is read of it."""


async def posted(request: Request, *, most: int) -> dict[str, str]:
    """The fields of a urlencoded form of at most ``most`` bytes, the last of each name; {} for what is none."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise TooLargeError
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        return {}
