"""Similar threads: under a thread, and while a title is being written; what may not be read resembles nothing."""
from typing import Any

import pytest

from forum.app import Site
from forum.searching import engine
from forum.searching.rebuild import rebuild
from tests.cast import STRANGER, Cast
from tests.searching.planting import Away
from tests.searching.writing import sql

pytestmark = pytest.mark.anyio

THREAD = """
    WITH made AS (
        INSERT INTO threads (group_id, author_id, title, slug, last_number, post_count) VALUES ($1, $2, $3, 'x', 1, 1)
        RETURNING id
    )
    INSERT INTO posts (thread_id, author_id, number, body, html, text, renderer)
    SELECT id, $2, 1, $4, $4, $4, 1 FROM made RETURNING thread_id
"""
BY_TITLE = "/api/v1/threads/similar?title="


async def thread(cast: Cast, kind: str, title: str, text: str = "Nothing in particular.") -> int:
    return int(await sql(THREAD, cast.groups[kind], cast.members["ben"], title, text))


@pytest.fixture(autouse=True)
async def threads(site: Site, cast: Cast) -> dict[str, int]:
    made = {
        "asked": await thread(cast, "public", "Measuring broadband in the mountains", "Which probes for broadband?"),
        "alike": await thread(cast, "public", "Probes that measure broadband"),
        "inside": await thread(cast, "closed", "Broadband measurements behind a door"),
        "other": await thread(cast, "public", "Mountains of paper"),
    }
    for number in range(8):
        made[f"more {number}"] = await thread(cast, "public", f"Measuring the broadband of town {number}")
    await rebuild()
    return made


async def titles(who: Any, path: str) -> list[str]:
    answer = await who.get(path)
    assert answer.status_code == 200, answer.text
    return [one["title"] for one in answer.json()["items"]]


async def test_five_at_most_and_never_itself(client: Any, threads: dict[str, int]) -> None:
    found = await titles(client("ben"), f"/api/v1/threads/{threads['asked']}/similar")
    assert len(found) == 5
    assert "Measuring broadband in the mountains" not in found and "Mountains of paper" not in found
    assert await titles(client("ben"), f"/api/v1/threads/{threads['other']}/similar") == []


async def test_what_may_not_be_read_resembles_nothing(client: Any, cast: Cast, threads: dict[str, int]) -> None:
    asked = BY_TITLE + "broadband behind a door"
    assert await titles(client("ben"), asked) == ["Broadband measurements behind a door"]
    assert await titles(client("cem"), asked) == []
    assert await titles(client(STRANGER), asked) == []
    await sql("DELETE FROM memberships WHERE member_id = $1 RETURNING id", cast.members["ben"])
    assert await titles(client("ben"), asked) == [], "the index is as it was; the door is not"
    assert (await client("cem").get(f"/api/v1/threads/{threads['inside']}/similar")).status_code == 403


async def test_an_index_that_lags_shows_nothing_that_is_gone(client: Any, threads: dict[str, int]) -> None:
    await sql("UPDATE posts SET state = 'withdrawn' WHERE thread_id = $1 RETURNING id", threads["alike"])
    found = await titles(client("ben"), BY_TITLE + "probes that measure broadband")
    assert "Probes that measure broadband" not in found and found


async def test_in_a_group_alone(client: Any) -> None:
    asked = BY_TITLE + "measuring broadband&group="
    assert await titles(client("ben"), asked + "closed-group") == ["Broadband measurements behind a door"]
    assert (await client("cem").get(asked + "closed-group")).status_code == 403
    assert (await client("cem").get(asked + "hidden-group")).status_code == 404


@pytest.mark.parametrize("title", ("", "%20", "of+the", "%F0%9F%98%80", "%E2%80%AE%22%3C", "a" * 200))
async def test_any_title_gets_an_answer(title: str, client: Any) -> None:
    assert await titles(client("ben"), BY_TITLE + title) == []
    assert (await client("ben", browser=True).get("/similar?title=" + title)).status_code == 200


async def test_while_the_engine_is_away_nothing_is_shown(client: Any, threads: dict[str, int]) -> None:
    engine.install(Away())  # type: ignore[arg-type]
    assert await titles(client("ben"), BY_TITLE + "measuring broadband") == []
    page = await client("ben", browser=True).get(f"/similar/{threads['asked']}")
    assert page.status_code == 200 and "Nothing here resembles it" in page.text
    again = await client("ben", browser=True).post(
        "/preview", data={"group": "public-group", "title": "Measuring broadband", "body": "Text."}
    )
    assert again.status_code == 200 and "Is it here already?" not in again.text


async def test_without_a_script_they_stand_beside_the_preview_and_a_refused_form(client: Any, cast: Cast) -> None:
    ben = client("ben", browser=True)
    text = {"title": "Probes to measure broadband", "body": "Text.", "kind": "question"}
    previewed = await ben.post("/preview", data=text | {"group": "public-group"})
    refused = await ben.post("/g/public-group/new", data=text | {"body": ""})
    assert (previewed.status_code, refused.status_code) == (200, 422)
    for page in (previewed, refused):
        assert "Is it here already?" in page.text and "Probes that measure broadband" in page.text
    assert "Is it here already?" not in (await ben.get("/g/public-group/new")).text


async def test_a_threads_page_only_links_to_them(client: Any, threads: dict[str, int]) -> None:
    page = await client(STRANGER).get(f"/t/{threads['asked']}/x")
    assert f'href="/similar/{threads["asked"]}"' in page.text
    assert "Probes that measure" not in page.text
    listed = await client(STRANGER).get(f"/similar/{threads['asked']}")
    assert "Probes that measure broadband" in listed.text
