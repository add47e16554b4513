"""The Meilisearch engine and its server's bad days, on a small fake of its API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from search.engine import SearchUnavailable
from search.meilisearch import engine as engines
from search.meilisearch import server
from search.meilisearch.engine import MeilisearchEngine
from search.meilisearch.server import ACTIONS
from tests.search.conftest import MEILI_URL
from tests.search.fake_meilisearch import FakeMeilisearch, Key, serving
from tests.search.making import document, query

pytestmark = pytest.mark.anyio


@pytest.fixture
def fake() -> FakeMeilisearch:
    return FakeMeilisearch()


@asynccontextmanager
async def opened(fake: FakeMeilisearch, *, built: bool = True) -> AsyncIterator[MeilisearchEngine]:
    """An engine on a fake that serves; both end with the block."""
    async with serving(fake):
        made = MeilisearchEngine(fake.url, "secret", "posts")
        try:
            if built:
                async with made.rebuild() as builder:
                    await builder.add([document("apples", post_id=1)])
            yield made
        finally:
            await made.aclose()


async def ids(engine: MeilisearchEngine, text: str, **fields: object) -> list[int]:
    return [hit.post_id for hit in (await engine.search(query(text, **fields))).hits]


async def use_everything(engine: MeilisearchEngine) -> None:
    async with engine.rebuild() as builder:
        await builder.add([document("apples", post_id=1)])
    await engine.index([document("pears", post_id=2)])
    await engine.delete([1])
    assert await ids(engine, "pears") == [2]
    assert await engine.count() == len(await engine.stamps(1, 2)) == 1
    assert (await engine.status()).ready


async def test_a_server_that_knows_nothing_yet_asks_for_a_rebuild(fake):
    async with opened(fake, built=False) as engine:
        status = await engine.status()
        assert (status.ready, status.rebuild) == (False, True)
        for ask in (engine.count(), engine.search(query("x")), engine.stamps(1, 2), engine.delete([1])):
            with pytest.raises(SearchUnavailable, match="no search index yet"):
                await ask
        await use_everything(engine)
        assert list(fake.indexes) == ["posts"]


async def test_an_index_of_other_settings_asks_for_a_rebuild_and_is_replaced(fake):
    async with opened(fake) as engine:
        fake.indexes["posts"].settings["displayedAttributes"] = ["*"]
        assert (await engine.status()).rebuild
        async with engine.rebuild():
            pass
        assert (await engine.status()).ready


async def test_what_was_indexed_before_there_was_an_index_does_not_pass_for_one(fake):
    async with opened(fake, built=False) as engine:
        await engine.index([document("early")])
        assert (await engine.status()).rebuild
        with pytest.raises(SearchUnavailable, match="not filterable"):
            await engine.search(query("early"))


@pytest.mark.parametrize("names", ["posts*", "*"])
async def test_a_key_with_the_listed_rights_is_enough(fake, names):
    fake.keys["secret"] = Key(ACTIONS, (names,))
    async with opened(fake, built=False) as engine:
        await use_everything(engine)
        async with engine.rebuild():
            pass
        assert list(fake.indexes) == ["posts"]


@pytest.mark.parametrize("missing", ACTIONS)
async def test_a_key_without_one_of_them_is_named(fake, missing):
    async with opened(fake) as engine:
        fake.keys["secret"] = Key(tuple(action for action in ACTIONS if action != missing), ("posts*",))
        try:
            await use_everything(engine)
        except (SearchUnavailable, AssertionError) as error:
            assert missing in str(error)
        else:
            # The next rebuild needs it, to sweep what this one could not remove.
            assert missing == "indexes.delete" and len(fake.indexes) == 2


async def test_a_wrong_key_says_so_and_begins_no_rebuild(fake):
    async with opened(fake) as engine:
        fake.keys = {"other": Key()}
        status = await engine.status()
        assert (status.ready, status.rebuild) == (False, False)
        assert "refuses search.key" in status.reason and "documents.add" in status.reason


async def test_a_server_that_is_away_is_unavailable_and_back_at_once(fake):
    async with opened(fake) as engine:
        pass
    engine = MeilisearchEngine(fake.url, "secret", "posts")
    with pytest.raises(SearchUnavailable, match="cannot be reached"):
        await engine.search(query("apples"))
    status = await engine.status()
    assert (status.ready, status.rebuild) == (False, False)
    async with serving(fake):
        assert await ids(engine, "apples") == [1]
        await engine.aclose()


async def test_a_server_that_hangs_is_given_up(fake, monkeypatch):
    monkeypatch.setattr(server, "HTTP_SECONDS", 0.05)
    async with opened(fake) as engine:
        fake.hangs = True
        with pytest.raises(SearchUnavailable, match="ReadTimeout"):
            await engine.search(query("apples"))
        assert "ReadTimeout" in (await engine.status()).reason


async def test_a_proxy_that_answers_for_it_is_no_answer(fake):
    async with opened(fake) as engine:
        fake.answers_instead = b"<html>Bad gateway</html>"
        with pytest.raises(SearchUnavailable):
            await engine.search(query("apples"))
        assert not (await engine.status()).ready


async def test_a_failed_task_raises_with_its_own_words(fake):
    async with opened(fake) as engine:
        fake.fails = "no space left on device"
        with pytest.raises(SearchUnavailable, match="no space left on device"):
            await engine.index([document("pears")])
        await engine.index([document("pears")])


async def test_a_task_that_takes_too_long_is_given_up(fake, monkeypatch):
    monkeypatch.setattr(engines, "TASK_SECONDS", 0.05)
    async with opened(fake) as engine:
        fake.holds_tasks = True
        with pytest.raises(SearchUnavailable, match="has not finished"):
            await engine.index([document("pears", post_id=2)])
        # It is done later all the same, and a second try does no harm.
        fake.holds_tasks = False
        await engine.index([document("pears", post_id=2)])
        assert await ids(engine, "pears") == [2]


async def test_the_old_index_serves_until_the_new_one_is_whole(fake):
    async with opened(fake) as engine:
        async with engine.rebuild() as builder:
            await builder.add([document("pears", post_id=2)])
            assert await ids(engine, "apples pears") == [1]
        assert await ids(engine, "apples pears") == [2]
        assert list(fake.indexes) == ["posts"]


async def test_a_rebuild_that_fails_leaves_nothing_behind(fake):
    async with opened(fake) as engine:
        with pytest.raises(ZeroDivisionError):
            async with engine.rebuild() as builder:
                await builder.add([document("pears", post_id=2)])
                raise ZeroDivisionError
        assert await ids(engine, "apples pears") == [1]
        assert list(fake.indexes) == ["posts"]


async def test_many_batches_are_all_there_at_the_swap(fake, monkeypatch):
    monkeypatch.setattr(engines, "AHEAD", 1)
    monkeypatch.setattr("search.meilisearch.records.BATCH_RECORDS", 3)
    async with opened(fake) as engine:
        async with engine.rebuild() as builder:
            await builder.add([document("pears") for _ in range(17)])
        assert await engine.count() == 17


async def test_stamps_come_page_by_page_from_any_range(fake, monkeypatch):
    monkeypatch.setattr(engines, "STAMPS", 3)
    async with opened(fake) as engine:
        posts = [document("pears", post_id=10 + n) for n in range(6)]
        await engine.index(posts)
        assert await engine.stamps(10, 2**63 - 1) == {post.post_id: post.stamp for post in posts}
        assert await engine.stamps(11, 12) == {post.post_id: post.stamp for post in posts[1:3]}


async def test_a_server_restarted_in_the_middle_of_a_rebuild_keeps_the_old_index(fake, monkeypatch):
    engine = None
    with pytest.raises(SearchUnavailable, match="cannot be reached"):
        async with serving(fake):
            engine = MeilisearchEngine(fake.url, "secret", "posts")
            await use_everything(engine)
            rebuilding = engine.rebuild()
            builder = await rebuilding.__aenter__()
            await builder.add([document("plums", post_id=3)])
        try:
            await builder.add([document("plums", post_id=4)])
        except SearchUnavailable as error:
            await rebuilding.__aexit__(type(error), error, None)
            raise
    async with serving(fake):
        assert await ids(engine, "pears plums") == [2]
        assert (await engine.status()).ready
        # What is left looks like somebody else's work, for a while.
        assert len(fake.indexes) == 2
        with pytest.raises(SearchUnavailable, match="being made elsewhere"):
            async with engine.rebuild():
                pass
        monkeypatch.setattr(engines, "ABANDONED", timedelta(0))
        async with engine.rebuild():
            pass
        assert list(fake.indexes) == ["posts"]
        await engine.aclose()


async def test_a_rebuild_whose_index_was_swept_swaps_nothing(fake, monkeypatch):
    monkeypatch.setattr(engines, "ABANDONED", timedelta(0))
    async with opened(fake) as engine:
        with pytest.raises(SearchUnavailable):
            async with engine.rebuild() as builder:
                await builder.add([document("plums", post_id=3)])
                async with engine.rebuild() as other:
                    await other.add([document("pears", post_id=2)])
                await builder.add([document("plums", post_id=4)])
        assert await ids(engine, "pears plums") == [2]


async def test_by_date_the_last_page_does_not_begin_again_with_any_word(fake):
    async with opened(fake) as engine:
        both = [document("charter members", post_id=10 + n) for n in range(3)]
        await engine.index([*both, document("charter", post_id=5), document("members", post_id=20)])
        assert await ids(engine, "charter members sort:new") == [12, 11, 10]
        assert await ids(engine, "charter members sort:new", older=both[0].position) == []
        assert await ids(engine, "charter bananas sort:new") == [12, 11, 10, 5]
        assert await ids(engine, "charter bananas sort:new", older=both[0].position) == [5]


async def test_a_page_is_filled_up_with_what_has_some_of_the_words(fake):
    async with opened(fake) as engine:
        await engine.index(
            [
                document("alpha", post_id=11),
                document("alpha beta", post_id=12),
                document("alpha beta gamma", post_id=13),
                document("alpha", post_id=14),
            ]
        )
        answer = (await engine.search(query("alpha beta gamma"))).hits
        assert [hit.post_id for hit in answer] == [13, 12, 14, 11]
        assert sorted((hit.score for hit in answer), reverse=True) == [hit.score for hit in answer]
        fake.asked.clear()
        assert await ids(engine, "alpha beta gamma", limit=1) == [13]
        assert fake.asked == ["POST /indexes/posts/search"]


@pytest.mark.skipif(not MEILI_URL, reason="the fake tolerates no typos: MEILI_URL names a server that does")
async def test_a_server_tolerates_typos_knows_synonyms_and_completes_the_last_word(meilisearch):
    await meilisearch.index(
        [
            document("The Internet Governance Forum in Kyoto", post_id=1),
            document("RFC 9110 of 2022", post_id=2),
        ]
    )
    assert await ids(meilisearch, "governence") == [1]
    assert await ids(meilisearch, "igf") == [1]
    assert await ids(meilisearch, "rfc9110") == [2]
    assert await ids(meilisearch, "9111") == []
    assert await ids(meilisearch, "gover", unfinished=True) == [1]
    assert await ids(meilisearch, "gover") == []
