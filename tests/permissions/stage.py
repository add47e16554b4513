"""What stands on the stage before an actor tries something: the ids that a deed's address is filled with."""
import hashlib
from dataclasses import dataclass, field
from typing import Any

from forum.kit.transaction import connection
from forum.polls.commands.close_poll import close_due
from tests.cast import STRANGER, Cast
from tests.permissions.table import SITE, STAFF

TOKEN = "a-token-of-a-link"


@dataclass(slots=True)
class Stage:
    """``own`` says whose the thing in question is; ``kind`` which group it lies in, ``glass`` that they opened it."""

    cast: Cast
    kind: str
    who: str
    own: bool = False
    glass: bool = False
    ids: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind == SITE:
            self.kind = "public"
        self.ids |= {
            "slug": self.cast.group(self.kind),
            "thread": self.cast.threads[self.kind],
            "post": self.cast.first[self.kind],
            "other": self.cast.first[self.kind] if self.who != "ben" else self.cast.second[self.kind],
            "answer": self.cast.second[self.kind],
            "me": self.who,
            "token": TOKEN,
            "username": "sol" if self.who != "sol" else "ben",
        }

    @property
    def group(self) -> int:
        return self.cast.groups[self.kind]

    @property
    def member(self) -> int | None:
        return None if self.who == STRANGER else self.cast.members[self.who]

    @property
    def owner(self) -> int:
        """Whom the thing in question belongs to."""
        somebody = self.cast.members["fay" if self.who != "fay" else "ben"]
        return self.member if self.own and self.member else somebody


async def sql(statement: str, *values: Any) -> Any:
    async with connection() as raw:
        return await raw.fetchval(statement, *values)


async def glass(stage: Stage) -> None:
    """The actor, one of the site's staff, has opened the group a short while ago."""
    await sql(
        "INSERT INTO glass_openings (group_id, member_id, reason, until)"
        " VALUES ($1, $2, 'I have to look.', now() + interval '1 hour') RETURNING id",
        stage.group,
        stage.member,
    )


def sanctioned(kind: str, *, in_group: bool = False) -> Any:
    """Somebody was silenced, or suspended for so long that it waits for a second person."""

    async def prepare(stage: Stage) -> None:
        giver = "fay" if in_group and stage.who != "fay" else "adi" if stage.who != "adi" else "ada"
        stage.ids["sanction"] = await sql(
            "INSERT INTO sanctions (member_id, group_id, kind, reason, until, given_by_id, needs_confirmation)"
            " VALUES ($1, $2, $3::text, 'Because.', now() + interval '20 days', $4, $3::text = 'suspension')"
            " RETURNING id",
            stage.cast.members[stage.ids["username"]],
            stage.group if in_group else None,
            kind,
            stage.cast.members[giver],
        )

    return prepare


async def post_of_the_day(stage: Stage) -> None:
    """Somebody's post there, of one day."""
    await sql(
        "UPDATE posts SET author_id = $2, created_at = '2026-01-15T12:00:00Z' WHERE id = $1",
        stage.ids["post"],
        stage.cast.members[stage.ids["username"]],
    )


async def opened_already(stage: Stage) -> None:
    if stage.who in STAFF:
        await glass(stage)


async def nothing(stage: Stage) -> None:
    pass


async def own_post(stage: Stage) -> None:
    await sql("UPDATE posts SET author_id = $2 WHERE id = $1", stage.ids["post"], stage.owner)


def post_in(state: str) -> Any:
    async def prepare(stage: Stage) -> None:
        number = None if state == "pending" else 1
        await own_post(stage)
        await sql(
            "UPDATE posts SET state = $2, number = $3 WHERE id = $1", stage.ids["post"], state, number
        )

    return prepare


async def own_thread(stage: Stage) -> None:
    await sql("UPDATE threads SET author_id = $2 WHERE id = $1", stage.ids["thread"], stage.owner)


async def locked_thread(stage: Stage) -> None:
    await sql("UPDATE threads SET locked_at = now() WHERE id = $1", stage.ids["thread"])


async def poll(stage: Stage) -> None:
    """A proposal that is open, the actor's or another's."""
    post = await sql(
        "INSERT INTO posts (thread_id, author_id, number, kind, body, html, text, renderer)"
        " VALUES ($1, $2, 99, 'poll', 'x', 'x', 'x', 1) RETURNING id",
        stage.ids["thread"],
        stage.owner,
    )
    stage.ids["poll"] = await sql(
        "INSERT INTO polls (post_id, author_id, question, kind, opens_at, closes_at)"
        " VALUES ($1, $2, 'Shall we?', 'proposal', now() - interval '1 day', now() + interval '2 days') RETURNING id",
        post,
        stage.owner,
    )
    await sql(
        "INSERT INTO poll_options (poll_id, position, stance)"
        " SELECT $1, n, s FROM unnest('{agree,abstain,disagree,block}'::text[]) WITH ORDINALITY AS x (s, n)",
        stage.ids["poll"],
    )
    agree = await sql("SELECT id FROM poll_options WHERE poll_id = $1 AND stance = 'agree'", stage.ids["poll"])
    stage.ids["agree"], stage.ids["marks"] = agree, {str(agree): 1}


async def closed_poll(stage: Stage) -> None:
    await poll(stage)
    await sql(
        "UPDATE polls SET closes_at = now() - interval '1 hour' WHERE id = $1",
        stage.ids["poll"],
    )
    await close_due(stage.ids["poll"])


def group_with(policy: str) -> Any:
    async def prepare(stage: Stage) -> None:
        await sql("UPDATE groups SET policy = $2 WHERE id = $1", stage.group, policy)

    return prepare


async def facilitators(stage: Stage, *names: str) -> None:
    for name in names:
        await sql(
            "UPDATE memberships SET role = 'facilitator' WHERE group_id = $1 AND member_id = $2",
            stage.group,
            stage.cast.members[name],
        )


async def named_editor(stage: Stage) -> None:
    await sql(
        "UPDATE memberships SET editor = true WHERE group_id = $1 AND member_id = $2", stage.group, stage.member
    )


async def staff(stage: Stage, name: str) -> None:
    await sql("UPDATE members SET staff = 'moderator' WHERE id = $1", stage.cast.members[name])


async def reads_everywhere(stage: Stage) -> None:
    """What courses left behind: a reader's place in each of the four groups."""
    await read_only(stage.member, *stage.cast.groups.values())


async def read_only(member: int | None, *groups: int) -> None:
    for group in groups:
        await sql(
            "WITH place AS (INSERT INTO memberships (group_id, member_id, role) VALUES ($1, $2, 'reader') RETURNING id)"
            " INSERT INTO grants (membership_id, source, role, kept) SELECT id, 'lti:1:1', 'reader', true FROM place",
            group,
            member,
        )


async def invitation(stage: Stage) -> None:
    stage.ids["invitation"] = await _invitation(stage, stage.owner)
    await sql(
        "INSERT INTO invitations (group_id, token_hash, invited_by_id, uses_left, expires_at)"
        " VALUES ($1, $2, $3, 5, now() + interval '1 day') RETURNING id",
        stage.group,
        hashlib.sha256(TOKEN.encode()).digest(),
        stage.cast.members["fay"],
    )


async def _invitation(stage: Stage, member: int) -> int:
    return int(
        await sql(
            "INSERT INTO invitations (group_id, member_id, invited_by_id, expires_at)"
            " VALUES ($1, $2, $3, now() + interval '1 day') RETURNING id",
            stage.group,
            member,
            stage.cast.members["fay"],
        )
    )


async def members_may_invite(stage: Stage) -> None:
    await sql("UPDATE groups SET members_may_invite = $2 WHERE id = $1", stage.group, stage.own)


async def waiting_request(stage: Stage) -> None:
    stage.ids["request"] = await sql(
        "INSERT INTO join_requests (group_id, member_id, reason) VALUES ($1, $2, 'Because.') RETURNING id",
        stage.group,
        stage.cast.members["cem" if stage.who != "cem" else "ada"],
    )
    await sql("DELETE FROM bans WHERE member_id = $1", stage.cast.members["dot"])
    await sql(
        "INSERT INTO bans (group_id, member_id, banned_by_id) VALUES ($1, $2, $3)",
        stage.group,
        stage.cast.members["dot"],
        stage.cast.members["fay"],
    )


async def own_things(stage: Stage) -> None:
    """A draft, a notice, a saved search, a session, an API token and a way to sign in: the actor's, or another's."""
    owner = stage.owner
    for subject in ("one", "two"):
        stage.ids["identity"] = await sql(
            "INSERT INTO identities (member_id, issuer, subject) VALUES ($1, 'https://idp.example.test', $2)"
            " RETURNING id",
            owner,
            subject,
        )
    stage.ids["draft"] = await sql(
        "INSERT INTO drafts (member_id, group_id, title, body) VALUES ($1, $2, 'Title', 'Text') RETURNING id",
        owner,
        stage.group,
    )
    stage.ids["notice"] = await sql(
        "INSERT INTO notices (member_id, cause, kind) VALUES ($1, 'test', 'orphaned_group') RETURNING id", owner
    )
    stage.ids["search"] = await sql(
        "INSERT INTO saved_searches (member_id, name, q, seen_position) VALUES ($1, 'Mine', 'words', 0) RETURNING id",
        owner,
    )
    stage.ids["session"] = await sql(
        "INSERT INTO sessions (token_hash, member_id, issuer, subject, expires_at, last_seen_at)"
        " VALUES ($1, $2, 'https://idp.example.test', 'x', now() + interval '1 day', now()) RETURNING id",
        hashlib.sha256(b"another session").digest(),
        owner,
    )
    stage.ids["api_token"] = await sql(
        "INSERT INTO api_tokens (member_id, name, prefix, token_hash, scopes, expires_at)"
        " VALUES ($1, 'another', 'plenary_pat_x', $2, '{read}', now() + interval '1 day') RETURNING id",
        owner,
        hashlib.sha256(b"another token").digest(),
    )


async def platform(stage: Stage) -> None:
    """A learning platform that is enabled, with a course that is led to a group."""
    stage.ids["platform"] = await sql(
        "INSERT INTO lti_platforms (name, issuer, client_id, authorization_url, token_url, jwks_url, enabled)"
        " VALUES ('LMS', $1, 'forum', $1, $1, $1, true) RETURNING id",
        "https://lms.example.test",
    )
    deployment = await sql(
        "INSERT INTO lti_deployments (platform_id, deployment_id) VALUES ($1, '1') RETURNING id", stage.ids["platform"]
    )
    stage.ids["course"] = await sql(
        "INSERT INTO lti_contexts (deployment_id, context_id, group_id, memberships_url)"
        " VALUES ($1, 'ixp', $2, 'https://lms.example.test/members') RETURNING id",
        deployment,
        stage.group,
    )


async def provisioning(stage: Stage) -> None:
    """A client with one Group that fills nothing yet."""
    stage.ids["scim_client"] = client = await sql(
        "INSERT INTO scim_clients (name, issuer, token_hash) VALUES ('campus', 'https://campus.test', $1) RETURNING id",
        hashlib.sha256(b"a token of a client").digest(),
    )
    stage.ids["scim_group"] = await sql(
        "INSERT INTO scim_resources (id, client_id, kind, unique_name, data)"
        " VALUES (gen_random_uuid(), $1, 'Group', 'alumni', '{\"displayName\": \"Alumni\"}') RETURNING id",
        client,
    )


async def administration(stage: Stage) -> None:
    await platform(stage)
    await provisioning(stage)
