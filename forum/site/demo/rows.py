"""The community as records for COPY, table by table; a table's columns stand first."""
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from auth.actor import GroupRole
from auth.oidc.reserved import DEMO_ISSUER
from forum.groups.models import JoinPolicy
from forum.kit.markdown import RENDERER_VERSION
from forum.kit.text import slugify
from forum.site.demo.plan import Community

UN_LANGUAGES: Final = ("en", "es", "fr", "pt", "ar", "ru", "zh")
Rows = Iterator[tuple[Any, ...]]

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "members": (
        "id", "username", "display_name", "email", "email_verified", "country", "sector", "gender",
        "languages", "language", "time_zone", "bio", "status", "staff", "suspended_until",
        "suspension_reason", "trusted_at", "generated", "source_key", "created_at",
    ),
    "identities": ("member_id", "issuer", "subject", "created_at"),
    "memberships": ("id", "group_id", "member_id", "role", "editor", "silenced_until", "created_at"),
    "grants": ("membership_id", "source", "role", "ends_at_once", "created_at"),
    "threads": (
        "id", "group_id", "author_id", "title", "slug", "kind", "language", "post_count", "last_number",
        "last_post_id", "last_post_at", "last_author_id", "pinned_at", "pinned_until", "pinned_everywhere",
        "locked_at", "lock_reason", "tags", "merged_into_id", "generated", "created_at",
    ),
    "posts": (
        "id", "thread_id", "author_id", "number", "kind", "in_reply_to_id", "body", "html", "text", "renderer",
        "state", "reactions", "wiki", "version", "edited_at", "created_at",
    ),
    "reactions": ("post_id", "member_id", "kind", "created_at"),
    "mentions": ("post_id", "member_id"),
}  # fmt: skip


def members(community: Community) -> Rows:
    for member in community.members:
        known = [code for code in member.languages if code in UN_LANGUAGES]
        yield (
            member.id,
            member.username,
            member.name,
            member.email,
            member.email is not None,
            member.country,
            member.sector.value,
            member.gender.value if member.gender else None,
            list(member.languages),
            known[0] if known and not member.subject else "en",
            member.time_zone,
            member.bio,
            member.status.value,
            member.staff.value if member.staff else None,
            member.suspended_until,
            member.suspension_reason,
            None if member.waits else member.trusted_at or member.created_at,
            not member.written,
            f"demo:{member.username}",
            member.created_at,
        )


def identities(community: Community) -> Rows:
    for member in community.members:
        if member.subject:
            yield member.id, DEMO_ISSUER, member.subject, member.created_at


def spaces(community: Community) -> Rows:
    """The groups that were not founded with the site."""
    for group in community.groups.values():
        if group.founded:
            yield (
                group.id,
                group.source,
                group.slug,
                group.title,
                group.theme,
                group.purpose,
                group.language,
                group.visibility.value,
                JoinPolicy.INVITATION.value,
                group.id,
                group.founded,
            )


def _places(community: Community) -> Rows:
    number = 0
    for group in community.groups.values():
        for member, joined in group.members.items():
            number += 1
            role = GroupRole.FACILITATOR if member in group.facilitators else GroupRole.MEMBER
            yield number, group, member, role.value, joined


def memberships(community: Community) -> Rows:
    for number, group, member, role, joined in _places(community):
        yield number, group.id, member, role, member in group.editors, group.silenced.get(member), joined


def grants(community: Community) -> Rows:
    for number, group, _, role, joined in _places(community):
        yield number, group.source, role, group.founded is not None, joined


def threads(community: Community) -> Rows:
    for thread in community.threads:
        first, last = thread.first, thread.last
        yield (
            thread.id,
            thread.group.id,
            first.author_id,
            thread.title,
            slugify(thread.title),
            thread.kind.value,
            thread.language,
            len(thread.public),
            thread.last_number,
            last.id if last else 0,
            last.at if last else None,
            last.author_id if last else None,
            thread.pinned_at,
            thread.pinned_until,
            thread.pinned_everywhere,
            thread.locked_at,
            thread.lock_reason,
            list(thread.tags),
            thread.merged_into.id if thread.merged_into else None,
            thread.key is None,
            first.at,
        )


def posts(community: Community) -> Rows:
    for thread, post in community.posts:
        yield (
            post.id,
            thread.id,
            post.author_id,
            post.number,
            post.kind.value,
            post.parent.id if post.parent else None,
            post.body,
            post.html,
            post.text,
            RENDERER_VERSION,
            post.state.value,
            json.dumps({kind: len(given) for kind, given in post.reactions.items()}),
            post.revision is not None,
            2 if post.revision else 1,
            post.revision.edited_at if post.revision else None,
            post.at,
        )


def reactions(community: Community) -> Rows:
    for _, post in community.posts:
        for kind, given in post.reactions.items():
            for wait, member in enumerate(given, start=1):
                yield post.id, member, kind, min(community.now, post.at + timedelta(hours=5 * wait))


def mentions(community: Community) -> Rows:
    for _, post in community.posts:
        for member in post.mentioned:
            yield post.id, member
