"""The members and groups of an imported community: made where they are missing, found where they are not."""
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import asyncpg

from forum.kit.transaction import command, connection
from forum.members.admission import usernames
from forum.transfer.community.naming import display_name, group_title, name_key, slugs
from forum.transfer.community.reading import Source
from forum.transfer.community.report import Report

CHUNK: Final = 1_000
PURPOSE: Final = "A group of an imported community, with everything that was said in it."
# The shelf of groups that gather people rather than a subject: nobody has sorted these yet.
THEME: Final = "networks"

ALONE: Final = "SELECT pg_advisory_xact_lock(7152392)"
MEMBERS: Final = "SELECT source_key, id, username FROM members WHERE source_key = ANY($1::text[])"
GROUPS: Final = "SELECT source_key, id, slug FROM groups WHERE source_key = ANY($1::text[])"
ADD_MEMBERS: Final = """
    INSERT INTO members (username, source_key, display_name, created_at, status)
    SELECT *, 'active' FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
    ON CONFLICT DO NOTHING RETURNING source_key, id, username
"""
ADD_GROUPS: Final = """
    INSERT INTO groups (slug, source_key, title, created_at, position,
        theme, purpose, language, visibility, policy)
    SELECT w.slug, w.source_key, w.title, w.created_at,
        w.nth + (SELECT coalesce(max(position), 0) FROM groups), $5, $6, 'en', 'members', 'open'
    FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) WITH ORDINALITY
         AS w (slug, source_key, title, created_at, nth)
    ON CONFLICT DO NOTHING RETURNING source_key, id, slug
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something to be made; ``names`` are the unique ones to try in turn."""

    key: str
    title: str
    since: datetime
    names: Iterator[str]


@dataclass(frozen=True, slots=True)
class Places:
    """Ids by the source's indexes, and the pages of the members whom a text can mention."""

    groups: tuple[int, ...]
    members: tuple[int, ...]
    hrefs: Mapping[str, str]
    member_ids: Mapping[str, int]


async def settle(source: Source, report: Report) -> Places:
    """Make the groups and members that are not here yet; a run that was killed has lost nothing by that."""
    groups = [
        Wanted(name_key(name), group_title(name), moment(since), slugs(name))
        for name, since in zip(source.groups, source.group_since, strict=True)
    ]
    members = [
        Wanted(name_key(name), display_name(name), moment(since), usernames(display_name(name)))
        for name, since in zip(source.authors, source.author_since, strict=True)
    ]
    found_groups, report.groups = await _all(groups, GROUPS, ADD_GROUPS, (THEME, PURPOSE))
    found_members, report.members = await _all(members, MEMBERS, ADD_MEMBERS, ())
    # A text names people as the community knew them, which is not always how they are called here.
    named = {name.lower(): found_members[name_key(name)] for name in source.authors}
    return Places(
        groups=tuple(found_groups[each.key][0] for each in groups),
        members=tuple(found_members[each.key][0] for each in members),
        hrefs={name: "/m/" + username for name, (_, username) in named.items()},
        member_ids={name: member_id for name, (member_id, _) in named.items()},
    )


def moment(ts: int) -> datetime:
    return datetime.fromtimestamp(ts, UTC)


async def _all(
    wanted: Sequence[Wanted], find: str, add: str, constants: tuple[str, ...]
) -> tuple[dict[str, tuple[int, str]], int]:
    """Return (id, unique name) by key, and how many are new; a transaction for each thousand."""
    found: dict[str, tuple[int, str]] = {}
    added = 0
    for at in range(0, len(wanted), CHUNK):
        chunk, new = await _some(wanted[at : at + CHUNK], find, add, constants)
        found |= chunk
        added += new
    return found, added


@command
async def _some(
    wanted: Sequence[Wanted], find: str, add: str, constants: tuple[str, ...]
) -> tuple[dict[str, tuple[int, str]], int]:
    async with connection() as sql:
        await sql.execute(ALONE)
        found = _by_key(await sql.fetch(find, [each.key for each in wanted]))
        before = len(found)
        # Each round tries the next name of those whose last one was taken; conflicts tell which.
        while missing := [each for each in wanted if each.key not in found]:
            rows = [(next(each.names), each.key, each.title, each.since) for each in missing]
            found |= _by_key(await sql.fetch(add, *map(list, zip(*rows, strict=True)), *constants))
    return found, len(found) - before


def _by_key(rows: Sequence[asyncpg.Record]) -> dict[str, tuple[int, str]]:
    return {row[0]: (row[1], row[2]) for row in rows}
