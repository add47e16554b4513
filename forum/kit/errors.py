"""Refusals that a person can understand; any other exception is a bug and stays a 500.

Refusal
├── Invalid         422  one or more fields are wrong
│   └── Malformed   400  the request cannot be read at all
├── SignInNeeded    401  nobody is signed in, and somebody must be
├── NotAllowed      403  the thing is visible, the deed is not theirs (the verdict's code)
├── NotFound        404  there is no such thing, or nothing that this actor may know of
├── Conflict        409  the state has moved on
│   └── Stale       409  somebody else saved first (both texts come back)
├── PreconditionMissing 428  a version must be named
├── TooLarge        413
├── TooManyRequests 429
└── Overloaded      503  try again shortly
"""
from collections.abc import Mapping
from typing import Any


class Refusal(Exception):  # noqa: N818 - an answer, not an error
    """Base of all refusals: an HTTP status, a stable code, and optional details for the reader."""

    status = 400
    code = "refused"

    def __init__(self, code: str | None = None, **details: Any) -> None:
        self.code = code or self.code
        self.details: dict[str, Any] = details
        super().__init__(self.code)


class Invalid(Refusal):
    status, code = 422, "invalid"

    def __init__(self, errors: Mapping[str, str], code: str | None = None) -> None:
        """``errors`` maps a field's name (or ``""`` for the whole) to a message code."""
        super().__init__(code)
        self.errors = dict(errors)


class Malformed(Invalid):
    status, code = 400, "malformed"


class SignInNeeded(Refusal):
    status, code = 401, "sign_in_required"


class NotAllowed(Refusal):
    status, code = 403, "not_allowed"


class NotFound(Refusal):
    status, code = 404, "not_found"


class MethodNotAllowed(Refusal):
    status, code = 405, "method_not_allowed"


class Conflict(Refusal):
    status, code = 409, "conflict"


class Stale(Conflict):
    """``details``: ``yours`` and ``theirs`` are texts, ``version`` the one that is stored now."""

    code = "stale_version"


class PreconditionMissing(Refusal):
    status, code = 428, "version_required"


class TooLarge(Refusal):
    status, code = 413, "too_large"


class UnsupportedMediaType(Refusal):
    status, code = 415, "unsupported_media_type"


class TooManyRequests(Refusal):
    status, code = 429, "too_many_requests"


class Overloaded(Refusal):
    status, code = 503, "overloaded"
