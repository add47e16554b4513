"""A word in every reason that somebody was given, and in every reason for which a group was opened."""
from typing import Any

SANCTION = """
    INSERT INTO sanctions (member_id, group_id, kind, reason, until, given_by_id)
    VALUES ($1, $2, 'silence', $3, now() - interval '1 hour', $4)
"""
OPENING = """
    INSERT INTO glass_openings (group_id, member_id, reason, until) VALUES ($1, $2, $3, now() - interval '1 hour')
"""


async def plant_sanctions(raw: Any, plot: Any, kind: str, staff: frozenset[str]) -> None:
    """In a group: for whom it is about, its facilitators, and staff who may know of the group."""
    people, group = plot.cast.members, plot.cast.groups[kind]
    allowed = frozenset({"ben", "fay"}) | (frozenset() if kind == "hidden" else staff)
    word = plot.word(f"reason of a silence in {kind}", allowed)
    await raw.execute(SANCTION, people["ben"], group, word, people["fay"])
    # What is told of it is the act's own reason; this row is for the hour only.
    await raw.execute(OPENING, group, people["ada"], plot.word(f"why {kind} was opened", frozenset()))


async def plant_site_sanction(raw: Any, plot: Any, staff: frozenset[str]) -> None:
    people = plot.cast.members
    word = plot.word("reason of a silence on the site", staff | {"cem"})
    await raw.execute(SANCTION, people["cem"], None, word, people["adi"])
