import pytest

pytestmark = pytest.mark.anyio
PATH = "/api/v1/groups/public-group/threads"


async def test_a_thread_begins_with_its_first_post(client, cast):
    answer = await client("ben").post(PATH, json={"title": "  A title ", "body": "First.\r\n", "kind": "question"})
    assert answer.status_code == 201
    page = answer.json()
    assert (page["title"], page["slug"], page["kind"], page["post_count"]) == ("A title", "a-title", "question", 1)
    post = page["posts"]["items"][0]
    assert (post["number"], post["body"], post["author"]["username"]) == (1, "First.", "ben")
    assert answer.headers["location"] == f"/api/v1/threads/{page['id']}"
    listed = (await client("stranger").get(PATH)).json()["items"]
    assert listed[0]["id"] == page["id"] and len(listed) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "x"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"body": " \n "}, "body"),
        ({"body": "x" * 32_001}, "body"),
        ({"kind": "rumour"}, "kind"),
        ({"language": "not a tag"}, "language"),
        ({"author_id": 1}, "author_id"),
    ],
)
async def test_what_cannot_be_a_thread_is_refused_by_its_field(client, cast, change, field):
    answer = await client("ben").post(PATH, json={"title": "A title", "body": "Text."} | change)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert len((await client("ben").get(PATH)).json()["items"]) == 1


async def test_a_refused_form_comes_back_filled(client, cast):
    answer = await client("ben", browser=True).post(
        "/g/public-group/new", data={"title": "x", "body": "What I typed."}
    )
    assert answer.status_code == 422
    assert "What I typed." in answer.text


async def test_only_facilitators_announce(client, cast):
    wish = {"title": "A title", "body": "Text.", "kind": "announcement"}
    assert (await client("ben").post(PATH, json=wish)).json()["code"] == "facilitators_only"
    assert (await client("fay").post(PATH, json=wish)).status_code == 201
