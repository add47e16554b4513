"""A page's own SQL, as pgbench scripts: caught while the application answers, so that it cannot drift.

Each client prepares the statements once and executes them by name ever after, like the application's pool.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from forum import directory
from forum.outbox.record import RECORD
from forum.threads import statements

ACTORS = frozenset({directory.BY_SESSION, directory.BY_TOKEN, directory.FOR_NOBODY})
_METHODS = ("fetch", "fetchrow", "fetchval", "execute")


@dataclass(frozen=True, slots=True)
class Statement:
    text: str
    values: tuple[Any, ...]


@contextmanager
def catching(found: list[Statement]) -> Iterator[None]:
    """Collect what asyncpg runs inside the block."""
    originals = {method: getattr(asyncpg.Connection, method) for method in _METHODS}
    for method, original in originals.items():

        def spy(self: Any, query: str, *values: Any, _original: Any = original, **options: Any) -> Any:
            found.append(Statement(query, values))
            return _original(self, query, *values, **options)

        setattr(asyncpg.Connection, method, spy)
    try:
        yield
    finally:
        for method, original in originals.items():
            setattr(asyncpg.Connection, method, original)


def of_page(found: Sequence[Statement]) -> tuple[Statement, ...]:
    """The page's own statements: who asks is another one, and not counted here."""
    return tuple(each for each in found if each.text not in ACTORS)


def page_scripts(variants: Sequence[tuple[Statement, ...]]) -> list[str]:
    """One script a variant of the page (another thread, another member); the statements' texts are the same."""
    texts = list(dict.fromkeys(each.text for variant in variants for each in variant))
    once = _prepared_once(texts)
    return [
        once + "".join(_execute(f"s{texts.index(each.text)}", *map(literal, each.values)) for each in variant)
        for variant in variants
    ]


def reply_scripts(replies: Sequence[tuple[int, int]], caught: Sequence[Statement]) -> list[str]:
    """The transaction of a reply, for pairs of (thread, author): what it locks and stores, nothing that it asks.

    The values are those of a reply that was ``caught``, but for the thread and the author.
    """
    values = {each.text: each.values for each in caught}
    once = _prepared_once((statements.THREAD_STATE_LOCKED, statements.INSERT_POST, RECORD))
    *jobs, keys, name, payload = values[RECORD]
    # A key would meet the one that waits already: without them every job is a row.
    recorded = [*jobs, [None] * len(keys), name, payload]
    return [
        once
        + "BEGIN;\n"
        + _execute("s0", str(thread))
        + _execute("s1", str(thread), str(author), *map(literal, values[statements.INSERT_POST][2:]))
        + _execute("s2", *map(literal, recorded))
        + "COMMIT;\n"
        for thread, author in replies
    ]


def _prepared_once(texts: Sequence[str]) -> str:
    prepared = "".join(f"PREPARE s{number} AS {_one_line(text)};\n" for number, text in enumerate(texts))
    return f"\\if :ready\n\\else\n{prepared}\\set ready 1\n\\endif\n"


def _execute(name: str, *values: str) -> str:
    return f"EXECUTE {name}" + (f"({', '.join(values)})" if values else "") + ";\n"


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def literal(value: Any) -> str:
    """A value as SQL that takes its parameter's type."""
    if value is None:
        return "NULL"
    if isinstance(value, list | tuple):
        return _quoted("{" + ",".join(map(_element, value)) + "}")
    return _quoted(_text(value))


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    return '"' + _text(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, timedelta):
        return f"{value.total_seconds()} seconds"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def _quoted(text: str) -> str:
    """On one line, and without colons: they begin pgbench's variables."""
    plain = text.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n").replace(":", "\\x3A")
    return f"E'{plain}'"
