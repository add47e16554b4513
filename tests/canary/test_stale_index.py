"""The index lags behind: what was open when it was made, and is shut now, is found by no search in any spelling."""

from collections.abc import Callable
from typing import Any

import pytest

from forum.kit.transaction import connection
from forum.searching.rebuild import rebuild
from tests.canary.test_crawl import begun, itself, misspelt
from tests.cast import STRANGER, Cast
from tests.support.clients import Client

pytestmark = pytest.mark.anyio
As = Callable[..., Client]

# Two words for each, in the title and in the post, more than one edit away from any other.
WORDS = ("zqtitlemarmalade", "zqpostconfiture")
NOTHING = "zqnowhereatallness"
THREAD = """
    INSERT INTO threads (group_id, author_id, title, slug, kind, last_number, post_count, last_post_at)
    VALUES ($1, $2, $3, 'thread', 'question', 1, 1, now()) RETURNING id
"""
POST = """
    INSERT INTO posts (thread_id, author_id, number, body, html, text, renderer)
    VALUES ($1, $2, 1, 'x', '<p>x</p>', $3, 1)
"""
MOVED = "UPDATE threads SET group_id = (SELECT id FROM groups WHERE slug = '{}') WHERE id = $1"
IN_STATE = "UPDATE posts SET state = '{}' WHERE thread_id = $1"
SHUT = "UPDATE groups SET visibility = '{}' WHERE id = (SELECT group_id FROM threads WHERE id = $1)"
REMOVED = "DELETE FROM memberships WHERE group_id = (SELECT group_id FROM threads WHERE id = $1) AND role = 'member'"
BANNED = """
    WITH gone AS (DELETE FROM memberships m USING threads t WHERE t.id = $1 AND m.group_id = t.group_id
                  RETURNING m.group_id, m.member_id)
    INSERT INTO bans (group_id, member_id, banned_by_id) SELECT group_id, member_id, member_id FROM gone
"""
OUTSIDERS = (STRANGER, "pia", "cem", "bea", "ada")
# Where it was found, what happened then, and who finds it no longer.
CASES = {
    "deleted": ("public", "DELETE FROM posts WHERE thread_id = $1", (*OUTSIDERS, "ben", "fay")),
    "withdrawn": ("public", IN_STATE.format("withdrawn"), (*OUTSIDERS, "ben", "fay")),
    "hidden by a facilitator": ("public", IN_STATE.format("hidden"), (*OUTSIDERS, "ben", "fay")),
    "moved to a closed group": ("public", MOVED.format("closed-group"), OUTSIDERS),
    "moved to a hidden group": ("members", MOVED.format("hidden-group"), OUTSIDERS),
    "its group closed": ("public", SHUT.format("closed"), OUTSIDERS),
    "its group hidden": ("members", SHUT.format("hidden"), OUTSIDERS),
    "its group for members only": ("public", SHUT.format("members"), (STRANGER, "pia", "bea")),
    "members removed": ("closed", REMOVED, (*OUTSIDERS, "ben", "sol")),
    "members banned": ("hidden", BANNED, (*OUTSIDERS, "ben", "fay")),
}
WAYS = (
    "{}",
    "in:title {}",
    '"{}"',
    "{} sort:new",
    "{} is:unanswered",
    "post {}",
    "thread from:ben {0} -{0}x",
    "group:public-group {}",
)


@pytest.mark.parametrize("case", CASES)
async def test_what_is_shut_is_not_found(case: str, client: As, cast: Cast) -> None:
    kind, change, shut_out = CASES[case]
    async with connection() as raw:
        ben = cast.members["ben"]
        thread = await raw.fetchval(THREAD, cast.groups[kind], ben, WORDS[0])
        await raw.execute(POST, thread, ben, WORDS[1])
    await rebuild()
    assert len(await _found(client("ben"), WORDS[0])) == 1, "it was there to be found"
    async with connection() as raw:
        await raw.execute(change, thread)
    for who in shut_out:
        reader, browser = client(who), client(who, browser=True)
        for word in WORDS:
            for spell in (itself, misspelt, begun):
                await _looks_everywhere(reader, browser, spell, word)


async def _looks_everywhere(reader: Client, browser: Client, spell: Callable[[str], str], word: str) -> None:
    """Each answer, whatever is asked, is the one about a word that nobody ever wrote."""
    asked, empty = spell(word), spell(NOTHING)
    for way in WAYS:
        q, other = way.format(asked), way.format(empty)
        answer = await reader.get("/api/v1/search", params={"q": q, "facets": True})
        same = await reader.get("/api/v1/search", params={"q": other, "facets": True})
        assert answer.text.replace(asked, "WORD") == same.text.replace(empty, "WORD"), q
        assert answer.status_code == 200 and "zq" not in answer.text.replace(asked, "")
    page, blank = [await browser.get("/search", params={"q": each}) for each in (asked, empty)]
    assert page.text.replace(asked, "WORD") == blank.text.replace(empty, "WORD")
    offers = await reader.get("/api/v1/suggestions", params={"q": asked})
    assert offers.json() == {"threads": [], "groups": [], "people": []}


async def _found(reader: Client, q: str) -> list[Any]:
    return list((await reader.get("/api/v1/search", params={"q": q})).json()["items"])
