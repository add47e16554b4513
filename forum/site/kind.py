"""Whether this database is a demo's: a demo's is never served in production, and no other becomes a demo."""
from forum.kit.transaction import connection
from forum.site.models import SiteKind

__all__ = ["SiteKind", "declare_kind", "kind_of_site"]

TABLE = "SELECT to_regclass('site') IS NOT NULL"
KIND = "SELECT kind FROM site WHERE id = 1"
DECLARE = "INSERT INTO site (id, kind) VALUES (1, $1) ON CONFLICT (id) DO NOTHING"


async def kind_of_site() -> SiteKind | None:
    """None while nobody has said, nor made the table to say it in."""
    async with connection() as sql:
        kind = await sql.fetchval(KIND) if await sql.fetchval(TABLE) else None
    return SiteKind(kind) if kind else None


async def declare_kind(kind: SiteKind) -> None:
    async with connection() as sql:
        await sql.execute(DECLARE, kind.value)
