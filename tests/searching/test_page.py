"""The results page: what was understood, what to narrow by, names that match, and ways on from nothing."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from forum.searching.engine import install
from forum.searching.rebuild import rebuild
from tests.cast import STRANGER, Cast
from tests.searching.planting import Away, posts, run, threads
from tests.support.clients import Client

pytestmark = pytest.mark.anyio
As = Callable[..., Client]


async def shown(reader: Client, path: str) -> str:
    answer = await reader.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text.partition("<main")[2]


def links(text: str) -> dict[str, str]:
    """Addresses by what stands in the link."""
    found = re.findall(r'<a[^>]* href="([^"]*)"[^>]*>(.*?)</a>', text)
    return {re.sub("<[^>]+>", "", words).strip(): unescape(href) for href, words in found}


async def test_what_was_found_is_escaped_first_and_marked_then(client: As, cast: Cast) -> None:
    await threads(cast, 1, "<i>one</i> marmalade & <script>")
    await rebuild()
    await run("UPDATE threads SET title = 'My <b>marmalades' WHERE title = 'Thread 1'")
    await rebuild()
    text = await shown(client(STRANGER, browser=True), "/search?q=marmalade")
    assert "My &lt;b&gt;<mark>marmalades</mark></a>" in text
    assert "&lt;i&gt;one&lt;/i&gt; <mark>marmalade</mark> &amp; &lt;script&gt;" in text


async def test_filters_are_chips_to_take_away(client: As, cast: Cast) -> None:
    await rebuild()
    text = await shown(client("ben", browser=True), "/search?q=post+from:ben+lang:en+sort:new&group=public-group")
    found = links(text)
    assert found["by ben ×remove this filter"] == "/search?q=post+lang%3Aen+sort%3Anew&group=public-group"
    assert found["English ×remove this filter"] == "/search?q=post+from%3Aben+sort%3Anew&group=public-group"
    assert found["in The public group ×remove this filter"] == "/search?q=post+from%3Aben+lang%3Aen+sort%3Anew"
    assert found["Best first"] == "/search?q=post+from%3Aben+lang%3Aen&group=public-group"


async def test_facets_narrow_by_the_words_themselves(client: As, cast: Cast) -> None:
    await threads(cast, 6, "marmalade")
    await rebuild()
    reader = client(STRANGER, browser=True)
    text = await shown(reader, "/search?q=marmalade")
    assert "6 results" in text
    french = links(text)["French 2"]
    assert french == "/search?q=marmalade+lang%3Afr"
    narrowed = await shown(reader, french)
    assert "2 results" in narrowed and "English" not in narrowed


async def test_pages(client: As, cast: Cast) -> None:
    await threads(cast, 45, "marmalade")
    await rebuild()
    reader = client(STRANGER, browser=True)
    for order in ("", "+sort:new"):
        found, asked = [], f"/search?q=marmalade{order}"
        while asked:
            text = await shown(reader, asked)
            found += re.findall(r'href="/p/(\d+)"', text)
            asked = links(text).get("More results", "")
        assert len(found) == len(set(found)) == 45
    assert (await reader.get("/search?q=x&after=nonsense")).status_code == 422


async def test_names_that_match(client: As, cast: Cast) -> None:
    await rebuild()
    text = await shown(client("cem", browser=True), "/search?q=public+group")
    assert links(text)["The public group"] == "/g/public-group"
    assert "/m/" not in text.partition('class="found"')[0]
    assert links(await shown(client("cem", browser=True), "/search?q=fay"))["Fay"] == "/m/fay"
    assert "/m/fay" not in await shown(client(STRANGER, browser=True), "/search?q=fay")
    assert "/m/fay" not in await shown(client("pia", browser=True), "/search?q=fay")
    for who, sees in ((STRANGER, False), ("ben", True)):
        assert ("hidden-group" in await shown(client(who, browser=True), "/search?q=hidden")) is sees
    await run("UPDATE groups SET purpose = 'About marmalade' WHERE slug = 'members-group'")
    assert "members-group" not in await shown(client(STRANGER, browser=True), "/search?q=marmalade")
    assert "members-group" in await shown(client("cem", browser=True), "/search?q=marmalade")


async def test_groups_by_their_words(client: As, cast: Cast) -> None:
    found = (await client("ben").get("/api/v1/groups?q=HIDDEN+purpose")).json()["items"]
    assert [group["slug"] for group in found] == ["hidden-group"]
    assert (await client("cem").get("/api/v1/groups?q=hidden")).json()["items"] == []
    text = await shown(client(STRANGER, browser=True), "/groups?q=elsewhere")
    assert "/g/elsewhere" in text and "/g/public-group" not in text


async def test_nothing_found_and_ways_on(client: As, cast: Cast) -> None:
    await threads(cast, 2, "marmalade")
    await rebuild()
    text = await shown(client("ben", browser=True), "/search?q=marmalade+kind:announcement+lang:en")
    assert "Nothing found" in text and "/g/" not in text
    assert links(text)["Announcement"] == "/search?q=marmalade+lang%3Aen"
    assert links(text).get("English") is None
    everywhere = await shown(client("ben", browser=True), "/search?q=marmalade&group=elsewhere")
    assert links(everywhere)["Search everything that you can read"] == "/search?q=marmalade"
    await run("UPDATE posts SET state = 'withdrawn' WHERE text = 'marmalade'")
    assert "without:" not in await shown(client("ben", browser=True), "/search?q=marmalade+kind:announcement")


async def test_in_a_thread_and_in_a_group(client: As, cast: Cast) -> None:
    await posts(cast, 30, "marmalade", cast.threads["closed"])
    await run("UPDATE threads SET post_count = 32, last_number = 32 WHERE id = $1", cast.threads["closed"])
    await rebuild()
    reader = client("ben", browser=True)
    thread = links(await shown(reader, f"/t/{cast.threads['closed']}/thread"))["Search in this thread"]
    text = await shown(reader, f"{thread}&q=marmalade")
    assert text.count("<h2>") == 20 and "in one thread" in text
    group = links(await shown(reader, "/g/closed-group"))["Search in this group"]
    assert "in The closed group" in await shown(reader, group)


async def test_while_the_engine_is_away(client: As, cast: Cast) -> None:
    install(Away())  # type: ignore[arg-type]
    text = await shown(client(STRANGER, browser=True), "/search?q=thread+lang:en")
    assert "only titles are searched" in text and "results" not in text
    assert "<mark>Thread</mark> in the public group" in text
    assert "Nothing found" in await shown(client(STRANGER, browser=True), "/search?q=xyzzy+lang:fr")
