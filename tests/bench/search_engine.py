"""python -m tests.bench.search_engine: the embedded engine on posts of invented words, and what it costs."""

import argparse
import asyncio
import gc
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from search.embedded import EmbeddedEngine
from search.engine import MAX_LIMIT, Query
from search.query import ParsedQuery, parse
from search.snippets import snippet
from tests.bench.posts import GROUPS, Language, languages, posts

BATCH = 1_000
MB = 1_000_000
EVERYBODY = tuple(range(1, GROUPS + 1))
MEMBER = tuple(group for group in EVERYBODY if group % 7 != 3)  # nearly all groups
GUEST = (4, 9, 13, 22, 30, 35)

Took = tuple[float, float]
Ask = Callable[[random.Random, Language], Query]


def _words(rng: random.Random, spoken: Language, number: int) -> list[str]:
    """As people ask: words a little rarer than in running text."""
    return [spoken.words[min(len(spoken.words) - 1, int(20 * 1000 ** rng.random()))] for _ in range(number)]


def _question(groups: Sequence[int], **wanted: int) -> Ask:
    def ask(rng: random.Random, spoken: Language) -> Query:
        words = _words(rng, spoken, rng.randint(1, 8))
        if len(words) > 3:
            words.insert(1, rng.choice(spoken.common))
        return Query(parse(" ".join(words)), tuple(groups), **wanted)

    return ask


def _phrase(rng: random.Random, spoken: Language) -> Query:
    return Query(parse('{} "{} {}"'.format(*_words(rng, spoken, 3))), MEMBER)


def _newest(rng: random.Random, spoken: Language) -> Query:
    return Query(parse(" ".join([*_words(rng, spoken, rng.randint(1, 3)), "sort:new"])), MEMBER)


def _typo(rng: random.Random, spoken: Language) -> Query:
    first, second = _words(rng, spoken, 2)
    at = rng.randrange(1, len(second)) if len(second) > 1 else 0
    return Query(parse(f"{first} {second[:at]}{second[at + 1 :]}x"), MEMBER)


def _unfinished(rng: random.Random, spoken: Language) -> Query:
    first, second = _words(rng, spoken, 2)
    return Query(parse(f"{first} {second[: rng.randint(2, 6)]}"), MEMBER, limit=5, unfinished=True)


KINDS: dict[str, tuple[int, Ask]] = {
    "1–8 words, all 46 groups": (30, _question(EVERYBODY)),
    "1–8 words, 39 groups": (30, _question(MEMBER)),
    "1–8 words, 6 groups": (10, _question(GUEST)),
    "a phrase and a word": (8, _phrase),
    "1–3 words, sort:new": (8, _newest),
    "a typo": (6, _typo),
    "unfinished": (8, _unfinished),
}
COUNTED = "1–8 words, 1,000 threads"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.search_engine", description=__doc__)
    parser.add_argument("--posts", type=int, default=400_000)
    parser.add_argument("--queries", type=int, default=2_000)
    parser.add_argument("--data", type=Path, help="keep the index here, and use it again")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plenary-search-") as folder:
        data = wanted.data or Path(folder)
        spoken = languages()
        engine = EmbeddedEngine(data)
        if not (data / "active").exists():
            asyncio.run(_fill(engine, posts(wanted.posts, spoken), wanted.posts))
        _measure(engine, spoken, wanted.queries)
    return 0


async def _fill(engine: EmbeddedEngine, made: Iterator, number: int) -> None:
    """The posts are made between the clocks."""
    spent = burnt = 0.0
    async with engine.rebuild() as builder:
        while batch := list(islice(made, BATCH)):
            began, cpu = time.perf_counter(), time.process_time()
            await builder.add(batch)
            spent, burnt = spent + time.perf_counter() - began, burnt + time.process_time() - cpu
        began, cpu = time.perf_counter(), time.process_time()
    spent, burnt = spent + time.perf_counter() - began, burnt + time.process_time() - cpu
    _say(f"Rebuild: {number / spent:,.0f} posts/s ({number:,} posts, {burnt / number * 1e6:.0f} µs of CPU each)\n")


def _measure(engine: EmbeddedEngine, spoken: dict[str, Language], number: int) -> None:
    before = _resident()
    mixed: list[Took] = []
    _say("| queries | asked | p50 ms | p99 ms | CPU p50 | CPU p99 | hits |\n|---|--:|--:|--:|--:|--:|--:|")
    for name, (share, ask) in KINDS.items():
        mixed += _row(engine, spoken, name, ask, number * share // 100)
    _say(f"| **all of these** | {len(mixed):,} | {_figures(mixed)} | |")
    _row(engine, spoken, COUNTED, _question(MEMBER, limit=MAX_LIMIT), number // 20)
    _say(f"\nMemory of the process: {(_resident() - before) / MB:+.0f} MB")
    _say(_snippets(spoken))


def _row(engine: EmbeddedEngine, spoken: dict[str, Language], name: str, ask: Ask, number: int) -> list[Took]:
    rng, tags = random.Random(name), list(spoken)
    asked = [ask(rng, spoken[tags[int(len(tags) * rng.random() ** 2)]]) for _ in range(number)]
    took, hits = [], 0
    for query in asked:
        began, cpu = time.perf_counter(), time.thread_time()
        hits += len(engine._search(query).hits)
        took.append(((time.perf_counter() - began) * 1e3, (time.thread_time() - cpu) * 1e3))
    _say(f"| {name} | {number:,} | {_figures(took)} | {hits / number:.0f} |")
    return took


def _figures(took: Sequence[Took]) -> str:
    """By the clock, and what the search itself used of a core, which the neighbours change less."""
    return " | ".join(f"{_at(values, share):.1f}" for values in zip(*took, strict=True) for share in (0.5, 0.99))


def _snippets(spoken: dict[str, Language]) -> str:
    rng = random.Random("snippets")
    texts = list(islice(posts(2_000, spoken), 2_000))
    asked: list[tuple[str, str, ParsedQuery]] = [
        (post.text, post.language, parse(" ".join(_words(rng, spoken[post.language], 3)))) for post in texts
    ]
    gc.collect()
    began = time.process_time()
    for text, language, query in asked:
        snippet(text, query, language)
    return f"Snippets: {(time.process_time() - began) / len(asked) * 1e6:.0f} µs of CPU each"


def _at(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def _resident() -> int:
    """Bytes of this process's own; pages of the index that the system keeps for all are not counted."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["RssAnon"].split()[0]) * 1024


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
