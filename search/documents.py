"""What is indexed: one document for each public post."""

import hashlib
from dataclasses import dataclass, fields
from operator import attrgetter

_POSITION_BITS = 20


@dataclass(frozen=True, slots=True)
class Document:
    """A post as the search engine sees it.

    `text` is plain text, not Markdown or HTML. `title` is the thread's title, given for every post.
    `language` is a tag such as `pt` or `pt-BR`, or empty when unknown (it is then guessed).
    `created_at` is in seconds since 1970; `number` is the post's place in its thread, 1 opens it.
    `author` is the name to be mentioned by, `author_name` the one that is shown.
    `answered` speaks of the thread, `accepted` and `has_link` of this post.
    """

    post_id: int
    thread_id: int
    group_id: int
    title: str
    text: str
    language: str
    author: str
    created_at: int
    number: int
    kind: str = "discussion"
    author_name: str = ""
    answered: bool = False
    accepted: bool = False
    has_link: bool = False

    @property
    def position(self) -> int:
        """Where the post stands among all by date: no two are alike, so that a page can begin after one of them."""
        return position(self.created_at, self.post_id)

    @property
    def stamp(self) -> int:
        """A number that changes when anything in the document does, to compare an index with what it should hold."""
        digest = hashlib.blake2b(repr(_VALUES(self)).encode(errors="surrogatepass"), digest_size=7).digest()
        return int.from_bytes(digest)


def position(created_at: int, post_id: int) -> int:
    """A date in seconds, and within a second the order of ids; fits into 53 bits, which JSON numbers keep."""
    return (created_at << _POSITION_BITS) | (post_id & ((1 << _POSITION_BITS) - 1))


# In the order of the fields; dataclasses.astuple copies deeply, which takes a tenth of a rebuild.
_VALUES = attrgetter(*(field.name for field in fields(Document)))
