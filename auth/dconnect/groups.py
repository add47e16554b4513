"""What the other site says of groups, as places here: only in groups that the settings let it speak of."""

from collections.abc import Collection, Mapping
from typing import Final

FIELDS: Final = ("groups", "add_groups", "remove_groups")


def said_of_groups(fields: Mapping[str, str]) -> dict[str, list[str]]:
    """The fields that were sent, as lists; an empty one is a list of none, and says something too."""
    return {
        field: [slug.strip() for slug in fields[field].split(",") if slug.strip()]
        for field in FIELDS
        if field in fields
    }


def wanted(said: Mapping[str, object], held: Collection[str], allowed: Collection[str]) -> list[str] | None:
    """Slugs of all places that the site says somebody has; None when it says nothing of groups.

    ``groups`` is all of them; `add_groups` and `remove_groups` change what the site gave before, which is ``held``.
    """
    full, more, less = (_texts(said.get(field)) for field in FIELDS)
    if (full, more, less) == (None, None, None):
        return None
    now = (set(held) if full is None else full) | (more or set())
    return sorted((now - (less or set())) & set(allowed))


def _texts(value: object) -> set[str] | None:
    return {one for one in value if isinstance(one, str)} if isinstance(value, list) else None
