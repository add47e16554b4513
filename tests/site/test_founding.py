"""The groups are founded once, and what people changed stays."""
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from forum.groups.models import Group
from forum.site.demo.fill import NotEmptyError, fill
from forum.site.founding import found_groups
from tests.site.conftest import within

pytestmark = pytest.mark.committed


def quiet(what: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def test_founding_twice_changes_nothing(new_database: Callable[[str], str]) -> None:
    async def story() -> tuple[Any, ...]:
        first = await found_groups()
        await Group.filter(slug="alumni").update(title="Old friends", purpose="Ours.")
        await Group.filter(slug="encryption").delete()
        second, third = await found_groups(), await found_groups()
        alumni = await Group.get(slug="alumni")
        return first, second, third, alumni.title, alumni.purpose, await Group.all().count()

    assert within(new_database("founding"), story) == (50, 1, 0, "Old friends", "Ours.", 50)


def test_a_database_in_use_is_left_alone(new_database: Callable[[str], str]) -> None:
    url = new_database("in-use")

    async def somebody() -> None:
        await put(url, "INSERT INTO members (username, display_name) VALUES ('ann', 'Ann')")

    async def refused() -> int:
        with pytest.raises(NotEmptyError, match="empty"):
            await fill(quiet)
        return await Group.all().count()

    within(url, somebody)
    assert within(url, refused) == 0


def test_a_production_site_is_left_alone(new_database: Callable[[str], str]) -> None:
    url = new_database("production")

    async def refused() -> None:
        await put(url, "INSERT INTO site (id, kind) VALUES (1, 'production')")
        with pytest.raises(NotEmptyError, match="production"):
            await fill(quiet)

    within(url, refused)


async def put(url: str, statement: str) -> None:
    sql = await asyncpg.connect(url)
    try:
        await sql.execute(statement)
    finally:
        await sql.close()
