"""The rows of `scim_resources`: every statement is narrowed to one client, in the running deed if there is one."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from auth import sql

_COLUMNS: Final = "id, kind, member_id, group_id, version, created_at, updated_at, "
_WHOLE: Final = _COLUMNS + "data"
# The members of a large group are left in the database when the client does not ask for them.
_WITHOUT_MEMBERS: Final = _COLUMNS + "data - 'members' AS data"

_INSERT = """
INSERT INTO scim_resources (id, client_id, kind, unique_name, external_id, data)
VALUES ($1, $2, $3, $4, $5, $6::text::jsonb) RETURNING
"""
_REPLACE = """
UPDATE scim_resources
SET unique_name = $4, external_id = $5, data = $6::text::jsonb, version = version + 1, updated_at = now()
WHERE client_id = $1 AND id = $2 AND version = $3 RETURNING
"""
_STANDS_FOR = "UPDATE scim_resources SET member_id = $3, group_id = $4 WHERE client_id = $1 AND id = $2 RETURNING id"
_DELETE = "DELETE FROM scim_resources WHERE client_id = $1 AND id = $2 RETURNING id"

# $2 kinds; what is NULL in $3 to $5 does not narrow.
_WHERE = """
FROM scim_resources WHERE client_id = $1 AND kind = ANY($2::text[])
    AND ($3::text IS NULL OR unique_name = $3) AND ($4::text IS NULL OR external_id = $4)
    AND ($5::uuid IS NULL OR id = $5)
"""
_ORDERS: Final = {
    "created": " ORDER BY created_at, id",
    "name": ' ORDER BY unique_name COLLATE "C", id',
    "name down": ' ORDER BY unique_name COLLATE "C" DESC, id DESC',
}

_LISTING = """
SELECT id, group_id, data -> 'members' AS members FROM scim_resources
WHERE client_id = $1 AND kind = 'Group' AND data @> $2::text::jsonb ORDER BY id FOR UPDATE
"""
_FORGET = """
UPDATE scim_resources SET version = version + 1, updated_at = now(), data = jsonb_set(data, '{members}', (
    SELECT coalesce(jsonb_agg(m), '[]') FROM jsonb_array_elements(data -> 'members') m WHERE m ->> 'value' <> $3))
WHERE client_id = $1 AND id = $2 RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A resource as it is stored; ``data`` is what the client wrote, without ``id`` and ``meta``."""

    id: str
    kind: str
    member_id: int | None
    group_id: int | None
    version: int
    created_at: datetime
    updated_at: datetime
    data: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Narrowed:
    """What of a filter the indexes answer; None does not narrow."""

    unique_name: str | None = None
    external_id: str | None = None
    id: UUID | None = None


EVERYTHING: Final = Narrowed()


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """The columns that are made of a resource's attributes; ``data`` is JSON."""

    unique_name: str
    external_id: str | None
    data: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A Group that names somebody, and all whom it names."""

    id: str
    group_id: int | None
    members: list[str]


def as_id(text: str | None) -> UUID | None:
    """The id as we write it; another spelling of it is the id of nothing (ids are case-exact, RFC 7643 3.1)."""
    try:
        number = UUID(text)
    except (ValueError, TypeError, AttributeError):
        return None
    return number if str(number) == text else None


async def find(client_id: int, kind: str, resource_id: str | None, *, lock: bool = False) -> Row | None:
    number = as_id(resource_id)
    if number is None:
        return None
    row = await sql.first(
        "SELECT "
        + _WHOLE
        + " FROM scim_resources WHERE client_id = $1 AND kind = $2 AND id = $3"
        + (" FOR UPDATE" if lock else ""),
        client_id,
        kind,
        number,
    )
    return _row(row) if row else None


async def insert(client_id: int, kind: str, written: Written) -> Row:
    """Raises IntegrityError when the name is taken."""
    row = await sql.first(
        _INSERT + _WHOLE,
        uuid4(),
        client_id,
        kind,
        written.unique_name,
        written.external_id,
        written.data,
    )
    assert row is not None
    return _row(row)


async def replace(client_id: int, resource_id: str, version: int, written: Written) -> Row | None:
    """None when it has another version by now; raises IntegrityError when the name is taken."""
    row = await sql.first(
        _REPLACE + _WHOLE,
        client_id,
        UUID(resource_id),
        version,
        written.unique_name,
        written.external_id,
        written.data,
    )
    return _row(row) if row else None


async def stand_for(client_id: int, resource_id: str, *, member_id: int | None, group_id: int | None) -> None:
    """Raises IntegrityError when another resource of the client stands for them."""
    await sql.rows(_STANDS_FOR, client_id, UUID(resource_id), member_id, group_id)


async def delete(client_id: int, resource_id: str) -> None:
    await sql.rows(_DELETE, client_id, UUID(resource_id))


async def count(client_id: int, kinds: Sequence[str], by: Narrowed = EVERYTHING) -> int:
    row = await sql.first("SELECT count(*) AS n" + _WHERE, *_values(client_id, kinds, by))
    assert row is not None
    return int(row["n"])


async def page(
    client_id: int,
    kinds: Sequence[str],
    by: Narrowed = EVERYTHING,
    *,
    order: str = "created",
    skip: int = 0,
    most: int | None = None,
    members: bool = True,
) -> list[Row]:
    """``skip`` because clients page by index (RFC 7644 3.4.2.4); ``order`` is a key of `_ORDERS`."""
    found = await sql.rows(
        "SELECT " + (_WHOLE if members else _WITHOUT_MEMBERS) + _WHERE + _ORDERS[order] + " OFFSET $6 LIMIT $7",
        *_values(client_id, kinds, by),
        skip,
        most,
    )
    return [_row(row) for row in found]


async def after(client_id: int, kinds: Sequence[str], last: UUID | None, most: int) -> list[Row]:
    """The next in the order of their ids: for reading them all, a handful at a time."""
    found = await sql.rows(
        "SELECT "
        + _WHOLE
        + " FROM scim_resources WHERE client_id = $1 AND kind = ANY($2::text[])"
        + " AND ($3::uuid IS NULL OR id > $3) ORDER BY id LIMIT $4",
        client_id,
        list(kinds),
        last,
        most,
    )
    return [_row(row) for row in found]


async def by_ids(client_id: int, ids: Collection[str], *, members: bool = True) -> list[Row]:
    found = await sql.rows(
        "SELECT "
        + (_WHOLE if members else _WITHOUT_MEMBERS)
        + " FROM scim_resources WHERE client_id = $1 AND id = ANY($2::uuid[])",
        client_id,
        list(ids),
    )
    return [_row(row) for row in found]


async def members_behind(client_id: int, ids: Collection[str]) -> list[int]:
    """The accounts that these Users stand for; what is no User of the client, or nobody yet, is passed over."""
    wanted = [number for one in ids if (number := as_id(one)) is not None]
    found = await sql.rows(
        "SELECT member_id FROM scim_resources WHERE client_id = $1 AND kind = 'User'"
        " AND id = ANY($2::uuid[]) AND member_id IS NOT NULL",
        client_id,
        wanted,
    )
    return [row["member_id"] for row in found]


async def naming(client_id: int, user_id: str) -> list[Listing]:
    """The client's Groups with this User among their members, locked."""
    found = await sql.rows(_LISTING, client_id, json.dumps({"members": [{"value": user_id}]}))
    return [
        Listing(str(row["id"]), row["group_id"], [str(one.get("value")) for one in _decoded(row["members"])])
        for row in found
    ]


async def forget(client_id: int, group: str, user_id: str) -> None:
    """Take a User out of a Group's members."""
    await sql.rows(_FORGET, client_id, UUID(group), user_id)


def _values(client_id: int, kinds: Sequence[str], by: Narrowed) -> tuple[Any, ...]:
    return client_id, list(kinds), by.unique_name, by.external_id, by.id


def _row(row: Mapping[str, Any]) -> Row:
    return Row(
        id=str(row["id"]),
        kind=row["kind"],
        member_id=row["member_id"],
        group_id=row["group_id"],
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        data=_decoded(row["data"]),
    )


def _decoded(value: Any) -> Any:
    """jsonb arrives as text."""
    return json.loads(value) if isinstance(value, str) else value
