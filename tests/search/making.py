"""Documents for the tests of search, with everything that does not matter filled in."""

from dataclasses import replace
from itertools import count

from search.documents import Document
from search.engine import Query
from search.query import Sort, parse

_ids = count(1)


def document(text: str, *, title: str = "", language: str = "en", **fields: object) -> Document:
    """A post that opens a thread of its own in group 1, unless told otherwise."""
    post_id = fields.pop("post_id", None) or next(_ids)
    known = {"thread_id": post_id, "group_id": 1, "author": "ben", "created_at": post_id, "number": 1}
    return Document(post_id=post_id, title=title, text=text, language=language, **{**known, **fields})


def query(text: str, groups: tuple[int, ...] = (1,), *, sort: Sort | None = None, **fields: object) -> Query:
    """What a reader typed, as the engine takes it; ``sort`` as if a page's own control had set it."""
    parsed = parse(text)
    return Query(replace(parsed, sort=sort) if sort else parsed, groups, **fields)
