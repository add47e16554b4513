import pytest

pytestmark = pytest.mark.anyio


async def test_filters_and_pages(client, cast):
    await client("ben").patch("/api/v1/me", json={"country": "KE", "languages": ["sw"]}, headers={"If-Match": '"1"'})
    for query, names in (("q=BE", ["ben", "bea"]), ("country=KE", ["ben"]), ("language=sw", ["ben"]), ("q=%25", [])):
        found = (await client("cem").get("/api/v1/members?" + query)).json()["items"]
        assert [one["username"] for one in found] == names
    page = (await client("cem").get("/api/v1/members?limit=3")).json()
    rest = (await client("cem").get(page["next"])).json()
    everybody = {one["username"] for one in page["items"] + rest["items"]}
    assert {"ada", "adi", "fay", "ben", "sol", "cem"} == everybody
    assert (await client("cem").get("/api/v1/members?colour=red")).status_code == 422


async def test_who_is_not_in_yet_or_suspended_is_not_shown(client, cast):
    for name in ("pia", "dot", "nobody"):
        assert (await client("cem").get(f"/api/v1/members/{name}")).status_code == 404
    assert (await client("ada").get("/api/v1/members/pia")).status_code == 200
    assert (await client("pia").get("/api/v1/members/pia")).status_code == 200
