"""Who acts, and one value out of the database."""
import hashlib
from typing import Any

from auth.actor import Actor
from forum.app import Site
from forum.kit.transaction import connection
from tests.cast import api_token


async def actor(site: Site, name: str) -> Actor:
    """With the rights of this moment."""
    digest = hashlib.sha256(api_token(name).encode()).digest()
    return (await site.directory.actor_for(session_hash=None, token_hash=digest)).actor


async def sql(statement: str, *values: Any) -> Any:
    async with connection() as raw:
        return await raw.fetchval(statement, *values)
