import pytest

from forum.threads.models import Mention

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("kind", "named"),
    [("public", {"fay", "cem", "ada"}), ("closed", {"fay"}), ("hidden", {"fay"}), ("members", {"fay", "cem", "ada"})],
)
async def test_only_readers_are_named(cast, reply, kind, named):
    post = await reply("ben", "Hello @fay @cem @ada @pia @dot @nobody", kind)
    linked = {name for name in (*cast.members, "nobody") if f'href="/m/{name}"' in post["html"]}
    assert linked == named
    stored = await Mention.filter(post_id=post["id"]).values_list("member_id", flat=True)
    assert set(stored) == {cast.members[name] for name in named}


async def test_an_edit_names_anew(client, cast, reply):
    post = await reply("ben", "Hello @fay")
    path = f"/api/v1/posts/{post['id']}"
    await client("ben").patch(path, json={"body": "Hello @cem"}, headers={"If-Match": '"1"'})
    stored = await Mention.filter(post_id=post["id"]).values_list("member_id", flat=True)
    assert list(stored) == [cast.members["cem"]]
