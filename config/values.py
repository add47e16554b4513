"""One value at a time: turn what an operator wrote into the field's type, or say what would be right."""

from __future__ import annotations

import ipaddress
import re
import types
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from config.places import place_rules
from config.settings import DCONNECT_SECRET_LENGTH, SECRET_KEY_LENGTH, Between, PlaceRule, Secret, Shape

_WORDS_FOR_BOOL: Final = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
_NUMBER: Final = re.compile(r"-?[0-9]{1,4}([0-9]{0,12}|(_[0-9]{3}){0,4})")
_DOMAIN: Final = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


class BadValueError(ValueError):
    """A value that cannot stand; the text says what would."""


def convert(kind: Any, value: object, *, spelled: bool = False) -> Any:
    """`value` as `kind` (a field's type hint); `spelled`: a text may spell a number, flag or list."""
    origin = get_origin(kind)
    if origin is Annotated:
        base, *rules = get_args(kind)
        return _keep(rules, convert(base, value, spelled=spelled))
    if origin in (Union, types.UnionType):
        inner = next(kind for kind in get_args(kind) if kind is not types.NoneType)
        return convert(inner, value, spelled=spelled)
    if origin is Literal:
        if value not in get_args(kind):
            raise BadValueError("must be " + " or ".join(f'"{choice}"' for choice in get_args(kind)))
        return value
    if origin is tuple:
        return place_rules(value) if PlaceRule in get_args(kind) else _texts(value, spelled)
    return _SIMPLE[kind](value, spelled)


def is_secret(kind: Any) -> bool:
    """Whether a field of this type holds a secret."""
    return kind is Secret or Secret in get_args(kind)


def _keep(rules: list[object], value: Any) -> Any:
    for rule in rules:
        if isinstance(rule, Between) and not rule.least <= value <= rule.most:
            raise BadValueError(f"must be from {rule.least} to {rule.most}")
        if isinstance(rule, Shape) and not rule.pattern.fullmatch(value):
            raise BadValueError(f"must be {rule.words}")
    return value


def _text(value: object, _spelled: bool = False) -> str:
    if not isinstance(value, str):
        raise BadValueError("must be a text in quotes")
    if not value.isprintable():
        raise BadValueError("must be one line without control characters")
    return value


def _texts(value: object, spelled: bool) -> tuple[str, ...]:
    if spelled and isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple) or not all(isinstance(part, str) and part for part in value):
        raise BadValueError('must be a list of texts (in the environment: "one, two")')
    return tuple(_text(part) for part in value)


def _whole(value: object, spelled: bool) -> int:
    if spelled and isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadValueError("must be a whole number")
    return value


def _yes_or_no(value: object, spelled: bool) -> bool:
    answer = _WORDS_FOR_BOOL.get(value.lower()) if spelled and isinstance(value, str) else value
    if not isinstance(answer, bool):
        raise BadValueError("must be true or false")
    return answer


def _secret(value: object, _spelled: bool) -> Secret:
    return value if isinstance(value, Secret) else Secret(_text(value))


_SIMPLE: Final[dict[Any, Callable[[object, bool], Any]]] = {
    str: _text,
    int: _whole,
    bool: _yes_or_no,
    Secret: _secret,
}


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host is None:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _address(url: str, *, path: bool, plain: bool = False) -> str:
    example = '"https://forum.example.org"'
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        raise BadValueError(f"must be an address such as {example}") from None
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s\\]", url):
        raise BadValueError(f"must be an address such as {example}")
    if parts.scheme == "http" and not plain and not is_loopback(host):
        raise BadValueError(
            "must begin with https:// (plain http is only for this machine, such as 127.0.0.1)"
        )
    if parts.username is not None or "?" in url or "#" in url:
        raise BadValueError("must hold no name, password, question mark or fragment")
    if not path and parts.path not in ("", "/"):
        raise BadValueError(f"must end after the host, such as {example}: the forum needs a host of its own")
    return url if path else url.rstrip("/")


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise BadValueError('must be a time zone of the IANA list, such as "UTC" or "Europe/Malta"') from None
    return name


def _long_secret(length: int) -> Callable[[Secret], Secret]:
    def check(secret: Secret) -> Secret:
        if not secret or len(secret.reveal()) < length:
            raise BadValueError(
                f"must be at least {length} characters; "
                "python3 -c 'import secrets; print(secrets.token_urlsafe(48))' prints a good one"
            )
        return secret

    return check


def _database_url(secret: Secret) -> Secret:
    example = "must look like postgresql://user:password@host:5432/forum"
    if not secret:
        raise BadValueError(example)
    try:
        parts = urlsplit(secret.reveal())
        _ = parts.port
    except ValueError:
        raise BadValueError(example) from None
    if parts.scheme not in ("postgresql", "postgres") or len(parts.path) < 2:
        raise BadValueError(example)
    return secret


def _proxies(addresses: tuple[str, ...]) -> tuple[str, ...]:
    for address in addresses:
        try:
            ipaddress.ip_network(address, strict=False)
        except ValueError:
            raise BadValueError(
                f'must be addresses or networks such as "10.0.0.0/8"; "{address}" is none'
            ) from None
    return addresses


def _scopes(scopes: tuple[str, ...]) -> tuple[str, ...]:
    if "openid" not in scopes:
        raise BadValueError('must contain "openid"')
    return scopes


def _mail_domains(domains: tuple[str, ...]) -> tuple[str, ...]:
    small = tuple(domain.lower() for domain in domains)
    if not all(_DOMAIN.fullmatch(domain) for domain in small):
        raise BadValueError('must be mail domains such as "example.org", without the @')
    return small


def _return_address(url: str) -> str:
    """An origin and the beginning of a path; one that climbs would cover more than it says."""
    if re.search(r"/\.|//|%", _address(url, path=True).partition("://")[2]):
        raise BadValueError("must hold no dots after a slash, double slashes or percent signs")
    return url


# What a type cannot say. The fields of a named table stand under "auth.providers.*".
REFINED: Final[dict[str, Callable[[Any], Any]]] = {
    "site.base_url": lambda url: _address(url, path=False),
    "site.time_zone": _time_zone,
    "site.secret_key": _long_secret(SECRET_KEY_LENGTH),
    "server.metrics_token": _long_secret(16),
    "server.trusted_proxies": _proxies,
    "database.url": _database_url,
    # A server on the operator's own net, which often speaks plain http there.
    "search.url": lambda url: _address(url, path=True, plain=True),
    "search.key": _long_secret(16),
    "auth.providers.*.issuer": lambda url: _address(url, path=True),
    "auth.providers.*.client_secret": _long_secret(1),
    "auth.providers.*.scopes": _scopes,
    "auth.providers.*.owned_domains": _mail_domains,
    "auth.dconnect.*.url": lambda url: _address(url, path=True),
    "auth.dconnect.*.secret": _long_secret(DCONNECT_SECRET_LENGTH),
    "auth.dconnect_clients.*.return_to": _return_address,
    "auth.dconnect_clients.*.secret": _long_secret(DCONNECT_SECRET_LENGTH),
}
