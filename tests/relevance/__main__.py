"""python -m tests.relevance: the search of a running forum on public test collections, beside BM25."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from forum.app import Site
from forum.cli.session import database_url, open_database
from forum.kit import migration
from forum.searching.rebuild import rebuild
from tests.bench.processes import free_port, process, say, wait_for
from tests.bench.serve import settings_of
from tests.relevance import asking, reference
from tests.relevance.archive import ARCHIVE, Collection, read
from tests.relevance.loading import load
from tests.relevance.metrics import quality
from tests.relevance.table import Report, Row

NO_ARCHIVE = 2


def main() -> int:
    wanted = _arguments()
    if not wanted.archive.exists():
        say(f"make relevance: the test collections are not at {wanted.archive}")
        return NO_ARCHIVE
    collections = read(wanted.archive)
    chosen = [one for one in collections if any(part in one.name for part in wanted.only.split(","))]
    with tempfile.TemporaryDirectory(prefix="plenary-relevance-") as folder:
        Path(folder).chmod(0o711)
        data = wanted.data or Path(folder) / "data"
        if wanted.engine_only:
            report = asyncio.run(_of_engine(Path(folder), collections, chosen))
        else:
            report = _over_http(data, collections, chosen)
    sys.stdout.write(report.markdown())
    wanted.output.parent.mkdir(parents=True, exist_ok=True)
    wanted.output.write_bytes(report.json())
    say(f"As JSON: {wanted.output}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.relevance", description=__doc__)
    parser.add_argument("--only", default="", help="collections whose name holds one of these, comma between")
    parser.add_argument("--engine-only", action="store_true", help="ask the engine without a forum around it: quicker")
    parser.add_argument("--archive", type=Path, default=ARCHIVE)
    parser.add_argument("--data", type=Path, help="keep the forum here, and use it again; its index is made anew")
    parser.add_argument("--output", type=Path, default=Path(".data/relevance.json"))
    return parser.parse_args()


def _over_http(data: Path, collections: Sequence[Collection], chosen: Sequence[Collection]) -> Report:
    """All collections are in the forum, whichever are asked: they share its index."""
    settings = settings_of(data, free_port())
    report = Report("over HTTP")

    async def prepare(url: str) -> dict[int, str]:
        async with open_database(settings, url):
            async for _name in migration.migrate():
                pass
            ids = await load(collections)
            Site(settings)
            began = time.monotonic()
            posts = await rebuild()
            say(f"indexed {posts:,} posts in {time.monotonic() - began:.1f} s")
            return ids

    with database_url(settings) as url:
        say("loading the collections")
        ids = asyncio.run(prepare(url))
        with process("web", url, settings):
            wait_for(settings.server.port)
            for collection in chosen:
                began = time.monotonic()
                found = asyncio.run(asking.over_http(f"http://127.0.0.1:{settings.server.port}", collection))
                report.rows.append(_row(collection, found, ids, time.monotonic() - began))
    return report


async def _of_engine(folder: Path, collections: Sequence[Collection], chosen: Sequence[Collection]) -> Report:
    report = Report("the engine alone")
    engine, ids = await asking.index(folder / "search", collections)
    for group, collection in enumerate(collections, 1):
        if collection in chosen:
            began = time.monotonic()
            found = await asking.of_engine(engine, group, collection)
            report.rows.append(_row(collection, found, ids, time.monotonic() - began))
    return report


def _row(collection: Collection, found: Mapping[str, Sequence[int]], ids: Mapping[int, str], seconds: float) -> Row:
    ours = {query: [ids[thread] for thread in threads] for query, threads in found.items()}
    row = Row(
        collection=collection.name,
        documents=len(collection.documents),
        queries=len(collection.queries),
        ours=quality(ours, collection.judgments),
        bm25=quality(reference.rankings(collection), collection.judgments),
        seconds=seconds,
    )
    say(f"{row.line().strip()} {seconds:.1f} s")
    return row


if __name__ == "__main__":
    sys.exit(main())
