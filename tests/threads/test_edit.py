import pytest

from forum.kit.transaction import connection
from forum.page_routes import PAGES
from forum.threads.commands.written import TAKEN

pytestmark = pytest.mark.anyio


async def test_an_edit_keeps_what_stood_there(client, cast):
    path = f"/api/v1/posts/{cast.first['public']}"
    tag = (await client("ben").get(path)).headers["etag"]
    edited = await client("ben").patch(path, json={"body": "Second *version*."}, headers={"If-Match": tag})
    assert edited.status_code == 200
    assert (edited.json()["version"], edited.json()["body"]) == (2, "Second *version*.")
    assert "<em>version</em>" in edited.json()["html"]
    versions = (await client("cem").get(path + "/revisions")).json()["items"]
    assert [version["body"] for version in versions] == ["Second *version*.", "Post 1 in the public group"]
    same = await client("ben").patch(path, json={"body": "Second *version*."}, headers={"If-Match": '"2"'})
    assert same.json()["version"] == 2


async def test_a_version_must_be_named_and_be_the_stored_one(client, cast):
    path = f"/api/v1/posts/{cast.first['public']}"
    assert (await client("ben").patch(path, json={"body": "Mine."})).status_code == 428
    await client("ben").patch(path, json={"body": "Theirs."}, headers={"If-Match": '"1"'})
    stale = await client("ben").patch(path, json={"body": "Mine."}, headers={"If-Match": '"1"'})
    assert stale.status_code == 409
    assert stale.json()["details"] == {"yours": "Mine.", "theirs": "Theirs.", "version": 2}
    form = await client("ben", browser=True).post(
        f"/p/{cast.first['public']}/edit", data={"body": "Mine.", "version": "1"}
    )
    assert form.status_code == 409
    assert "Mine." in form.text and "Theirs." in form.text


async def test_nobody_edits_another_s_post(client, cast):
    path = f"/api/v1/posts/{cast.first['public']}"
    for who in ("fay", "ada", "adi"):
        answer = await client(who).patch(path, json={"body": "Not theirs."}, headers={"If-Match": '"1"'})
        assert answer.json()["code"] == "not_yours"


async def test_a_title_is_edited_by_version_too(client, cast):
    path = f"/api/v1/threads/{cast.threads['public']}"
    assert (await client("ben").patch(path, json={"title": "New title"})).status_code == 428
    changed = await client("ben").patch(path, json={"title": "New title"}, headers={"If-Match": '"1"'})
    assert (changed.json()["title"], changed.json()["slug"], changed.json()["version"]) == ("New title", "new-title", 2)
    stale = await client("fay").patch(path, json={"title": "Other title"}, headers={"If-Match": '"1"'})
    assert stale.json()["details"]["theirs"] == "New title"


async def test_a_history_is_as_long_as_a_page(client, cast):
    post = cast.first["public"]
    async with connection() as sql:
        await sql.execute(
            "INSERT INTO revisions (post_id, version, body, edited_by_id)"
            " SELECT id, n, 'x', author_id FROM posts, generate_series(1, 150) n WHERE id = $1",
            post,
        )
        await sql.execute("UPDATE posts SET version = 151 WHERE id = $1", post)
    versions = [one["version"] for one in (await client("ben").get(f"/api/v1/posts/{post}/revisions")).json()["items"]]
    assert versions == list(range(151, 51, -1))


async def test_a_title_that_is_the_name_of_a_page_is_not_taken_for_it(client, cast):
    """`/t/7/summary` is where the summary of a thread is written, so that no thread's own address is this."""
    below = {path.split("/")[3] for route in PAGES if (path := route.path).startswith("/t/{id:int}/")}
    assert below - {"{slug}"} <= TAKEN
    answer = await client("ben").post("/api/v1/groups/public-group/threads", json={"title": "Edit", "body": "Text."})
    page = await client("ben", browser=True).get(f"/t/{answer.json()['id']}/{answer.json()['slug']}")
    assert page.status_code == 200 and "<h1" in page.text and "Text." in page.text
