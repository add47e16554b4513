"""The collections as threads of a forum: a group for each, a thread with one post for each document."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from forum.kit.markdown import RENDERER_VERSION
from forum.kit.markdown.rendering import as_typed
from forum.kit.text import clean_body, clean_line, slugify, without_forbidden
from forum.kit.transaction import connection
from forum.transfer.community.naming import cut
from tests.relevance.archive import Collection, Document

TITLE = 200
BODY = 200_000
NO_TEXT = "(no text)"
# The collections know no dates: everything was written at one moment, so that none is more recent.
WRITTEN = datetime(2025, 1, 1, tzinfo=UTC)

AUTHOR = """
    INSERT INTO members (username, display_name, status) VALUES ('collections', 'Collections', 'active') RETURNING id
"""
GROUP = """
    INSERT INTO groups (slug, title, theme, purpose, language, visibility, policy, thread_count, post_count)
    VALUES ($1, $2, 'relevance', 'A test collection.', $3, 'public', 'open', $4, $4) RETURNING id
"""
SETTLE = """
    SELECT setval(pg_get_serial_sequence('threads', 'id'), max(id)),
           setval(pg_get_serial_sequence('posts', 'id'), max(id)) FROM threads
"""
LOADED = "SELECT id, source_key FROM threads WHERE source_key LIKE 'relevance:%'"
THREAD_COLUMNS = (
    "id", "group_id", "author_id", "title", "slug", "language", "source_key", "created_at", "post_count",
    "last_number", "last_post_id", "last_post_at", "last_author_id",
)  # fmt: skip
POST_COLUMNS = (
    "id", "thread_id", "author_id", "number", "body", "html", "text", "renderer", "oversize", "source_key",
    "created_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Thread:
    """A document as a thread and its post, which have one id."""

    id: int
    key: str
    title: str
    body: str


async def load(collections: Sequence[Collection]) -> dict[int, str]:
    """Store what is not there yet, in a database of its own; the documents' ids by thread."""
    async with connection() as sql:
        there = await sql.fetch(LOADED)
        if not there:
            await _store(sql, collections)
            there = await sql.fetch(LOADED)
    return {row["id"]: row["source_key"].split(":", 2)[2] for row in there}


def threads(collection: Collection, first: int = 1) -> Iterator[Thread]:
    """The documents as they are posted, with ids from ``first``."""
    for number, document in enumerate(collection.documents, first):
        title, body = _written(document)
        yield Thread(number, f"relevance:{collection.name}:{document.id}", title, body)


def _written(document: Document) -> tuple[str, str]:
    """Title and text within the forum's limits; of a title that is too long the whole stands in the text."""
    title = clean_line(without_forbidden(document.title), at_most=BODY) if document.title else f"document {document.id}"
    body = document.text if len(title) <= TITLE else f"{title}\n\n{document.text}"
    return cut(title, TITLE), clean_body(without_forbidden(body or NO_TEXT), at_most=BODY)


async def _store(sql: asyncpg.Connection, collections: Iterable[Collection]) -> None:
    author, first = await sql.fetchval(AUTHOR), 1
    for collection in collections:
        made = list(threads(collection, first))
        first += len(made)
        group = await sql.fetchval(GROUP, collection.name, collection.name, collection.language, len(made))
        await sql.copy_records_to_table(
            "threads",
            columns=THREAD_COLUMNS,
            records=[
                (
                    one.id, group, author, one.title, slugify(one.title), collection.language, one.key, WRITTEN, 1,
                    1, one.id, WRITTEN, author,
                )
                for one in made
            ],
        )  # fmt: skip
        await sql.copy_records_to_table(
            "posts", columns=POST_COLUMNS, records=[_post(one, author) for one in made]
        )
    await sql.execute(SETTLE)
    await sql.execute("VACUUM ANALYZE")


def _post(one: Thread, author: int) -> tuple[object, ...]:
    made = as_typed(one.body)
    return (
        one.id, one.id, author, 1, one.body, made.html, made.text, RENDERER_VERSION, len(one.body) > 32_000, one.key,
        WRITTEN,
    )  # fmt: skip
