"""Collections: kept by those who look after a group, read as its readers may, whatever lies in them."""
from typing import Any

import pytest

from forum.curation.addresses import LinkTo, PostAt, ThreadAt, led_to
from forum.kit.errors import Invalid
from forum.kit.transaction import connection
from tests.cast import STRANGER, Cast

pytestmark = pytest.mark.anyio
HOME = "https://forum.test"


async def _made(client: Any, kind: str = "public") -> dict[str, Any]:
    wish = {"title": "First reading", "body": "For **newcomers**."}
    made = await client("fay").post(f"/api/v1/groups/{kind}-group/collections", json=wish)
    assert made.status_code == 201, made.text
    return made.json()


async def _add(client: Any, doc: dict[str, Any], address: str, note: str = "", who: str = "fay", **more: str) -> Any:
    wish = {"address": address, "note": note} | more
    return await client(who).post(f"/api/v1/collections/{doc['id']}/items", json=wish)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("/t/12", ThreadAt(12)),
        (" https://forum.test/t/12/a-slug?page=2 ", ThreadAt(12)),
        ("https://forum.test/t/12/a-slug?page=2#p30", ThreadAt(12, 30)),
        ("/p/7", PostAt(7)),
        ("https://example.test/a?b=c#d", LinkTo("https://example.test/a?b=c#d", "example.test")),
        ("https://forum.test.evil.test/t/12", LinkTo("https://forum.test.evil.test/t/12", "forum.test.evil.test")),
    ],
)
def test_an_address_leads_somewhere(typed: str, found: object) -> None:
    assert led_to(typed, HOME) == found


@pytest.mark.parametrize(
    "typed",
    ["", "javascript:alert(1)", "http://example.test", "data:text/html,x", "//example.test", "https://a:b@example.test/",
     "/g/some-group", "/t/x", "https://", "https://[", "https://example.test/\u202e", "https://exa mple.test",
     "/p/" + "9" * 30, 'https://example.test/"onclick="x', "vbscript:x", "\tjavascript:x", "x" * 3000],
)  # fmt: skip
def test_or_is_refused(typed: str) -> None:
    try:
        found = led_to(typed, HOME)
    except Invalid as refusal:
        assert set(refusal.errors) == {"address"}
    else:
        assert isinstance(found, LinkTo) and "\u202e" not in found.url


async def test_threads_posts_and_links_in_order_with_a_word_on_each(client: Any, cast: Cast):
    doc = await _made(client)
    assert "<strong>newcomers</strong>" in doc["html"]
    await _add(client, doc, f"/t/{cast.threads['public']}", "Begin *here*.")
    await _add(client, doc, f"/t/{cast.threads['public']}/thread#p2")
    full = (await _add(client, doc, "https://example.test/page", title="A page")).json()
    assert [(each["kind"], each["missing"]) for each in full["items"]] == [
        ("thread", False),
        ("post", False),
        ("link", False),
    ]
    assert full["items"][1]["post"]["id"] == cast.second["public"]
    again = await _add(client, doc, f"/p/{cast.second['public']}")
    assert again.json()["errors"][0]["code"] == "in_collection"
    ids, version = [each["id"] for each in full["items"]], full["version"]
    path = f"/api/v1/collections/{doc['id']}"
    headers = {"If-Match": f'"{version}"'}
    assert (await client("fay").put(f"{path}/items/{ids[2]}/position", json={"position": 1})).status_code == 428
    moved = await client("fay").put(f"{path}/items/{ids[2]}/position", json={"position": 1}, headers=headers)
    assert [each["id"] for each in moved.json()["items"]] == [ids[2], ids[0], ids[1]]
    stale = await client("ada").put(f"{path}/items/{ids[0]}/position", json={"position": 1}, headers=headers)
    assert stale.status_code == 409
    page = (await client(STRANGER, browser=True).get(f"/c/{doc['id']}/first-reading")).text
    assert "<em>here</em>" in page and "example.test" in page and "#2" in page and "/edit" not in page
    assert "First reading" in (await client(STRANGER, browser=True).get("/g/public-group/collections")).text


async def test_all_of_it_works_by_forms(client: Any, cast: Cast):
    fay = client("fay", browser=True)
    made = await fay.post("/g/public-group/collections/new", data={"title": "First reading"})
    address = made.headers["location"].partition("/edit")[0]
    refused = await fay.post(address + "/items", data={"address": "javascript:alert(1)", "note": "A long word."})
    assert refused.status_code == 422 and "A long word." in refused.text and 'id="address-fault"' in refused.text
    for target in (f"/t/{cast.threads['public']}", "https://example.test/"):
        assert (await fay.post(address + "/items", data={"address": target})).status_code == 303
    number = int(address.rpartition("/")[2])
    doc = (await client("fay").get(f"/api/v1/collections/{number}")).json()
    one, two = (each["id"] for each in doc["items"])
    for item, deed, order in ((two, "up", [two, one]), (two, "down", [one, two]), (one, "remove", [two])):
        version = (await client("fay").get(f"/api/v1/collections/{number}")).json()["version"]
        done = await fay.post(f"{address}/items/{item}", data={"do": deed, "version": str(version)})
        assert done.status_code == 303, done.text
        after = (await client("fay").get(f"/api/v1/collections/{number}")).json()
        assert [each["id"] for each in after["items"]] == order
    stale = await fay.post(f"{address}/items/{two}", data={"do": "note", "note": "My words.", "version": "1"})
    assert stale.status_code == 409 and "My words." in stale.text
    text = {"title": "Mine", "body": "Mine too.", "version": "1"}
    stale = await fay.post(address + "/edit", data=text)
    assert stale.status_code == 409 and "Mine too." in stale.text and "First reading" in stale.text
    assert (await fay.post(address + "/delete")).status_code == 303
    assert (await fay.get(address)).status_code == 404


async def test_what_its_reader_may_not_read_leaves_no_trace(client: Any, cast: Cast):
    doc = await _made(client)
    for kind in ("hidden", "public"):
        assert (await _add(client, doc, f"/p/{cast.second[kind]}", f"Of the {kind} group.")).status_code == 201
    assert (await _add(client, doc, f"/t/{cast.threads['closed']}")).status_code == 201
    path = f"/api/v1/collections/{doc['id']}"
    seen = {who: (await client(who).get(path)).json()["items"] for who in (STRANGER, "cem", "ben", "fay", "ada")}
    assert [each["missing"] for each in seen["fay"]] == [False, False, False]
    assert [each["missing"] for each in seen["ada"]] == [True, False, True]  # who keeps it is told
    assert seen["ada"][0]["thread"] is None and seen["ada"][0]["post"] is None
    assert len(seen["ben"]) == 3 and len(seen["cem"]) == len(seen[STRANGER]) == 1
    page = (await client("cem", browser=True).get(f"/c/{doc['id']}/first-reading")).text
    assert "Of the public group." in page and "hidden group" not in page and "closed group" not in page
    feed = (await client("fay", browser=True).get(f"/c/{doc['id']}/feed")).text
    assert f"/p/{cast.second['public']}" in feed and "hidden" not in feed and feed.count("<entry") == 1
    async with connection() as raw:
        await raw.execute("UPDATE posts SET state = 'removed' WHERE id = $1", cast.second["public"])
    assert (await client("cem").get(path)).json()["items"] == []


async def test_nobody_adds_what_they_cannot_read(client: Any, cast: Cast):
    """S-20: what is hidden and what does not exist are refused alike."""
    doc = await _made(client)
    answers = [await _add(client, doc, f"/p/{post}", who="ada") for post in (cast.second["hidden"], 987_654)]
    answers += [await _add(client, doc, f"/t/{thread}", who="ada") for thread in (cast.threads["closed"], 987_654)]
    assert {(answer.status_code, answer.json()["errors"][0]["code"]) for answer in answers} == {(422, "leads_nowhere")}
    other = await _made(client, "closed")
    item = (await _add(client, other, "https://example.test/")).json()["items"][0]["id"]
    mixed = f"/api/v1/collections/{doc['id']}/items/{item}"
    assert (await client("fay").delete(mixed, headers={"If-Match": '"1"'})).status_code == 404
    assert (await client("cem").get(f"/c/{other['id']}/feed")).status_code == 404


async def test_a_post_is_put_into_a_collection_from_where_it_is_read(client: Any, cast: Cast):
    doc = await _made(client, "closed")
    fay = client("fay", browser=True)
    page = (await fay.get(f"/t/{cast.threads['public']}/thread")).text
    assert f"/collect?post={cast.second['public']}" in page and f"/collect?thread={cast.threads['public']}" in page
    assert "/collect" not in (await client("ben", browser=True).get(f"/t/{cast.threads['public']}/thread")).text
    offered = (await fay.get(f"/collect?post={cast.second['public']}")).text
    assert "First reading" in offered
    sent = {"post": str(cast.second["public"]), "collection": str(doc["id"]), "note": "This one."}
    assert (await fay.post("/collect", data=sent)).status_code == 303
    again = await fay.post("/collect", data=sent)
    assert again.status_code == 422 and "This one." in again.text
    items = (await client("ben").get(f"/api/v1/collections/{doc['id']}")).json()["items"]
    assert [each["note"] for each in items] == ["This one."]
