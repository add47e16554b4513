"""Many members of a group, each with a token: for votes in parallel."""
import hashlib

from forum.kit.transaction import connection
from tests.cast import TOKEN, api_token

JOIN = """
    WITH place AS (INSERT INTO memberships (group_id, member_id, role) VALUES ($1, $2, 'member') RETURNING id)
    INSERT INTO grants (membership_id, source, role) SELECT id, 'manual', 'member' FROM place
"""


async def gather_crowd(group: int, size: int = 100) -> dict[str, int]:
    """Ids by username."""
    crowd: dict[str, int] = {}
    async with connection() as raw:
        for number in range(size):
            name = f"voter{number}"
            crowd[name] = await raw.fetchval(
                "INSERT INTO members (username, display_name, email, status) VALUES ($1, $1, $2, 'active')"
                " RETURNING id",
                name,
                f"{name}@example.test",
            )
            await raw.execute(JOIN, group, crowd[name])
            token = api_token(name)
            await raw.execute(TOKEN, crowd[name], token[:20], hashlib.sha256(token.encode()).digest())
    return crowd
