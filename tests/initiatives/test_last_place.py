"""What races: the last place, support and its withdrawal, launches, answers, leads who come and go; all committed."""
import asyncio
from collections import Counter
from typing import Any

import pytest

from auth.actor import Actor
from forum.app import Site
from forum.directory import actor_of
from forum.initiatives.commands.cosponsor import cosponsor
from forum.initiatives.jobs import settle_departure
from forum.initiatives.recount import find_broken_histories, recount_initiatives
from forum.jobs.drain import drain
from forum.kit.errors import Refusal
from forum.kit.transaction import connection
from forum.searching.rebuild import rebuild
from tests.cast import Cast
from tests.initiatives.making import THREAD, make
from tests.polls.crowd import gather_crowd
from tests.support.clients import client_of

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

CROWD = 100
AT_ONCE = 16
STANDS = """
    SELECT i.stage, i.cosponsor_count AS told, i.leaderless_since IS NOT NULL AS alone,
        (SELECT count(*) FROM cosponsors c WHERE c.initiative_id = i.id) AS rows,
        (SELECT count(*) FROM stage_changes h WHERE h.initiative_id = i.id) AS changes,
        (SELECT count(*) FROM facts f WHERE f.name = 'initiative.stage_changed'
            AND f.payload ->> 'initiative_id' = i.id::text) AS facts,
        (SELECT count(*) FROM official_answers a WHERE a.initiative_id = i.id) AS answers,
        (SELECT array_agg(m.username ORDER BY l.role DESC, m.username) FROM initiative_leads l
            JOIN members m ON m.id = l.member_id WHERE l.initiative_id = i.id AND l.state = 'accepted') AS leads
    FROM initiatives i WHERE i.id = $1
"""
TOLD = "SELECT member_id, count(*) AS n FROM notices WHERE kind = $1 AND initiative_id = $2 GROUP BY member_id"
HISTORY = """
    INSERT INTO stage_changes (initiative_id, was, stage) SELECT $1, v.was, v.stage
    FROM (VALUES ('draft', 'gathering'), ('gathering', 'active')) v (was, stage) LIMIT $2
"""


async def put(cast: Cast, stage: str, **others: Any) -> int:
    """An initiative of Ben's in the public group, with its history."""
    number = await make(cast.groups["public"], cast.members["ben"], stage, **others)
    async with connection() as sql:
        await sql.execute(HISTORY, number, {"draft": 0, "gathering": 1}.get(stage, 2))
    return number


async def stands(number: int) -> dict[str, Any]:
    assert (await recount_initiatives(), await find_broken_histories()) == (0, 0)
    async with connection() as sql:
        row = await sql.fetchrow(STANDS, number)
    assert row is not None and row["told"] == row["rows"]
    return dict(row)


async def at_once(*requests: Any) -> list[int]:
    return [answer.status_code for answer in await asyncio.gather(*requests)]


async def test_a_hundred_at_once_on_the_last_place(committed_site: Site, cast: Cast) -> None:
    await rebuild()
    crowd = await gather_crowd(cast.groups["public"], CROWD)
    number = await put(cast, "gathering", cosponsors=[cast.members["cem"]], goal=2)
    actors = [await actor_of(member) for member in crowd.values()]
    gate = asyncio.Semaphore(AT_ONCE)

    async def come(actor: Actor | None) -> None:
        assert actor is not None
        async with gate:
            await cosponsor(actor, number)

    await asyncio.gather(*(come(actor) for actor in actors))
    row = await stands(number)
    assert (row["stage"], row["told"], row["changes"], row["facts"]) == ("active", CROWD + 1, 2, 1)
    await drain()
    async with connection() as sql:
        told = await sql.fetch(TOLD, "goal_reached", number)
    assert {each["n"] for each in told} == {1}
    assert {cast.members[name] for name in ("ben", "fay", "cem")} <= {each["member_id"] for each in told}


async def test_support_and_its_withdrawal(committed_site: Site, cast: Cast) -> None:
    """Whoever comes and goes while the last one comes: counted once, and nobody goes after the goal was reached."""
    for _ in range(5):
        number = await put(cast, "gathering", cosponsors=[cast.members["sol"]], goal=2)
        path = f"/api/v1/initiatives/{number}/cosponsorship"
        cem, sol = client_of(committed_site, "cem"), client_of(committed_site, "sol")
        come, go, again = await at_once(cem.put(path), sol.delete(path), cem.put(path))
        row = await stands(number)
        assert (come, again) == (200, 200)
        assert (go, row["stage"], row["told"]) in ((204, "gathering", 1), (403, "active", 2))


async def test_one_launch(committed_site: Site, cast: Cast) -> None:
    number = await put(cast, "draft", co_leads=[cast.members["fay"]])
    path = f"/api/v1/initiatives/{number}/launch"
    who = ("ben", "fay", "ben", "fay")
    statuses = await at_once(*(client_of(committed_site, name).put(path) for name in who))
    assert Counter(statuses)[200] == 1
    assert set(statuses) <= {200, 403, 409}
    row = await stands(number)
    assert (row["stage"], row["changes"]) == ("gathering", 1)


async def test_two_drafts_of_one_thread_launch(committed_site: Site, cast: Cast) -> None:
    for _ in range(3):
        async with connection() as sql:
            thread = await sql.fetchval(THREAD, cast.groups["public"], cast.members["ben"], "Wanted by two")
        drafts = [await put(cast, "draft", co_leads=[cast.members["fay"]], thread_id=thread) for _ in range(2)]
        ben, fay = (client_of(committed_site, name) for name in ("ben", "fay"))
        paths = [f"/api/v1/initiatives/{number}/launch" for number in drafts]
        assert sorted(await at_once(ben.put(paths[0]), fay.put(paths[1]))) == [200, 409]
        assert sorted([(await stands(number))["stage"] for number in drafts]) == ["draft", "gathering"]


async def test_one_official_answer_that_stands(committed_site: Site, cast: Cast) -> None:
    number = await put(cast, "active")
    fay, path = client_of(committed_site, "fay"), f"/api/v1/initiatives/{number}/answers"
    wishes = [{"kind": "accepted", "body": "Yes."}, {"kind": "declined", "body": "No."}]
    statuses = await at_once(*(fay.post(path, json=wish) for wish in wishes))
    assert sorted(statuses) == [200, 403]
    row = await stands(number)
    assert (row["answers"], row["changes"]) == (1, 2 + (row["stage"] == "declined"))


async def test_one_agrees_while_the_lead_steps_down(committed_site: Site, cast: Cast) -> None:
    for _ in range(5):
        number = await put(cast, "gathering", asked=[cast.members["fay"]])
        path = f"/api/v1/initiatives/{number}/leadership"
        ben, fay = client_of(committed_site, "ben"), client_of(committed_site, "fay")
        assert await at_once(fay.put(path, json={"agree": True}), ben.delete(path)) == [204, 204]
        row = await stands(number)
        assert (row["leads"], row["alone"]) == (["fay"], False)


async def test_a_lead_leaves_while_launching(committed_site: Site, cast: Cast) -> None:
    """Launched before or after: whoever is left leads it, and nobody leads it from outside the group."""
    number = await put(cast, "draft", co_leads=[cast.members["fay"]])
    ben = client_of(committed_site, "ben")
    leave = ben.delete("/api/v1/groups/public-group/membership")
    launched, left = await at_once(ben.put(f"/api/v1/initiatives/{number}/launch"), leave)
    assert left == 204
    assert launched in (200, 403)
    await settle_departure(group_id=cast.groups["public"], member_id=cast.members["ben"])
    row = await stands(number)
    assert (row["leads"], row["stage"]) == (["fay"], "gathering" if launched == 200 else "draft")


async def test_counts_that_are_wrong_are_put_right(committed_site: Site, cast: Cast) -> None:
    number = await put(cast, "gathering", cosponsors=[cast.members["cem"]])
    async with connection() as sql:
        await sql.execute("UPDATE initiatives SET cosponsor_count = 7, stage = 'active', reached_at = now()")
    assert (await recount_initiatives(), await find_broken_histories()) == (1, 1)
    async with connection() as sql:
        await sql.execute("UPDATE initiatives SET stage = 'gathering'")
    assert (await stands(number))["told"] == 1
    with pytest.raises(Refusal):
        await cosponsor(Actor(), number)
