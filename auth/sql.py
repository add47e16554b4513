"""Single statements of auth's own, in the running transaction if there is one."""

from typing import Any

from tortoise.connection import get_connection


async def rows(statement: str, *values: Any) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = await get_connection("default").execute_query_dict(statement, list(values))
    return result


async def first(statement: str, *values: Any) -> dict[str, Any] | None:
    found = await rows(statement, *values)
    return found[0] if found else None
