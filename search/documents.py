"""What is indexed: one document for each public post."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """A post as the search engine sees it.

    `text` is plain text, not Markdown or HTML. `title` is the thread's title, given for every post.
    `language` is a tag such as `pt` or `pt-BR`, or empty when unknown (it is then guessed).
    `created_at` is in seconds since 1970; `number` is the post's place in its thread, 1 opens it.
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
