"""The cast: who is in every test, and what stands before it begins.

Ada moderates the site, Adi administers it; Fay facilitates the four groups, Ben is their member, Sol is silenced in
them; Cem belongs elsewhere, Pia is pending, Dot is suspended, Bea is banned from the four groups, Rae has no place
until a test lets her read; a stranger is nobody. One group of each visibility, each with a thread of Ben's (two posts:
Ben's, then Fay's).
"""
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from auth.actor import GroupRole, StaffRole, Status
from forum.groups.models import Ban, Grant, Group, JoinPolicy, Membership, Visibility
from forum.kit.markdown import RENDERER_VERSION
from forum.kit.transaction import command, connection
from forum.members.models import Member
from forum.moderation.models import Sanction, SanctionKind
from forum.reading.models import GroupMark
from forum.threads.models import Post, Thread

NAMES = ("ada", "adi", "fay", "ben", "sol", "cem", "pia", "dot", "bea", "rae")
KINDS = tuple(kind.value for kind in Visibility)
STRANGER = "stranger"

SESSION = """
    INSERT INTO sessions (token_hash, member_id, issuer, subject, auth_time, expires_at, last_seen_at)
    VALUES ($1, $2, 'https://idp.example.test', $3, extract(epoch FROM now()) + 86400,
        now() + interval '90 days', now() + interval '1 day')
"""
TOKEN = """
    INSERT INTO api_tokens (member_id, name, prefix, token_hash, scopes, expires_at, last_used_at)
    VALUES ($1, 'test', $2, $3, '{read,post,staff}', now() + interval '90 days', now() + interval '1 day')
"""


def session_token(name: str) -> str:
    return hashlib.sha256(b"session " + name.encode()).hexdigest()[:43]


def api_token(name: str) -> str:
    """Of the shape that ``auth.tokens.shape`` asks for."""
    digest = hashlib.sha256(b"token " + name.encode()).hexdigest()
    return f"plenary_pat_{digest[:8]}_{digest}"


@dataclass(frozen=True, slots=True)
class Cast:
    """Ids by name and by kind of group."""

    members: dict[str, int]
    groups: dict[str, int]
    threads: dict[str, int]
    first: dict[str, int]
    second: dict[str, int]

    def group(self, kind: str) -> str:
        return f"{kind}-group"


@command
async def engage() -> Cast:
    """Write the cast into an empty database."""
    people = {name: await _member(name) for name in NAMES}
    await _member("eve")  # somebody to be invited
    await _sanction(people, "sol", SanctionKind.SILENCE)
    await _sanction(people, "dot", SanctionKind.SUSPENSION)
    groups: dict[str, int] = {}
    threads: dict[str, int] = {}
    first: dict[str, int] = {}
    second: dict[str, int] = {}
    for kind in Visibility:
        group = await Group.create(
            slug=f"{kind.value}-group",
            title=f"The {kind.value} group",
            theme="security",
            purpose=f"Purpose of the {kind.value} group.",
            visibility=kind,
            policy=JoinPolicy.OPEN
            if kind in (Visibility.PUBLIC, Visibility.MEMBERS)
            else JoinPolicy.REQUEST
            if kind is Visibility.CLOSED
            else JoinPolicy.INVITATION,
            had_facilitator=True,
        )
        groups[kind.value] = group.id
        for name in ("fay", "ben", "sol"):
            role = GroupRole.FACILITATOR if name == "fay" else GroupRole.MEMBER
            place = await Membership.create(group_id=group.id, member_id=people[name], role=role)
            await Grant.create(membership_id=place.id, source="manual", role=role)
        await Ban.create(group_id=group.id, member_id=people["bea"], banned_by_id=people["fay"])
        threads[kind.value], first[kind.value], second[kind.value] = await _thread(group, people)
        for name in ("fay", "ben", "sol"):
            await GroupMark.create(
                group_id=group.id, member_id=people[name], through_post_id=second[kind.value]
            )
        await Group.filter(id=group.id).update(
            member_count=3, thread_count=1, post_count=2, last_post_id=second[kind.value]
        )
    other = await Group.create(
        slug="elsewhere",
        title="Elsewhere",
        theme="economic",
        purpose="Another group.",
        visibility=Visibility.PUBLIC,
        policy=JoinPolicy.OPEN,
    )
    place = await Membership.create(group_id=other.id, member_id=people["cem"], role=GroupRole.MEMBER)
    await Grant.create(membership_id=place.id, source="manual", role=GroupRole.MEMBER)
    await GroupMark.create(group_id=other.id, member_id=people["cem"], through_post_id=0)
    return Cast(people, groups, threads, first, second)


async def _member(name: str) -> int:
    member = await Member.create(
        username=name,
        display_name=name.title(),
        email=f"{name}@example.test",
        status=Status.PENDING
        if name == "pia"
        else Status.SUSPENDED
        if name == "dot"
        else Status.ACTIVE,
        staff={"ada": StaffRole.MODERATOR, "adi": StaffRole.ADMIN}.get(name),
        silenced_until=datetime.now(UTC) + timedelta(days=30) if name == "sol" else None,
        suspended_until=datetime.now(UTC) + timedelta(days=30) if name == "dot" else None,
        suspension_reason="For the test." if name == "dot" else None,
        trusted_at=datetime.now(UTC),
    )
    async with connection() as sql:
        await sql.execute(
            SESSION, hashlib.sha256(session_token(name).encode()).digest(), member.id, name
        )
        token = api_token(name)
        await sql.execute(TOKEN, member.id, token[:20], hashlib.sha256(token.encode()).digest())
    return int(member.id)


async def _sanction(people: dict[str, int], whom: str, kind: SanctionKind) -> None:
    """Why somebody of the cast is silenced, or suspended."""
    member = await Member.get(id=people[whom])
    await Sanction.create(
        member_id=member.id,
        kind=kind,
        reason="For the test.",
        until=member.silenced_until or member.suspended_until,
        given_by_id=people["adi"],
        needs_confirmation=kind is SanctionKind.SUSPENSION,
        confirmed_by_id=people["ada"] if kind is SanctionKind.SUSPENSION else None,
    )


async def _thread(group: Group, people: dict[str, int]) -> tuple[int, int, int]:
    thread = await Thread.create(
        group_id=group.id,
        author_id=people["ben"],
        title=f"Thread in the {group.visibility.value} group",
        slug="thread",
        kind="question",
    )
    posts = []
    for number, name in enumerate(("ben", "fay"), 1):
        post = await Post.create(
            thread_id=thread.id,
            author_id=people[name],
            number=number,
            body=f"Post {number} in the {group.visibility.value} group",
            html=f"<p>Post {number} in the {group.visibility.value} group</p>",
            text=f"Post {number} in the {group.visibility.value} group",
            renderer=RENDERER_VERSION,
        )
        posts.append(post.id)
    await Thread.filter(id=thread.id).update(
        post_count=2,
        last_number=2,
        last_post_id=posts[1],
        last_post_at=datetime.now(UTC),
        last_author_id=people["fay"],
    )
    return int(thread.id), posts[0], posts[1]
