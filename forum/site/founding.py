"""Founds the groups that a new community opens with."""
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources

from forum.groups.models import JoinPolicy, Visibility
from forum.kit.transaction import command, connection

Progress = Callable[[str, int, int], None]

FOUND = """
    INSERT INTO groups (slug, title, theme, purpose, rules, language, visibility, policy, position)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (slug) DO NOTHING RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Founding:
    """One group of ``config/groups.toml``."""

    slug: str
    title: str
    theme: str
    purpose: str
    rules: str
    language: str
    visibility: Visibility
    policy: JoinPolicy


def foundings() -> list[Founding]:
    """Read ``config/groups.toml``, in the order in which the directory lists the groups."""
    text = resources.files("config").joinpath("groups.toml").read_text(encoding="utf-8")
    return [
        Founding(
            slug=table["slug"],
            title=table["name"],
            theme=table["theme"],
            purpose=table["purpose"],
            rules=table.get("rules", ""),
            language=table["language"],
            visibility=Visibility(table["visibility"]),
            policy=JoinPolicy(table["policy"]),
        )
        for table in tomllib.loads(text)["group"]
    ]


@command
async def found_groups(progress: Progress | None = None) -> int:
    """Insert the groups that are missing, by slug, and return how many; what people have changed stays."""
    added = 0
    groups = foundings()
    async with connection() as sql:
        for position, group in enumerate(groups, start=1):
            founded = await sql.fetchval(
                FOUND,
                group.slug,
                group.title,
                group.theme,
                group.purpose,
                group.rules,
                group.language,
                group.visibility.value,
                group.policy.value,
                position,
            )
            added += founded is not None
            if progress:
                progress("groups", position, len(groups))
    return added
