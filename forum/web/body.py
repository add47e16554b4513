"""Reading a request's body within bounds."""
import asyncio

from starlette.requests import ClientDisconnect, Request

from forum.kit.errors import Malformed, TooLarge

MOST_BYTES = 1_000_000
SECONDS = 30


async def read_body(request: Request, most: int = MOST_BYTES) -> bytes:
    """The whole body; refused as soon as it is longer than ``most`` bytes or slower than ``SECONDS``."""
    declared = request.headers.get("content-length", "0")
    if not declared.isascii() or not declared.isdigit():
        raise Malformed({"Content-Length": "not_valid"})
    # A figure of thousands of digits is refused by its length: int() would not take it.
    if len(declared) > 18 or int(declared) > most:
        raise TooLarge
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(SECONDS):
            async for piece in request.stream():
                size += len(piece)
                if size > most:
                    raise TooLarge
                pieces.append(piece)
    except TimeoutError as error:
        raise Malformed({"": "too_slow"}) from error
    except ClientDisconnect as error:
        raise Malformed({"": "cut_short"}) from error
    return b"".join(pieces)
