"""A Group that is bound is complete: it gives places, takes its own back, and leaves everybody else's alone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from forum.app import Site
from tests.cast import Cast
from tests.scim.speaking import audited, client_of, group, identify, member_of, patch, post, sql, user
from tests.support.clients import Client

pytestmark = pytest.mark.anyio

PLACES = """
SELECT array_agg(m.username ORDER BY m.username) FROM grants g
JOIN memberships ms ON ms.id = g.membership_id JOIN members m ON m.id = ms.member_id
WHERE g.source = 'scim:hr' AND g.leaves_at IS NULL AND ms.group_id = $1
"""
AT_ONCE = "UPDATE groups SET grace_days = 0, on_leave = 'remove' WHERE id = $1"


@pytest.fixture
async def hr(site: Site, cast: Cast) -> httpx2.AsyncClient:
    await sql(AT_ONCE, cast.groups["closed"])
    return await client_of(site, groups=(cast.groups["closed"],))


async def places(cast: Cast, kind: str = "closed") -> list[str]:
    return await sql(PLACES, cast.groups[kind]) or []


@pytest.mark.parametrize("name", ["closed-group", "Closed-Group", "the closed group"])
async def test_a_group_is_found_by_slug_or_title_and_gives_places(
    hr: httpx2.AsyncClient, cast: Cast, name: str
) -> None:
    users = [await post(hr, "Users", user(one)) for one in ("nia", "oda")]
    await post(hr, "Groups", group(name, *users))
    assert await places(cast) == ["nia", "oda"]
    (noted,) = await audited("scim.group_created")
    assert noted["subject_id"] == cast.groups["closed"]


@pytest.mark.parametrize("name", ["public-group", "Nowhere", "hidden-group"])
async def test_a_group_that_is_not_allowed_is_kept_without_effect(
    hr: httpx2.AsyncClient, cast: Cast, name: str
) -> None:
    nia = await post(hr, "Users", user("nia"))
    number = await post(hr, "Groups", group(name, nia))
    assert (await hr.get(f"/Groups/{number}")).json()["members"][0]["value"] == nia
    assert await sql("SELECT count(*) FROM grants WHERE source = 'scim:hr'") == 0
    assert await sql("SELECT group_id FROM scim_resources WHERE kind = 'Group'") is None


async def test_members_come_and_go_and_only_its_own_grants_do(hr: httpx2.AsyncClient, cast: Cast) -> None:
    await identify(cast.members["ben"], "ben")
    ids = {one: await post(hr, "Users", user(one)) for one in ("ben", "nia", "oda")}
    number = await post(hr, "Groups", group("closed-group", ids["ben"]))
    at = f"/Groups/{number}"
    for name in ("nia", "oda"):
        await hr.patch(at, json=patch("add", "members", [{"value": ids[name]}]))
    assert await places(cast) == ["ben", "nia", "oda"]
    await hr.patch(at, json=patch("remove", f'members[value eq "{ids["ben"]}"]'))
    await hr.patch(at, json=patch("remove", "members", [{"value": ids["oda"]}]))
    assert await places(cast) == ["nia"]
    held = await sql(
        "SELECT count(*) FROM memberships WHERE group_id = $1 AND member_id = $2",
        cast.groups["closed"],
        cast.members["ben"],
    )
    assert held == 1, "his place by hand stays"
    await hr.put(at, json=group("closed-group"))
    assert await places(cast) == []


async def test_a_group_s_end_is_the_end_of_its_places(hr: httpx2.AsyncClient, cast: Cast) -> None:
    number = await post(hr, "Groups", group("closed-group", await post(hr, "Users", user("nia"))))
    assert (await hr.delete(f"/Groups/{number}")).status_code == 204
    assert await places(cast) == []


async def test_a_renamed_group_stays_what_it_was(hr: httpx2.AsyncClient, cast: Cast) -> None:
    nia = await post(hr, "Users", user("nia"))
    number = await post(hr, "Groups", group("closed-group"))
    await hr.patch(f"/Groups/{number}", json=patch("replace", "displayName", "Another name"))
    await hr.patch(f"/Groups/{number}", json=patch("add", "members", [{"value": nia}]))
    assert await places(cast) == ["nia"]


async def test_a_group_that_was_taken_away_by_an_administrator_stays_away(
    site: Site, hr: httpx2.AsyncClient, cast: Cast, client: Callable[..., Client]
) -> None:
    nia = await post(hr, "Users", user("nia"))
    number = await post(hr, "Groups", group("closed-group", nia))
    assert await places(cast) == ["nia"]
    taken = await client("adi", browser=True).post(f"/admin/provisioning/groups/{number}", data={"group": ""})
    assert taken.status_code == 303, taken.text
    assert await places(cast) == []
    again = await hr.put(f"/Groups/{number}", json=group("closed-group", nia) | {"id": number})
    assert again.status_code == 200, again.text
    assert await places(cast) == []


async def test_only_one_group_of_a_client_stands_for_a_group(hr: httpx2.AsyncClient, cast: Cast) -> None:
    nia = await post(hr, "Users", user("nia"))
    await post(hr, "Groups", group("closed-group", nia))
    await post(hr, "Groups", group("The closed group"))
    assert await places(cast) == ["nia"]


async def test_a_deleted_user_leaves_the_groups_that_named_them(hr: httpx2.AsyncClient, cast: Cast) -> None:
    ids = [await post(hr, "Users", user(one)) for one in ("nia", "oda")]
    number = await post(hr, "Groups", group("closed-group", *ids))
    await hr.delete(f"/Users/{ids[0]}")
    assert await places(cast) == ["oda"]
    assert [one["value"] for one in (await hr.get(f"/Groups/{number}")).json()["members"]] == [ids[1]]


async def test_who_becomes_somebody_later_gets_their_place_then(hr: httpx2.AsyncClient, cast: Cast) -> None:
    nia = await post(hr, "Users", user("nia", externalId=None))
    await post(hr, "Groups", group("closed-group", nia))
    assert await places(cast) == []
    await hr.patch(f"/Users/{nia}", json=patch("add", "externalId", "nia"))
    assert await places(cast) == ["nia"]


async def test_a_ban_stands(hr: httpx2.AsyncClient, cast: Cast) -> None:
    await identify(cast.members["bea"], "bea")
    await post(hr, "Groups", group("closed-group", await post(hr, "Users", user("bea"))))
    assert await places(cast) == []


async def test_who_leaves_has_the_group_s_days_of_grace(hr: httpx2.AsyncClient, cast: Cast) -> None:
    await sql("UPDATE groups SET grace_days = 14 WHERE id = $1", cast.groups["closed"])
    number = await post(hr, "Groups", group("closed-group", await post(hr, "Users", user("nia"))))
    await hr.put(f"/Groups/{number}", json=group("closed-group"))
    leaves = await sql("SELECT max(leaves_at) FROM grants WHERE source = 'scim:hr'")
    assert leaves > datetime.now(UTC) + timedelta(days=13)


async def test_members_that_nobody_knows_give_nobody_a_place(site: Site, hr: httpx2.AsyncClient, cast: Cast) -> None:
    other = await client_of(site, "other")
    foreign = await post(other, "Users", user("eva"))
    await post(hr, "Groups", group("closed-group", foreign, "not-an-id", "2819c223-7f76-453a-919d-413861904646"))
    assert await places(cast) == []
    assert await member_of("eva")


async def test_a_large_group_is_listed_without_its_members(hr: httpx2.AsyncClient) -> None:
    await post(hr, "Groups", group("closed-group", await post(hr, "Users", user("nia"))))
    for asked in ("excludedAttributes=members", "attributes=displayName"):
        (one,) = (await hr.get(f"/Groups?{asked}")).json()["Resources"]
        assert "members" not in one and one["displayName"] == "closed-group"
    assert await sql("SELECT jsonb_array_length(data -> 'members') FROM scim_resources WHERE kind = 'Group'") == 1
