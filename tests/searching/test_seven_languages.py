"""Seven threads written by hand, one a language, found through the site in the way people type."""

from collections.abc import Callable

import pytest

from forum.searching.rebuild import rebuild
from tests.cast import STRANGER, Cast
from tests.search.test_corrections import TYPOS
from tests.search.test_languages import POSTS, QUESTIONS
from tests.support.clients import Client

pytestmark = pytest.mark.anyio
As = Callable[..., Client]

# As the keyboard gave it: vowel signs, capitals, letters of a Chinese keyboard.
AS_TYPED = [
    ("ar", "حَوْكَمَة"), ("ar", "المَدْرَسة"), ("ru", "ВЫБОРЫ В ОКТЯБРЕ"),
    ("fr", "ＲＥＵＮＩＯＮ générale"), ("zh", "机器　学习"),
]  # fmt: skip


async def test_each_is_found_in_the_way_people_type(client: As, cast: Cast) -> None:
    made = {}
    for language, text in POSTS.items():
        wish = {"title": text.split(" ")[0][:60], "body": text, "language": language}
        answer = await client("ben").post("/api/v1/groups/public-group/threads", json=wish)
        assert answer.status_code == 201, answer.text
        made[language] = answer.json()["id"]
    await rebuild()
    missed = []
    asked = [(language, typed, "") for language, typed in (*QUESTIONS, *AS_TYPED)] + TYPOS
    for language, typed, meant in asked:
        answer = await client(STRANGER).get("/api/v1/search", params={"q": typed, "limit": 2})
        found = answer.json()
        first = [hit["thread"]["id"] for hit in found["items"]]
        marked = any(hit["marks"] for hit in found["items"] if hit["thread"]["id"] == made[language])
        if made[language] not in first or not marked or bool(found["corrections"]) != bool(meant):
            missed.append((language, typed, found["corrections"], first, marked))
    assert missed == []
