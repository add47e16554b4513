"""What was curated as records for COPY, table by table; a table's columns stand first."""
from collections.abc import Iterator
from typing import Any, Final

from forum.curation.summary_text import with_links
from forum.kit.markdown import RENDERER_VERSION, render
from forum.kit.text import slugify
from forum.site.demo.plan import Community

Rows = Iterator[tuple[Any, ...]]

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "moved_posts": ("thread_id", "number", "post_id"),
    "revisions": ("post_id", "version", "body", "edited_by_id", "created_at"),
    "listings": ("thread_id", "group_id", "listed_by_id", "created_at"),
    "summaries": (
        "id", "thread_id", "body", "html", "renderer", "through_number", "version", "edited_by_id", "edited_at",
    ),
    "summary_revisions": ("summary_id", "version", "body", "through_number", "edited_by_id", "edited_at"),
    "collections": (
        "id", "group_id", "title", "slug", "language", "body", "html", "renderer", "made_by_id", "created_at",
        "edited_at",
    ),
    "collection_items": (
        "collection_id", "position", "thread_id", "post_id", "url", "title", "note", "html", "created_at",
    ),
}  # fmt: skip


def moved_posts(community: Community) -> Rows:
    for thread in community.threads:
        for number, post in thread.moved.items():
            yield thread.id, number, post.id


def revisions(community: Community) -> Rows:
    for _, post in community.posts:
        if post.revision:
            yield post.id, 1, post.revision.body, post.revision.edited_by, post.revision.edited_at


def listings(community: Community) -> Rows:
    for thread, group, who, at in community.curation.listings:
        yield thread.id, group.id, who, at


def summaries(community: Community) -> Rows:
    for number, plan in enumerate(community.curation.summaries, start=1):
        now = plan.versions[-1]
        html = with_links(render(now.body, anchor=f"s{number}").html, plan.thread.id)
        yield (
            number,
            plan.thread.id,
            now.body,
            html,
            RENDERER_VERSION,
            now.through,
            len(plan.versions),
            now.by,
            now.at,
        )


def summary_revisions(community: Community) -> Rows:
    for number, plan in enumerate(community.curation.summaries, start=1):
        for version, was in enumerate(plan.versions[:-1], start=1):
            yield number, version, was.body, was.through, was.by, was.at


def collections(community: Community) -> Rows:
    for number, plan in enumerate(community.curation.collections, start=1):
        told = plan.told
        yield (
            number,
            plan.group.id,
            told.head.title,
            slugify(told.head.title),
            told.language,
            told.introduction,
            render(told.introduction, anchor=f"c{number}").html,
            RENDERER_VERSION,
            plan.made_by,
            plan.at,
            plan.at,
        )


def collection_items(community: Community) -> Rows:
    for number, plan in enumerate(community.curation.collections, start=1):
        for position, (item, (thread, post)) in enumerate(zip(plan.told.head.item, plan.items, strict=True), start=1):
            yield (
                number,
                position,
                thread.id if thread else None,
                post.id if post else None,
                item.url,
                item.title,
                item.note,
                render(item.note, anchor="k").html,
                plan.at,
            )
