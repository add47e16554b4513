"""``forum demo``: an empty database becomes the demonstration community."""
import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from forum.groups.models import Group
from forum.kit.transaction import connection
from forum.site.demo.community import make_community
from forum.site.demo.plan import GroupPlan
from forum.site.demo.store import store, tidy
from forum.site.founding import Progress, found_groups
from forum.site.models import SiteKind

STATE = """
    SELECT (SELECT kind FROM site) AS kind,
           EXISTS (SELECT FROM members) OR EXISTS (SELECT FROM threads) AS used
"""
TOTALS = """
    SELECT (SELECT count(*) FROM members) AS members,
           (SELECT count(*) FROM groups g WHERE NOT EXISTS (
               SELECT FROM initiatives i WHERE i.space_id = g.id)) AS groups,
           (SELECT count(DISTINCT country) FROM members) AS countries,
           (SELECT count(*) FROM threads) AS threads, (SELECT count(*) FROM posts) AS posts,
           (SELECT count(*) FROM threads WHERE NOT generated) AS written,
           (SELECT count(*) FROM initiatives) AS initiatives, (SELECT count(*) FROM polls) AS polls
"""


class NotEmptyError(Exception):
    """The database holds something that is not a demonstration; it is left alone."""

    def __init__(self, kind: str | None) -> None:
        self.kind = kind
        super().__init__(
            "this database serves a production site; a demonstration needs a database of its own"
            if kind == SiteKind.PRODUCTION
            else "this database already holds members or threads; a demonstration needs an empty one"
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """What the database holds; ``already`` says that it had been filled before and nothing was done."""

    members: int
    groups: int
    countries: int
    threads: int
    posts: int
    written: int
    initiatives: int
    polls: int
    already: bool = False


async def fill(progress: Progress) -> Totals:
    """Found the groups and fill them; ``progress`` hears (what, done, of how many).

    A demonstration that is there already is left as it is. Raises ``NotEmptyError`` for any other content.
    """
    async with connection() as sql:
        state = await sql.fetchrow(STATE)
    assert state is not None
    if state["kind"] == SiteKind.DEMO and state["used"]:
        return await _totals(already=True)
    if state["used"] or state["kind"] == SiteKind.PRODUCTION:
        raise NotEmptyError(state["kind"])
    await found_groups(progress)
    groups = [_plan(group) for group in await Group.all().order_by("position", "id")]
    # In a thread, so that Ctrl-C and whoever else shares the loop are heard meanwhile.
    loop = asyncio.get_running_loop()

    def hear(what: str, done: int, total: int) -> None:
        loop.call_soon_threadsafe(lambda: progress(what, done, total))

    community = await asyncio.to_thread(make_community, datetime.now(UTC), groups, hear)
    await store(community, progress)
    await tidy()
    return await _totals()


def _plan(group: Group) -> GroupPlan:
    return GroupPlan(
        id=group.id,
        slug=group.slug,
        theme=group.theme,
        language=group.language,
        visibility=group.visibility,
    )


async def _totals(*, already: bool = False) -> Totals:
    async with connection() as sql:
        counted = await sql.fetchrow(TOTALS)
    assert counted is not None
    return Totals(**dict(counted), already=already)
