"""The accounts elsewhere that lead to one's own, on both surfaces."""
import dataclasses

import pytest

from auth.ways import Way
from forum.kit.transaction import connection

pytestmark = pytest.mark.anyio
IDP = "https://idp.example.test"


@pytest.fixture
async def ways(transaction, cast):
    """Ben has two ways in; the sessions of the second have ended unless they are this browser's."""
    async with connection() as raw:
        return [
            await raw.fetchval(
                "INSERT INTO identities (member_id, issuer, subject) VALUES ($1, $2, $3) RETURNING id",
                cast.members["ben"],
                IDP if number == 1 else f"https://{number}.example.test",
                f"ben-{number}",
            )
            for number in (1, 2)
        ]


async def test_they_are_listed_with_a_button_each_but_the_last(client, ways):
    page = await client("ben", browser=True).get("/me/sign-in")
    assert page.status_code == 200 and page.text.count("/disconnect") == 2
    listed = (await client("ben").get("/api/v1/me/identities")).json()
    assert [one["id"] for one in listed["items"]] == ways and listed["next"] is None
    assert "subject" not in listed["items"][0]
    browser = client("ben", browser=True)
    answer = await browser.post("/me/sign-in/disconnect", data={"identity": ways[0]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/sign-in?said=disconnected")
    page = await browser.get("/me/sign-in")
    assert "/disconnect" not in page.text and "only way in" in page.text


async def test_the_last_one_stays(client, ways):
    assert (await client("ben", browser=True).delete(f"/api/v1/me/identities/{ways[0]}")).status_code == 204
    answer = await client("ben", browser=True).delete(f"/api/v1/me/identities/{ways[1]}")
    assert (answer.status_code, answer.json()["code"]) == (403, "last_way_in")
    page = await client("ben", browser=True).post("/me/sign-in/disconnect", data={"identity": ways[1]})
    assert page.status_code == 403 and "only way into your account" in page.text
    async with connection() as raw:
        gone = await raw.fetch("SELECT subject_id FROM audit_entries WHERE action = 'identity.unlinked'")
        assert [row["subject_id"] for row in gone] == [ways[0]]
        assert await raw.fetchval("SELECT count(*) FROM identities WHERE id = $1", ways[1]) == 1


async def test_it_needs_a_fresh_proof(client, ways, cast):
    async with connection() as raw:
        await raw.execute("UPDATE sessions SET auth_time = 1")
    answer = await client("ben", browser=True).post("/me/sign-in/disconnect", data={"identity": ways[0]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/again?next=/me/sign-in")
    answer = await client("ben", browser=True).delete(f"/api/v1/me/identities/{ways[0]}")
    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_needed")


async def test_its_other_sessions_end(client, ways, cast):
    async with connection() as raw:
        await raw.execute(
            "INSERT INTO sessions (token_hash, member_id, issuer, subject, expires_at)"
            " VALUES ('\\x01', $1, 'https://2.example.test', 'ben-2', now() + interval '1 day')",
            cast.members["ben"],
        )
        assert (await client("ben", browser=True).delete(f"/api/v1/me/identities/{ways[1]}")).status_code == 204
        left = await raw.fetch("SELECT issuer FROM sessions WHERE member_id = $1", cast.members["ben"])
    assert [row["issuer"] for row in left] == [IDP]


async def test_nobody_elses_can_be_taken(client, ways):
    for name in ("cem", "adi"):
        assert (await client(name, browser=True).delete(f"/api/v1/me/identities/{ways[0]}")).status_code == 404


async def test_the_places_that_it_gave_leave_with_it(client, site, ways, cast):
    way = Way(issuer="https://2.example.test", label="Second", source="oidc:second")
    site.app.state.web = dataclasses.replace(site.app.state.web, ways=(way,))
    group, ben = cast.groups["public"], cast.members["ben"]
    async with connection() as raw:
        await raw.execute(
            "UPDATE grants SET source = 'oidc:second' WHERE membership_id ="
            " (SELECT id FROM memberships WHERE group_id = $1 AND member_id = $2)",
            group,
            ben,
        )
        await raw.execute("UPDATE groups SET grace_days = 0 WHERE id = $1", group)
        assert (await client("ben", browser=True).delete(f"/api/v1/me/identities/{ways[1]}")).status_code == 204
        left = await raw.fetch("SELECT group_id FROM memberships WHERE member_id = $1", ben)
    assert len(left) == 3 and group not in {row["group_id"] for row in left}


async def test_no_token_changes_how_one_signs_in(client, ways):
    answer = await client("ben").delete(f"/api/v1/me/identities/{ways[0]}")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_by_token")
    for path in ("/sign-in/connect/op", "/sign-in/again/op"):
        answer = await client("ben").post(path)
        assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
        assert "again" not in answer.headers["location"]
