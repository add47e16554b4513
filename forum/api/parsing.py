"""From untrusted bytes to a typed schema, or a refusal that names the field."""
import json
import re
from typing import Any, TypeVar

import msgspec
from starlette.datastructures import QueryParams

from forum.kit.errors import Invalid, Malformed, NotFound

T = TypeVar("T")

LARGEST_ID = 2**63 - 1
DEEPEST = 20

_AT = re.compile(r"`\$\.?([^`]*)`$")
_UNKNOWN = re.compile(r"unknown field `([^`]*)`")
_MISSING = re.compile(r"missing required field `([^`]*)`")
_OUT_OF_RANGE = re.compile("Expected `(int|float)` [<>]")
_UNPRINTABLE = re.compile("[\x00\ud800-\udfff]")


def parse_body(raw: bytes, schema: type[T]) -> T:
    """JSON text (RFC 8259) as ``schema``: UTF-8, no name twice, no NaN, no NUL, no lone surrogates, not too deep."""
    try:
        text = raw.decode("utf-8-sig")
        data = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except Invalid:
        raise
    except RecursionError as error:
        raise Malformed({"": "too_deep"}) from error
    except (ValueError, UnicodeDecodeError) as error:
        raise Malformed({"": "not_json"}) from error
    return to_schema(data, schema)


def parse_query(query: QueryParams, schema: type[T]) -> T:
    """The query string as ``schema``; a name given twice or unknown is refused."""
    data: dict[str, str] = {}
    for name, value in query.multi_items():
        if name in data:
            raise Invalid({name: "given_twice"})
        data[name] = value
    return to_schema(data, schema, strict=False)


def to_schema(data: Any, schema: type[T], *, strict: bool = True) -> T:
    check_texts(data, "", 0)
    try:
        return msgspec.convert(data, schema, strict=strict, str_keys=True)
    except msgspec.ValidationError as error:
        raise Invalid(_named(str(error))) from error


def path_id(value: Any) -> int:
    """An id from the path; one that no row can have is simply not found."""
    number = int(value)
    if not 0 < number <= LARGEST_ID:
        raise NotFound
    return number


def check_texts(data: Any, field: str, depth: int) -> None:
    """Refuse what PostgreSQL cannot store, wherever it is, naming the field."""
    if depth > DEEPEST:
        raise Malformed({field: "too_deep"})
    if isinstance(data, str):
        if _UNPRINTABLE.search(data):
            raise Invalid({field: "unprintable"})
    elif isinstance(data, dict):
        for name, value in data.items():
            if _UNPRINTABLE.search(name):
                raise Invalid({field: "unprintable"})
            check_texts(value, f"{field}.{name}" if field else name, depth + 1)
    elif isinstance(data, list):
        for value in data:
            check_texts(value, field, depth + 1)


def _named(message: str) -> dict[str, str]:
    at = _AT.search(message)
    field = re.sub(r"\[.*$", "", at.group(1)) if at else ""
    if unknown := _UNKNOWN.search(message):
        return {_joined(field, unknown.group(1)): "unknown_field"}
    if missing := _MISSING.search(message):
        return {_joined(field, missing.group(1)): "required"}
    if "length" in message:
        return {field: "bad_length"}
    if "enum value" in message:
        return {field: "unknown_choice"}
    if _OUT_OF_RANGE.match(message):
        return {field: "out_of_range"}
    if message.startswith("Expected"):
        return {field: "wrong_type"}
    return {field: "not_valid"}


def _joined(field: str, name: str) -> str:
    return f"{field}.{name}" if field else name


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in pairs:
        if name in result:
            raise Malformed({name if name.isprintable() else "": "given_twice"})
        result[name] = value
    return result


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
