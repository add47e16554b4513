"""The working space: whose it is, who comes to it, who goes, and that nobody sees more by it."""
from collections.abc import Callable
from typing import Any

import pytest

from forum.initiatives.jobs import watch_clock
from forum.jobs.drain import drain
from forum.kit.transaction import connection
from forum.searching.rebuild import rebuild
from tests.cast import Cast
from tests.initiatives.making import COSPONSOR, make
from tests.support.clients import Client

pytestmark = pytest.mark.anyio

Clients = Callable[..., Client]
API = "/api/v1"
PLACES = """
    SELECT m.username, ms.role FROM initiatives i JOIN memberships ms ON ms.group_id = i.space_id
    JOIN members m ON m.id = ms.member_id WHERE i.id = $1 ORDER BY m.username
"""
SPACE = "SELECT g.* FROM initiatives i JOIN groups g ON g.id = i.space_id WHERE i.id = $1"


@pytest.fixture(autouse=True)
async def index(site: object) -> None:
    await rebuild()


async def put(cast: Cast, kind: str = "public", **others: Any) -> int:
    """An accepted initiative of Ben's; Fay leads along, Sol and Ada support it."""
    others.setdefault("cosponsors", [cast.members["sol"], cast.members["ada"]])
    people = cast.members
    answer = ("accepted", people["fay"])
    return await make(cast.groups[kind], people["ben"], "active", co_leads=[people["fay"]], answer=answer, **others)


async def places(number: int) -> dict[str, str]:
    await drain()
    async with connection() as sql:
        return {row["username"]: row["role"] for row in await sql.fetch(PLACES, number)}


async def opened(client: Client, number: int, title: str = "The workshop", *, closed: bool = True) -> Any:
    answer = await client.put(f"{API}/initiatives/{number}/space", json={"title": title, "closed": closed})
    assert answer.status_code == 200, answer.text
    async with connection() as sql:
        return await sql.fetchrow(SPACE, number)


async def test_leads_facilitate_and_co_sponsors_are_members(client: Clients, cast: Cast) -> None:
    number = await put(cast)
    space = await opened(client("ben"), number)
    assert (space["slug"], space["visibility"], space["policy"], space["theme"]) == (
        "the-workshop", "closed", "invitation", "security",
    )  # fmt: skip
    assert await places(number) == {"ben": "facilitator", "fay": "facilitator", "sol": "member", "ada": "member"}
    assert (await client("ben").get(f"{API}/initiatives/{number}")).json()["space"]["slug"] == "the-workshop"
    again = await client("ben").put(f"{API}/initiatives/{number}/space", json={"title": "Another"})
    assert again.json()["code"] == "space_exists"
    await client("cem").put(f"{API}/initiatives/{number}/cosponsorship")
    assert (await places(number))["cem"] == "member"


async def test_the_address_is_free_and_of_latin_letters(client: Clients, cast: Cast) -> None:
    first = await opened(client("ben"), await put(cast), "Elsewhere")
    second = await opened(client("ben"), await put(cast), "互联网工作组", closed=False)
    assert (first["slug"], second["slug"], second["visibility"]) == ("elsewhere-2", "group", "public")
    assert second["policy"] == "open"


@pytest.mark.parametrize("kind", ["closed", "hidden"])
async def test_it_is_never_more_open_than_its_group(client: Clients, cast: Cast, kind: str) -> None:
    number = await put(cast, kind, title="Zqsecret")
    path = f"{API}/initiatives/{number}/space"
    refused = await client("ben").put(path, json={"title": "Open to all", "closed": False})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "space_must_be_closed")
    space = await opened(client("ben"), number)
    assert space["visibility"] == kind
    assert "Zqsecret" not in space["purpose"]
    assert "ada" not in await places(number), "she put her name to it, and does not take part in the group"


async def test_who_leaves_the_closed_group_leaves_its_space(client: Clients, cast: Cast) -> None:
    number = await put(cast, "closed", cosponsors=[cast.members["sol"]])
    await opened(client("ben"), number)
    assert "sol" in await places(number)
    await client("sol").delete(API + "/groups/closed-group/membership")
    assert "sol" not in await places(number)


async def test_who_leaves_the_open_group_stays_in_the_space(client: Clients, cast: Cast) -> None:
    number = await put(cast)
    await opened(client("ben"), number)
    await places(number)
    await client("sol").delete(API + "/groups/public-group/membership")
    assert "sol" in await places(number)


async def test_who_left_or_is_banned_stays_out(client: Clients, cast: Cast) -> None:
    number = await put(cast)
    space = await opened(client("ben"), number)
    await places(number)
    await client("sol").delete(f"{API}/groups/{space['slug']}/membership")
    await client("ben").put(f"{API}/groups/{space['slug']}/bans/ada", json={"reason": "Spam."})
    await watch_clock()
    assert set(await places(number)) == {"ben", "fay"}


async def test_a_lead_who_steps_down_facilitates_no_more(client: Clients, cast: Cast) -> None:
    number = await put(cast, cosponsors=[])
    await opened(client("ben"), number)
    await places(number)
    await client("fay").delete(f"{API}/initiatives/{number}/leadership")
    assert await places(number) == {"ben": "facilitator"}
    await client("ben").delete(f"{API}/initiatives/{number}/leadership")
    assert await places(number) == {}
    notices = (await client("ada").get(API + "/notices")).json()["items"]
    assert "orphaned_group" in {notice["kind"] for notice in notices}


async def test_a_lead_among_the_co_sponsors_stays_a_member(client: Clients, cast: Cast) -> None:
    number = await put(cast, cosponsors=[])
    async with connection() as sql:
        await sql.execute(COSPONSOR, number, [cast.members["fay"]])
    await opened(client("ben"), number)
    assert (await places(number))["fay"] == "facilitator"
    await client("fay").delete(f"{API}/initiatives/{number}/leadership")
    assert (await places(number))["fay"] == "member"
