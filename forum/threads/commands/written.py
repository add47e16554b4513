"""A text as it will be stored: cleaned, rendered, its mentions resolved to people who may read it."""
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from forum.groups.policies import GroupState
from forum.kit.fields import body_field, line_field
from forum.kit.markdown import RENDERER_VERSION, Rendered, render_async
from forum.kit.text import slugify
from forum.kit.transaction import connection
from forum.threads.statements import READERS_NAMED

TAKEN = frozenset({
    "edit", "poll", "reply", "follow", "read", "answer", "summary", "flag", "pin", "lock", "move", "merge", "split",
    "list", "tags", "duplicate", "language",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    body: str
    rendered: Rendered
    mentioned: tuple[int, ...]
    renderer: int = RENDERER_VERSION


def clean_title(title: str) -> str:
    return line_field(title, "title", least=2, most=200)


def thread_slug(title: str) -> str:
    """The end of a thread's address; what else stands below the thread is not its name."""
    slug = slugify(title)
    return f"{slug}-" if slug in TAKEN else slug


def clean_post(body: str) -> str:
    return body_field(body, "body", least=1, most=32_000)


async def write(body: str, group: GroupState | Callable[[], Awaitable[GroupState]]) -> Written:
    """Clean and render ``body`` for a group; a name becomes a mention only if its bearer may read the group.

    ``group`` may be how to ask for it, which costs nothing where nobody is named.
    """
    body = clean_post(body)
    # Footnotes of two posts on one page must not share their anchors, and a post has no number yet.
    anchor = "n" + secrets.token_hex(4)
    rendered = await render_async(body, anchor=anchor)
    if not rendered.mentions:
        return Written(body, rendered, ())
    group = group if isinstance(group, GroupState) else await group()
    async with connection() as sql:
        rows = await sql.fetch(READERS_NAMED, list(rendered.mentions), group.id, group.visibility.value)
    if not rows:
        return Written(body, rendered, ())
    hrefs = {row["username"]: "/m/" + row["username"] for row in rows}
    return Written(body, await render_async(body, mention_href=hrefs, anchor=anchor), tuple(row["id"] for row in rows))


async def preview(body: str) -> str:
    """The HTML of a text as it would be shown; names are not looked up."""
    return (await render_async(clean_post(body))).html
