"""A User is a member: found or made by identity, suspended and let back in, never anybody of the staff."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from forum.app import Site
from tests.cast import Cast
from tests.scim.speaking import (
    audited,
    client_of,
    identify,
    member_of,
    patch,
    post,
    sql,
    status_of,
    user,
)

pytestmark = pytest.mark.anyio

INACTIVE = patch("replace", "active", False)
ACTIVE = patch("replace", "active", True)
COUNT = "SELECT count(*) FROM members"


@pytest.fixture
async def hr(site: Site) -> httpx2.AsyncClient:
    return await client_of(site)


async def test_a_new_user_is_the_member_that_their_sign_in_leads_to(site: Site, hr: httpx2.AsyncClient) -> None:
    number = await post(hr, "Users", user("nia", displayName="Nia Okafor", name={"givenName": "No"}))
    who = await site.directory.find("https://idp.example.test", "nia")
    assert who is not None
    assert who.status == "active"
    row = await sql("SELECT username || ':' || display_name || ':' || coalesce(email, '-') FROM members WHERE id = $1",
                    who.member_id)  # fmt: skip
    assert row == "nia:Nia Okafor:-"
    (noted,) = await audited("scim.user_created")
    assert noted["subject_id"] == who.member_id
    assert noted["resource"] == number


async def test_whoever_has_signed_in_before_is_found_by_identity_and_keeps_their_name(
    hr: httpx2.AsyncClient, cast: Cast
) -> None:
    ben = cast.members["ben"]
    await identify(ben, "b-1")
    before = await sql(COUNT)
    await post(hr, "Users", user("b-1", displayName="Somebody Else"))
    assert await sql(COUNT) == before
    assert await sql("SELECT display_name FROM members WHERE id = $1", ben) == "Ben"


async def test_an_address_is_never_a_key(hr: httpx2.AsyncClient, cast: Cast) -> None:
    before = await sql(COUNT)
    await post(hr, "Users", user("x", userName="ben@example.test", emails=[{"value": "ben@example.test"}]))
    assert await sql(COUNT) == before + 1
    assert await member_of("x") != cast.members["ben"]


@pytest.mark.parametrize(("subject_from", "subject"), [("userName", "nia@org.example"), ("externalId", "nia")])
async def test_the_subject_is_what_the_client_was_made_with(site: Site, subject_from: str, subject: str) -> None:
    await post(await client_of(site, "other", subject_from=subject_from), "Users", user("nia"))
    assert await member_of(subject)


async def test_the_subject_may_be_our_own_id(site: Site) -> None:
    number = await post(await client_of(site, "other", subject_from="id"), "Users", user("nia"))
    assert await member_of(number)


async def test_a_user_without_a_subject_is_kept_and_is_nobody_until_it_has_one(hr: httpx2.AsyncClient) -> None:
    before = await sql(COUNT)
    number = await post(hr, "Users", user("nia", externalId=None))
    assert await sql(COUNT) == before
    assert (await hr.patch(f"/Users/{number}", json=patch("add", "externalId", "nia"))).status_code == 204
    assert await status_of(await member_of("nia")) == "active"


async def test_inactive_suspends_at_once_and_active_brings_back(
    site: Site, hr: httpx2.AsyncClient, cast: Cast, client: Any
) -> None:
    ben = cast.members["ben"]
    await identify(ben, "b")
    number = await post(hr, "Users", user("b"))
    assert (await hr.patch(f"/Users/{number}", json=INACTIVE)).status_code == 204
    assert await status_of(ben) == "suspended"
    assert (await client("ben").get("/api/v1/me")).status_code == 401
    assert (await client("ben", browser=True).get("/me", follow_redirects=False)).status_code in (302, 303, 401)
    for table in ("sessions", "api_tokens"):
        assert await sql(f"SELECT count(*) FROM {table} WHERE member_id = $1", ben) == 0
    (noted,) = await audited("scim.user_suspended")
    assert (noted["subject_id"], noted["reason"]) == (ben, "inactive")
    assert (await hr.patch(f"/Users/{number}", json=ACTIVE)).status_code == 204
    assert await status_of(ben) == "active"
    (noted,) = await audited("scim.user_restored")
    assert (noted["subject_id"], noted["status"]) == (ben, "active")


@pytest.mark.parametrize("value", ["False", "false"])
async def test_entra_says_it_with_a_string(hr: httpx2.AsyncClient, value: str) -> None:
    number = await post(hr, "Users", user("nia"))
    assert (await hr.patch(f"/Users/{number}", json=patch("Replace", "active", value))).status_code == 204
    assert await status_of(await member_of("nia")) == "suspended"


async def test_okta_says_it_without_a_path(hr: httpx2.AsyncClient) -> None:
    number = await post(hr, "Users", user("nia"))
    assert (await hr.patch(f"/Users/{number}", json=patch("replace", None, {"active": False}))).status_code == 204
    assert await status_of(await member_of("nia")) == "suspended"


async def test_deleting_suspends_and_making_it_again_brings_back(hr: httpx2.AsyncClient) -> None:
    number = await post(hr, "Users", user("nia"))
    assert (await hr.delete(f"/Users/{number}")).status_code == 204
    assert (await hr.get(f"/Users/{number}")).status_code == 404
    nia = await member_of("nia")
    assert await status_of(nia) == "suspended"
    assert (await audited("scim.user_suspended"))[-1]["reason"] == "deleted"
    assert [one["subject_id"] for one in await audited("scim.user_deleted")] == [nia]
    await post(hr, "Users", user("nia"))
    assert await status_of(nia) == "active"
    assert await member_of("nia") == nia


async def test_who_waits_for_approval_still_waits_afterwards(hr: httpx2.AsyncClient, cast: Cast) -> None:
    await identify(cast.members["pia"], "p")
    number = await post(hr, "Users", user("p", active=False))
    assert await status_of(cast.members["pia"]) == "suspended"
    await hr.patch(f"/Users/{number}", json=ACTIVE)
    assert await status_of(cast.members["pia"]) == "pending"


async def test_a_suspension_by_the_staff_is_not_lifted(hr: httpx2.AsyncClient, cast: Cast) -> None:
    dot = cast.members["dot"]
    until = await sql("SELECT suspended_until FROM members WHERE id = $1", dot)
    await identify(dot, "d")
    number = await post(hr, "Users", user("d"))
    assert await status_of(dot) == "suspended"
    await hr.patch(f"/Users/{number}", json=INACTIVE)
    assert await sql("SELECT suspended_until FROM members WHERE id = $1", dot) is None
    await hr.patch(f"/Users/{number}", json=ACTIVE)
    assert await status_of(dot) == "suspended"
    assert await sql("SELECT suspended_until FROM members WHERE id = $1", dot) == until
    assert not await audited("scim.user_restored") or (await audited("scim.user_restored"))[-1]["status"] == "suspended"


async def test_what_the_staff_decide_meanwhile_stays(hr: httpx2.AsyncClient) -> None:
    number = await post(hr, "Users", user("nia", active=False))
    nia = await member_of("nia")
    await sql("UPDATE members SET suspended_until = $2 WHERE id = $1", nia, datetime.now(UTC) + timedelta(days=9))
    await hr.patch(f"/Users/{number}", json=ACTIVE)
    assert await status_of(nia) == "suspended"


async def test_two_clients_both_have_to_let_somebody_back(site: Site, hr: httpx2.AsyncClient) -> None:
    campus = await client_of(site, "campus")
    ids = [await post(one, "Users", user("nia", active=False)) for one in (hr, campus)]
    nia = await member_of("nia")
    await hr.patch(f"/Users/{ids[0]}", json=ACTIVE)
    assert await status_of(nia) == "suspended"
    await campus.patch(f"/Users/{ids[1]}", json=ACTIVE)
    assert await status_of(nia) == "active"


@pytest.mark.parametrize("deed", ["inactive", "put", "delete", "subject", "born inactive"])
@pytest.mark.parametrize("name", ["ada", "adi"])
async def test_nobody_of_the_staff_is_suspended(hr: httpx2.AsyncClient, cast: Cast, name: str, deed: str) -> None:
    staff = cast.members[name]
    await identify(staff, "boss")
    if deed == "born inactive":
        answer = await hr.post("/Users", json=user("boss", active=False))
    else:
        number = await post(hr, "Users", user("boss"))
        at = f"/Users/{number}"
        answer = await {
            "inactive": lambda: hr.patch(at, json=INACTIVE),
            "put": lambda: hr.put(at, json=user("boss", active=False)),
            "delete": lambda: hr.delete(at),
            "subject": lambda: hr.patch(at, json=patch("replace", "externalId", "another")),
        }[deed]()
        assert (await hr.get(at)).json().get("active") is not False
    assert answer.status_code == 403
    assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert await status_of(staff) == "active"
    assert await sql("SELECT count(*) FROM sessions WHERE member_id = $1", staff) == 1
    assert [one["reason"] for one in await audited("scim.refused")] == ["staff_account"]


async def test_another_subject_is_another_person_and_the_first_is_held(hr: httpx2.AsyncClient) -> None:
    number = await post(hr, "Users", user("nia"))
    first = await member_of("nia")
    assert (await hr.patch(f"/Users/{number}", json=patch("replace", "externalId", "nia-2"))).status_code == 204
    assert await status_of(first) == "suspended"
    assert await status_of(await member_of("nia-2")) == "active"
    assert (await audited("scim.user_suspended"))[-1]["reason"] == "subject_changed"


async def test_two_users_are_never_one_person(hr: httpx2.AsyncClient) -> None:
    await post(hr, "Users", user("nia"))
    answer = await hr.post("/Users", json=user("nia", userName="another"))
    assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness")
    assert (await hr.get("/Users")).json()["totalResults"] == 1


async def test_a_password_is_kept_nowhere(hr: httpx2.AsyncClient) -> None:
    await post(hr, "Users", user("nia", password="hunter2-very-secret"))
    assert await sql("SELECT count(*) FROM scim_resources WHERE data::text LIKE '%hunter2%'") == 0
