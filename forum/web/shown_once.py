"""Answers that hold a secret: shown once, cached nowhere, and never among the answers that are kept."""

from typing import Final

from starlette.responses import Response

from forum.kit.once import Reply

KEPT_HEADERS: Final = ("content-type", "location", "etag", "cache-control", "vary", "set-cookie")


class ShownOnce(Response):
    """``shown`` goes out this once; ``kept`` is what is stored, and what a repetition of the request gets.

    Kept answers lie in the database for a day, in clear, and their keys beside them: whatever sealed a secret there
    would lie there, too. So a request that comes twice does its deed once, and learns that the secret is gone.
    """

    def __init__(self, shown: Response, kept: Response) -> None:
        super().__init__(shown.body, shown.status_code, dict(shown.headers))
        self.headers["Cache-Control"] = "no-store"
        self.kept = kept


def reply_of(response: Response) -> Reply:
    """The answer as `once` takes it."""
    kept = reply_of(response.kept) if isinstance(response, ShownOnce) else None
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    return Reply(response.status_code, headers, bytes(response.body), kept=kept)
