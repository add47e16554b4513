"""The fields of a form, whatever they are worth: parsed within bounds, refused by name, never lost."""

import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import QueryParams
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from forum.kit.errors import Invalid, Malformed, UnsupportedMediaType
from forum.web.body import MOST_BYTES, read_body

MOST_FIELDS: Final = 200
_UNPRINTABLE: Final = re.compile("[\x00\ud800-\udfff]")


@dataclass(slots=True)
class Form:
    """One value a name, but for the names that may come several times; ``faults`` are codes by name."""

    one: dict[str, str] = field(default_factory=dict)
    many: dict[str, list[str]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


async def read_form(request: Request, many: frozenset[str]) -> Form:
    """The form that was sent; what PostgreSQL cannot store is replaced and its field named in ``faults``."""
    form = Form()
    for name, value in await _pairs(request):
        clean = _UNPRINTABLE.sub("\ufffd", value)
        if _UNPRINTABLE.search(name):
            raise Malformed({"": "unprintable"})
        if clean != value:
            form.faults[name] = "unprintable"
        if name in many:
            form.many.setdefault(name, []).append(clean)
        elif name in form.one:
            form.faults[name] = "given_twice"
        else:
            form.one[name] = clean
    return form


async def _pairs(request: Request) -> list[tuple[str, str]]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    raw = await read_body(request)
    if kind == "multipart/form-data":
        return await _multipart(request, raw)
    if kind not in ("application/x-www-form-urlencoded", "") or (raw and not kind):
        raise UnsupportedMediaType
    try:
        text = raw.decode("utf-8", "surrogateescape")
        return parse_qsl(
            text,
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            encoding="utf-8",
            errors="surrogateescape",
        )
    except ValueError as error:
        raise Malformed({"": "too_many_fields"}) from error


async def _multipart(request: Request, raw: bytes) -> list[tuple[str, str]]:
    async def pieces() -> AsyncGenerator[bytes, None]:
        yield raw

    parser = MultiPartParser(
        request.headers, pieces(), max_files=0, max_fields=MOST_FIELDS, max_part_size=MOST_BYTES
    )
    try:
        data = await parser.parse()
    except (MultiPartException, KeyError, LookupError, UnicodeError) as error:
        raise Malformed({"": "not_valid"}) from error
    return [(name, value) for name, value in data.multi_items() if isinstance(value, str)]


def read_query(query: QueryParams) -> Mapping[str, str]:
    """The query string; a name given twice, or a character that no text may hold, is refused."""
    found: dict[str, str] = {}
    for name, value in query.multi_items():
        if name in found:
            raise Invalid({_UNPRINTABLE.sub("", name): "given_twice"})
        if _UNPRINTABLE.search(name) or _UNPRINTABLE.search(value) or "\ufffd" in value:
            raise Invalid({_UNPRINTABLE.sub("", name): "unprintable"})
        found[name] = value
    return found
