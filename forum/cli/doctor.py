"""forum doctor"""
import typer

from config.settings import Settings
from forum.cli.session import in_database, say
from forum.groups.recount import count_places_without_grant, mend_roles, recount_groups
from forum.initiatives.recount import find_broken_histories, recount_initiatives
from forum.kit import migration
from forum.moderation.standing import find_astray, settled
from forum.searching import engine
from forum.searching.comparison import verify
from forum.threads.recount import find_gaps, recount_reactions, recount_threads
from search.engine import SearchUnavailable


def doctor() -> None:
    """Compare counters, numbers and the search index with what they are made from, and mend them."""
    findings = in_database(_examine)
    for line in findings:
        print(line)
    if any(line.startswith("WRONG") for line in findings):
        raise typer.Exit(1)
    say("Everything else is well.")


async def _examine(settings: Settings) -> list[str]:
    if pending := await migration.pending():
        return [f"WRONG  migrations pending: {', '.join(pending)} (run: forum migrate)"]
    gaps, baseless, broken = await find_gaps(), await count_places_without_grant(), await find_broken_histories()
    astray = await find_astray()
    for member_id in astray:
        await settled(member_id)
    return [
        f"mended {len(astray)} members whose rows or places said something else than their sanctions",
        f"mended {await recount_threads()} thread counters",
        f"mended {await recount_initiatives()} counters of co-sponsors",
        f"mended {await recount_groups()} group counters",
        f"mended {await mend_roles()} roles of places",
        f"{'WRONG  ' if baseless else ''}{baseless} places without a grant",
        f"mended {await recount_reactions()} reaction counters",
        f"{'WRONG  ' if broken else ''}{broken} initiatives that stand where their history does not lead",
        f"{'WRONG  ' if gaps else ''}{gaps} threads with gaps in their post numbers",
        await _index(settings),
    ]


async def _index(settings: Settings) -> str:
    try:
        async with engine.installed(settings):
            found = await verify()
    except SearchUnavailable as error:
        return f"WRONG  {error} (run: forum search rebuild)"
    return f"mended {found.total} documents of the search index ({found})"
