"""From what a provider says to what the forum takes; what is no text, or no plain one, is dropped."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

from auth.directory import Claims

SUBJECT_LENGTH: Final = 255  # OpenID Connect Core 2
TEXT_LENGTH: Final = 500


def claims_of(provider: str, said: Mapping[str, Any]) -> Claims | None:
    """``said``: verified claims with `iss`; None when the subject cannot be one."""
    subject = said.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= SUBJECT_LENGTH or not subject.isprintable():
        return None
    zone = _text(said, "zoneinfo")
    email = _text(said, "email")
    return Claims(
        provider=provider,
        issuer=said["iss"],
        subject=subject,
        name=_text(said, "name"),
        preferred_username=_text(said, "preferred_username"),
        email=email if email and "@" in email and " " not in email else None,
        # Some providers send the text "true"; only the value true counts, and absent is false.
        email_verified=said.get("email_verified") is True,
        language=_language(said),
        time_zone=zone if zone in _zones() else None,
        said=dict(said),
    )


def _text(said: Mapping[str, Any], name: str) -> str | None:
    value = said.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > TEXT_LENGTH:
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    return value.strip() if not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in value) else None


def _language(said: Mapping[str, Any]) -> str | None:
    primary = (_text(said, "locale") or "").replace("_", "-").partition("-")[0].lower()
    return primary if primary.isascii() and primary.isalpha() and 2 <= len(primary) <= 3 else None


@cache
def _zones() -> frozenset[str]:
    """Read once: the list is gathered from the file system."""
    return frozenset(available_timezones())
