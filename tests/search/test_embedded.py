"""The folder: several readers and writers, rebuilds, damage."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from search.embedded import EmbeddedEngine
from search.engine import SearchUnavailable
from search.generations import FORMAT
from tests.search.making import document, query

pytestmark = pytest.mark.anyio


async def ids(engine: EmbeddedEngine, text: str) -> list[int]:
    return sorted(hit.post_id for hit in (await engine.search(query(text, limit=100))).hits)


def generation(folder: Path) -> Path:
    (only,) = folder.glob("gen-*")
    return only


async def test_a_folder_never_built_says_so_and_a_rebuild_cures_it(tmp_path):
    engine = EmbeddedEngine(tmp_path / "none" / "yet")
    status = await engine.status()
    assert not status.ready
    assert "rebuild" in status.reason
    for ask in (
        engine.count(),
        engine.search(query("x")),
        engine.index([document("x")]),
        engine.delete([1]),
    ):
        with pytest.raises(SearchUnavailable):
            await ask
    async with engine.rebuild() as builder:
        await builder.add([document("apples")])
    assert (await engine.status()).ready
    assert len(await ids(engine, "apples")) == 1


async def test_two_engines_on_one_folder_see_each_other_at_once(engine, tmp_path):
    other = EmbeddedEngine(tmp_path / "index")
    await engine.index([document("apples", post_id=1001)])
    assert await ids(other, "apples") == [1001]
    await other.index([document("apples", post_id=1002)])
    assert await ids(engine, "apples") == [1001, 1002]
    await engine.delete([1001])
    assert await ids(other, "apples") == [1002]
    async with other.rebuild() as builder:
        await builder.add([document("apples", post_id=1003)])
    assert await ids(engine, "apples") == [1003]


async def test_two_engines_may_write_at_the_same_time(engine, tmp_path):
    other = EmbeddedEngine(tmp_path / "index")
    batches = [each.index([document("apples")]) for each in (engine, other) for _ in range(5)]
    await asyncio.gather(*batches)
    assert await engine.count() == await other.count() == 10


async def test_the_old_index_serves_until_the_new_one_is_whole(engine, tmp_path):
    await engine.index([document("apples", post_id=1010)])
    other = EmbeddedEngine(tmp_path / "index")
    async with engine.rebuild() as builder:
        await builder.add([document("apples", post_id=1011)])
        assert await ids(engine, "apples") == await ids(other, "apples") == [1010]
        # Meanwhile changes reach the old index; the caller replays them after the swap.
        await other.index([document("apples", post_id=1012)])
        assert await ids(engine, "apples") == [1010, 1012]
        await builder.add([document("apples", post_id=1013)])
    assert await ids(engine, "apples") == await ids(other, "apples") == [1011, 1013]
    assert generation(tmp_path / "index")


async def test_searches_during_rebuilds_never_fail(engine):
    posts = [document("apples") for _ in range(20)]
    await engine.index(posts)
    running = True

    async def ask() -> int:
        asked = 0
        while running:
            assert len(await ids(engine, "apples")) == 20
            asked += 1
        return asked

    readers = [asyncio.create_task(ask()) for _ in range(3)]
    for _ in range(5):
        async with engine.rebuild() as builder:
            await builder.add(posts)
    running = False
    assert all(asked > 0 for asked in await asyncio.gather(*readers))


async def test_a_failed_rebuild_changes_nothing_and_leaves_nothing(engine, tmp_path):
    await engine.index([document("apples", post_id=1020)])
    before = generation(tmp_path / "index")
    with pytest.raises(RuntimeError, match="the database went away"):
        async with engine.rebuild() as builder:
            await builder.add([document("pears")])
            raise RuntimeError("the database went away")
    assert generation(tmp_path / "index") == before
    assert await ids(engine, "apples pears") == [1020]


async def test_only_one_rebuild_at_a_time(engine, tmp_path):
    async with engine.rebuild():
        with pytest.raises(SearchUnavailable, match="rebuild"):
            async with EmbeddedEngine(tmp_path / "index").rebuild():
                pass
    assert (await engine.status()).ready


async def test_a_rebuild_sweeps_what_a_killed_one_left(engine, tmp_path):
    left = tmp_path / "index" / "gen-0-dead"
    left.mkdir()
    async with engine.rebuild():
        pass
    assert not left.exists()


def cut_meta(folder: Path) -> None:
    (generation(folder) / "meta.json").write_text("{")


def lose_meta(folder: Path) -> None:
    (generation(folder) / "meta.json").unlink()


def lose_segments(folder: Path) -> None:
    for file in generation(folder).glob("*.term"):
        file.unlink()


def garble_segments(folder: Path) -> None:
    for file in generation(folder).glob("*.*"):
        if file.suffix in (".term", ".idx", ".fast", ".fieldnorm", ".pos", ".store"):
            file.write_bytes(os.urandom(64))


def empty_pointer(folder: Path) -> None:
    (folder / "active").write_text("")


def foreign_version(folder: Path) -> None:
    pointer = json.loads((folder / "active").read_text())
    (folder / "active").write_text(json.dumps({**pointer, "format": FORMAT + 1}))


def foreign_folder(folder: Path) -> None:
    (folder / "active").write_text(json.dumps({"folder": "../../etc", "format": FORMAT}))


def list_pointer(folder: Path) -> None:
    (folder / "active").write_text("[]")


DAMAGES = [
    cut_meta, lose_meta, lose_segments, garble_segments, empty_pointer,
    foreign_version, foreign_folder, list_pointer,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
async def test_a_damaged_folder_is_unavailable_and_a_rebuild_cures_it(engine, tmp_path, damage):
    await engine.index([document("apples", post_id=1030)])
    damage(tmp_path / "index")
    fresh = EmbeddedEngine(tmp_path / "index")
    assert not (await fresh.status()).ready
    for ask in (fresh.search(query("apples")), fresh.index([document("pears")]), fresh.delete([1030])):
        with pytest.raises(SearchUnavailable, match="rebuild"):
            await ask
    async with fresh.rebuild() as builder:
        await builder.add([document("apples", post_id=1031)])
    assert await ids(fresh, "apples") == await ids(engine, "apples") == [1031]
    await engine.index([document("apples", post_id=1032)])
    assert await ids(fresh, "apples") == [1031, 1032]


async def test_a_batch_waits_for_its_turn_and_says_when_it_gets_none(engine, monkeypatch):
    monkeypatch.setattr("search.embedded.WRITE_WAIT", 0.05)
    with engine._generations.locked("write", 0), pytest.raises(SearchUnavailable, match="lock"):
        await engine.index([document("apples")])
    await engine.index([document("apples")])


async def test_small_batches_do_not_pile_up_segments(engine):
    for _ in range(30):
        await engine.index([document("apples")])
    assert engine._searcher().num_segments < 20
    assert await engine.count() == 30
