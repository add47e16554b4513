import pytest

pytestmark = pytest.mark.anyio


async def test_an_edit_changes_what_it_names(client, cast):
    ben = client("ben")
    tag = (await ben.get("/api/v1/me")).headers["etag"]
    edit = {"name": "Ben B.", "bio": "Hello.", "country": "KE", "gender": "male"}
    assert (await ben.patch("/api/v1/me", json=edit)).status_code == 428
    me = (await ben.patch("/api/v1/me", json=edit, headers={"If-Match": tag})).json()
    assert (me["name"], me["bio"], me["country"], me["version"]) == ("Ben B.", "Hello.", "KE", 2)
    assert (await ben.patch("/api/v1/me", json={"bio": "x"}, headers={"If-Match": tag})).status_code == 409
    shown = await client("cem").get("/api/v1/members/ben")
    assert shown.json()["bio"] == "Hello."
    assert "gender" not in shown.text and "email" not in shown.text


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"bio": "x" * 2001}, "bio"),
        ({"country": "Kenya"}, "country"),
        ({"sector": "circus"}, "sector"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"audiences": {"email": "members"}}, "audiences.email"),
        ({"status": "active"}, "status"),
        ({"staff": "admin"}, "staff"),
        ({"username": "root"}, "username"),
    ],
)
async def test_what_no_profile_holds_is_refused(client, cast, edit, field):
    answer = await client("ben").patch("/api/v1/me", json=edit, headers={"If-Match": '"1"'})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("audience", "readers"), [("members", {"ben", "fay", "cem"}), ("groups", {"ben", "fay"}), ("me", {"ben"})]
)
async def test_each_field_has_its_audience(client, cast, audience, readers):
    edit = {"bio": "Hello.", "country": "KE", "audiences": {"bio": audience, "country": audience}}
    await client("ben").patch("/api/v1/me", json=edit, headers={"If-Match": '"1"'})
    for who in ("ben", "fay", "cem"):
        shown = (await client(who).get("/api/v1/members/ben")).json()
        assert (shown["bio"], shown["country"]) == (("Hello.", "KE") if who in readers else (None, None))
    found = (await client("cem").get("/api/v1/members?country=KE")).json()["items"]
    assert bool(found) == ("cem" in readers)


async def test_the_groups_on_a_profile_are_the_readers_own_to_know(client, cast):
    for who, kinds in (("fay", 4), ("cem", 2), ("ada", 2)):
        assert len((await client(who).get("/api/v1/members/ben")).json()["groups"]) == kinds
