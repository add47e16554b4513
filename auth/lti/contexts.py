"""Courses as platforms name them, the group of each, and who was last seen there in which role."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from auth import sql
from auth.actor import GroupRole

# What a launch says of its course is the newest word; an address for its roster stays when a launch brings none.
_MET: Final = """
INSERT INTO lti_contexts AS c (deployment_id, context_id, label, title, memberships_url) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (deployment_id, context_id) DO UPDATE SET label = excluded.label, title = excluded.title,
    memberships_url = coalesce(excluded.memberships_url, c.memberships_url)
RETURNING id, group_id
"""
_BIND: Final = """
UPDATE lti_contexts SET group_id = coalesce(group_id, $2) WHERE id = $1 RETURNING group_id
"""

# Moodle calls the same assistant Instructor at a launch and Learner in the roster: the higher word of the last
# 24 hours wins, and keeps its own time, so that it ends.
_SEEN_SINCE: Final = """
SELECT subject, role FROM lti_seen_roles WHERE context_id = $1
    AND seen_at >= (SELECT started_at FROM lti_roster_runs WHERE id = $2)
"""
_SAW: Final = """
INSERT INTO lti_seen_roles AS s (context_id, subject, role)
SELECT $1, subject, $3 FROM unnest($2::text[]) AS t (subject)
ON CONFLICT (context_id, subject) DO UPDATE SET
    role = CASE WHEN s.role = 'facilitator' AND s.seen_at > now() - interval '24 hours'
        THEN s.role ELSE excluded.role END,
    seen_at = CASE WHEN s.role = 'facilitator' AND excluded.role = 'member' AND s.seen_at > now() - interval '24 hours'
        THEN s.seen_at ELSE now() END
RETURNING role
"""
_FACILITATORS: Final = """
SELECT subject FROM lti_seen_roles
WHERE context_id = $1 AND role = 'facilitator' AND seen_at > now() - interval '24 hours'
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """What a launch says of its course (LTI Core 5.4.1); texts are cut to what is kept."""

    context_id: str
    label: str = ""
    title: str = ""
    memberships_url: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    id: int
    group_id: int | None


async def met(deployment: int, course: Course) -> Context:
    row = await sql.first(
        _MET, deployment, course.context_id, course.label, course.title, course.memberships_url
    )
    assert row is not None
    return Context(id=row["id"], group_id=row["group_id"])


async def group_of(context_id: int) -> int | None:
    row = await sql.first("SELECT group_id FROM lti_contexts WHERE id = $1", context_id)
    return row["group_id"] if row else None


async def bind(context_id: int, group_id: int) -> int:
    """The group of the course from now on: this one, unless it has another already."""
    row = await sql.first(_BIND, context_id, group_id)
    assert row is not None
    return int(row["group_id"])


async def saw(context_id: int, subjects: Collection[str], role: GroupRole) -> GroupRole:
    """Note in which role these people were seen; the role that counts now (of the last of them)."""
    found = await sql.rows(_SAW, context_id, list(subjects), role.value)
    return GroupRole(found[-1]["role"]) if found else role


async def seen_since(context_id: int, run_id: int) -> list[tuple[str, GroupRole]]:
    """Who came by a launch since that reading of the roster began, whose first pages may not name them."""
    found = await sql.rows(_SEEN_SINCE, context_id, run_id)
    return [(row["subject"], GroupRole(row["role"])) for row in found]


async def facilitators_lately(context_id: int) -> frozenset[str]:
    """Subjects who were seen to teach there in the last 24 hours."""
    return frozenset(row["subject"] for row in await sql.rows(_FACILITATORS, context_id))
