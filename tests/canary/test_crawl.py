"""No actor finds, in any byte of any route, a word that was planted where they may not look."""
import re
from typing import Any

import httpx2
import pytest

from forum.app import Site
from forum.kit.transaction import connection
from tests.canary.acts import stir_acts
from tests.canary.addresses import addresses, templates
from tests.canary.planting import MARK, Plot, plant
from tests.cast import KINDS, NAMES, STRANGER, Cast
from tests.permissions.deeds import DEEDS
from tests.permissions.stage import Stage
from tests.permissions.test_table import send

pytestmark = pytest.mark.anyio

WORD = re.compile(rf"{MARK}[a-z]{{12}}")
LINK = re.compile(r'(?:href|formaction|src)="(/[^"#]*)')
FEED = re.compile(r"/feeds/searches/(\d+)/[\w-]{32}")
STREAM = "/live"
MOST_LINKS = 100
# What one did oneself, knocking at every door in the course of a crawl included.
OWN_LOG = ("/api/v1/audit", "/me/activity")


def itself(word: str) -> str:
    return word


def misspelt(word: str) -> str:
    return word[:8] + ("x" if word[8] != "x" else "y") + word[9:]


def begun(word: str) -> str:
    return word[:9]


# Whoever finds things by their words: what is asked, by a browser or not, and how the word is spelled.
SEARCHES = (
    ("/api/v1/search?facets=true&q=", False, itself),
    ("/api/v1/search?facets=true&q=", False, misspelt),
    ("/search?q=", True, itself),
    ("/api/v1/suggestions?q=", False, begun),
    ("/api/v1/threads/similar?title=", False, itself),
    ("/api/v1/members?q=", False, itself),
    ("/api/v1/groups?q=", False, itself),
)
ACTORS = (STRANGER, *NAMES)


@pytest.fixture
async def plot(site: Site, cast: Cast) -> Plot:
    return await plant(cast)


def leaks(response: httpx2.Response, who: str, plot: Plot) -> list[str]:
    seen = str(response.headers) + response.text
    shut = {word for word in WORD.findall(seen) if who not in plot.allowed.get(word, ())}
    keys = {number for number in FEED.findall(seen) if plot.owners[int(number)] != who}
    told = [plot.places.get(word, word) for word in shut] + [f"key of feed {number}" for number in keys]
    return [f"{who} sees the {thing} at {response.request.url}" for thing in told]


def seen_as(who: str, *, browser: bool) -> str:
    """A suspended member's browser is a visitor's."""
    return STRANGER if who == "dot" else who


@pytest.mark.parametrize("who", ACTORS)
async def test_no_route_tells(who: str, client: Any, site: Site, plot: Plot) -> None:
    found: list[str] = []
    linked: set[str] = set()
    crawled: set[str] = set()
    readers = {browser: client(who, browser=browser) for browser in (False, True)}
    for template in templates(site):
        browser = not template.startswith("/api/")
        for address in addresses(template, plot):
            reader = readers[browser]
            crawled.add(address)
            method = "HEAD" if template == STREAM else "GET"
            if template == STREAM:
                address += f"?thread={plot.cast.threads['hidden']}"
            response = await reader.request(method, address)
            assert response.status_code < 500, address
            found += leaks(response, seen_as(who, browser=browser), plot)
            linked |= set(LINK.findall(response.text)) if browser else set()
    for address in sorted(linked - crawled)[:MOST_LINKS]:
        response = await readers[True].get(address.replace("&amp;", "&"))
        found += leaks(response, seen_as(who, browser=True), plot)
    assert not found, "\n".join(sorted(set(found))[:40])


async def test_every_route_is_crawled(site: Site, plot: Plot) -> None:
    empty = [template for template in templates(site) if not any(True for _ in addresses(template, plot))]
    assert not empty


async def test_the_words_can_be_found(client: Any, plot: Plot, site: Site) -> None:
    """The crawl would notice: whoever may see a word meets it somewhere."""
    met: set[str] = set()
    for who in ("fay", "ben"):
        for template in templates(site):
            if template == STREAM:
                continue
            for address in addresses(template, plot):
                response = await client(who, browser=not template.startswith("/api/")).get(address)
                met |= set(WORD.findall(response.text))
    for word, place in plot.places.items():
        if "note to" in place or "subject" in place:
            continue
        if plot.allowed[word] & {"fay", "ben"}:
            assert word in met, plot.places[word]


@pytest.mark.parametrize("who", (STRANGER, "pia", "cem", "bea", "ada"))
async def test_searching_for_the_words_finds_what_a_word_nobody_wrote_finds(who: str, client: Any, plot: Plot) -> None:
    nothing = MARK + "nowhereatall"
    readers = {browser: client(who, browser=browser) for browser in (False, True)}
    for path, browser, ask in SEARCHES:
        empty = _plain((await readers[browser].get(path + ask(nothing))).text.replace(ask(nothing), "WORD"))
        for word, allowed in plot.allowed.items():
            if who not in allowed:
                response = await readers[browser].get(path + ask(word))
                assert _plain(response.text.replace(ask(word), "WORD")) == empty, (path, plot.places[word])


@pytest.mark.parametrize("who", (STRANGER, "cem", "bea", "ada", "sol"))
async def test_refusals_do_not_tell(who: str, client: Any, plot: Plot) -> None:
    found: list[str] = []
    for kind in KINDS:
        for action, deed in DEEDS.items():
            for ask in deed.asks:
                if ask.method == "GET":
                    continue
                async with connection() as raw:
                    fresh = raw.transaction()
                    await fresh.start()
                    stage = Stage(plot.cast, kind, who)
                    if action not in ("approve_remove_ban_member",):
                        await deed.prepare(stage)
                    stage.ids.setdefault("request", plot.ids["request"][0])
                    response = await send(client, stage, ask)
                    await fresh.rollback()
                if response.status_code >= 400:
                    found += leaks(response, who, plot)
    assert not found, "\n".join(sorted(set(found))[:40])


@pytest.mark.parametrize("who", (STRANGER, "pia", "cem"))
async def test_what_is_hidden_moves_no_byte_and_no_tag(who: str, client: Any, site: Site, plot: Plot) -> None:
    """S-28: tags, counts and 304 of an outsider are the same, whatever happens behind the door."""
    before = await _snapshot(client, who, site, plot)
    logged = [_plain((await client(who).get(path)).text) for path in OWN_LOG]
    await _stir(plot)
    assert [_plain((await client(who).get(path)).text) for path in OWN_LOG] == logged
    after = await _snapshot(client, who, site, plot)
    changed = [address for address in before if before[address] != after[address]]
    assert not changed


async def test_a_tag_of_somebody_inside_opens_nothing(client: Any, plot: Plot, site: Site) -> None:
    for template in templates(site):
        if not template.startswith("/api/"):
            continue
        for address in addresses(template, plot):
            inside = await client("fay").get(address)
            if "etag" not in inside.headers:
                continue
            plain = await client("cem").get(address)
            tagged = await client("cem").get(address, headers={"If-None-Match": inside.headers["etag"]})
            if plain.status_code >= 400:
                assert tagged.status_code == plain.status_code, address
            else:
                same = plain.headers["etag"] == inside.headers["etag"]
                assert (tagged.status_code == 304) == same, address


async def _snapshot(client: Any, who: str, site: Site, plot: Plot) -> dict[str, tuple[int, str | None, str]]:
    taken = {}
    readers = {browser: client(who, browser=browser) for browser in (False, True)}
    for template in templates(site):
        if template in (STREAM, "/metrics", *OWN_LOG):
            continue
        browser = not template.startswith("/api/")
        for address in addresses(template, plot):
            response = await readers[browser].get(address)
            taken[address] = (response.status_code, response.headers.get("etag"), _plain(response.text))
    return taken


def _plain(text: str) -> str:
    """Without what is drawn anew for each answer, and without how long ago things were."""
    return re.sub(r'name="form_id" value="[^"]*"|<time[^>]*>[^<]*</time>', "", text)


async def _stir(plot: Plot) -> None:
    """Everything changes in the closed and the hidden group, and in what is not public of the public one."""
    await stir_acts(plot)
    async with connection() as raw:
        for kind in ("closed", "hidden"):
            group, thread = plot.cast.groups[kind], plot.cast.threads[kind]
            await raw.execute(
                "INSERT INTO posts (thread_id, author_id, number, body, html, text, renderer)"
                " VALUES ($1, $2, 6, 'x', 'x', 'x', 1)",
                thread,
                plot.cast.members["fay"],
            )
            await raw.execute(
                "UPDATE threads SET title = 'Changed', slug = 'changed', last_number = 6, post_count = 4,"
                " last_post_at = now(), last_post_id = last_post_id + 1000, version = 2 WHERE id = $1",
                thread,
            )
            await raw.execute(
                "UPDATE groups SET post_count = 99, thread_count = 9, member_count = 9, last_post_at = now(),"
                " last_post_id = 5000 WHERE id = $1",
                group,
            )
            await raw.execute(
                "UPDATE polls SET question = 'Changed', closes_at = closes_at + interval '1 day', version = 7"
                " FROM posts o WHERE o.id = post_id AND o.thread_id = $1",
                thread,
            )
        await raw.execute(
            "UPDATE initiatives SET title = 'Changed', cosponsor_count = 7 WHERE stage = 'draft' OR group_id = ANY($1)",
            [plot.cast.groups[kind] for kind in ("closed", "hidden")],
        )
        await raw.execute("UPDATE groups SET title = 'Changed', slug = slug WHERE id = $1", plot.cast.groups["hidden"])
        await raw.execute("UPDATE posts SET text = 'y', html = 'y', body = 'y' WHERE state <> 'public'")


