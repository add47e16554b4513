"""Found a group for something that members have begun: its address is made from its title."""
import re
from collections.abc import Iterator

from forum.groups.models import JoinPolicy, Visibility
from forum.kit.text import slugify
from forum.kit.transaction import command, connection

# $1 source key, $2 slug, $3 title, $4 purpose, $5 visibility, $6 policy, $7 the group that it comes from, whose theme
# and language it has
FOUND = """
    INSERT INTO groups (source_key, slug, title, purpose, visibility, policy, theme, language, position)
    SELECT $1, $2, $3, $4, $5, $6, theme, language, (SELECT coalesce(max(position), 0) + 1 FROM groups)
    FROM groups WHERE id = $7
    ON CONFLICT (slug) DO NOTHING RETURNING id
"""


@command
async def found_group(
    key: str, title: str, purpose: str, visibility: Visibility, policy: JoinPolicy, *, parent_id: int
) -> tuple[int, str]:
    """A group without members, of its parent's theme and language; returns its id and slug."""
    async with connection() as sql:
        for slug in addresses(title, "group"):
            values = (key, slug, title, purpose, visibility.value, policy.value, parent_id)
            if (founded := await sql.fetchval(FOUND, *values)) is not None:
                return founded, slug
    raise RuntimeError("no free address was found for a group")


def addresses(title: str, otherwise: str) -> Iterator[str]:
    """Addresses to try in turn: letters of other scripts have no place in a group's."""
    stem = re.sub(r"[^a-z0-9]+", "-", slugify(title)).strip("-")[:50].strip("-") or otherwise
    yield stem
    for number in range(2, 200):
        yield f"{stem}-{number}"
