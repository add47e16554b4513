"""Documents as Meilisearch stores them, in batches that it takes at once."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from search import narrowing, text
from search.documents import Document
from search.query import clean, primary_language

BATCH_RECORDS = 1_000
BATCH_BYTES = 4_000_000  # roughly; Meilisearch refuses 100 MB and more

Record: TypeAlias = dict[str, Any]


def record(document: Document) -> Record:
    """A document with the attributes of `settings`; the stamp is a text, for JSON numbers keep 53 bits only."""
    title, body = clean(document.title), clean(document.text)
    opening = document.number == 1
    return {
        "post_id": document.post_id,
        "thread_id": document.thread_id,
        "group_id": document.group_id,
        "number": document.number,
        "position": document.position,
        "stamp": str(document.stamp),
        "title": title if opening else "",
        "topic": "" if opening else title,
        "text": body,
        "language": primary_language(document.language) or text.analysis_language("", f"{title}\n{body}"),
        "author": narrowing.authors(document),
        "kind": document.kind,
        "state": narrowing.states(document),
        "accepted": int(document.accepted),
    }


def batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Cut by count and by size."""
    batch: list[Record] = []
    size = 0
    for one in records:
        added = _size(one["text"]) + _size(one["title"]) + _size(one["topic"])
        if batch and (len(batch) >= BATCH_RECORDS or size + added > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += added
    if batch:
        yield batch


def _size(content: str) -> int:
    # What is not ASCII travels as \uXXXX.
    return len(content) * (1 if content.isascii() else 6)
