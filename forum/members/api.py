"""People, as JSON."""
from datetime import timedelta
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import Call, Nothing, answer, created, document, nothing, operation, versioned
from forum.members import commands, queries
from forum.members.schemas import (
    Directory,
    DirectoryFilter,
    Me,
    PendingMembers,
    Profile,
    ProfileEdit,
    SessionList,
    TokenList,
    TokenMade,
    TokenWish,
    WaysIn,
)
from forum.web.shown_once import ShownOnce
from forum.web.site import Web

POST = Scope.POST


@operation("see_member_profile_and_directory", answers={200: Me}, signed_in=True)
async def get_me(call: Call[None, Nothing]) -> Response:
    """You, as the forum knows you."""
    return _me(await queries.me(call.actor))


@operation("keep_drafts_and_preview", body=ProfileEdit, answers={200: Me}, scope=POST, signed_in=True)
async def patch_me(call: Call[ProfileEdit, Nothing]) -> Response:
    """Change your profile; fields left out stay. If-Match names the version that you changed."""
    await commands.edit_profile(call.actor, call.body, call.version())
    return _me(await queries.me(call.actor))


@operation("keep_drafts_and_preview", answers={200: WaysIn}, signed_in=True)
async def list_identities(call: Call[None, Nothing]) -> Response:
    """The ways to sign in that lead to your account."""
    return document(await queries.ways_in(call.actor, call.request.app.state.web.ways))


@operation("keep_drafts_and_preview", answers={204: None}, scope=POST, signed_in=True)
async def delete_identity(call: Call[None, Nothing]) -> Response:
    """Take a way to sign in from your account, after a fresh proof; the last one stays."""
    await commands.disconnect_identity(call.actor, call.id("id"), call.request.app.state.web.ways)
    return nothing()


@operation("keep_drafts_and_preview", answers={200: SessionList}, signed_in=True)
async def list_sessions(call: Call[None, Nothing]) -> Response:
    """The browsers that you are signed in with."""
    web: Web = call.request.app.state.web
    idle = timedelta(days=web.session_idle_days)
    return answer(await queries.own_sessions(call.actor, idle=idle, ways=web.ways))


@operation("keep_drafts_and_preview", answers={204: None}, scope=POST, signed_in=True)
async def delete_session(call: Call[None, Nothing]) -> Response:
    """Sign one of your browsers out."""
    await commands.end_session(call.actor, call.id("id"))
    return nothing()


@operation("keep_drafts_and_preview", answers={204: None}, scope=POST, signed_in=True)
async def delete_other_sessions(call: Call[None, Nothing]) -> Response:
    """Sign all your browsers out but the one that asks."""
    await commands.end_other_sessions(call.actor)
    return nothing()


@operation("see_member_profile_and_directory", query=DirectoryFilter, answers={200: Directory})
async def list_members(call: Call[None, DirectoryFilter]) -> Response:
    """The directory."""
    page = msgspec.json.decode(await queries.directory(call.actor, call.query), type=Directory)
    if page.next is not None:
        page = msgspec.structs.replace(page, next=_next(call.query, page.next))
    return answer(page)


def _next(wanted: DirectoryFilter, after: str) -> str:
    fields = {name: str(value) for name, value in msgspec.structs.asdict(wanted).items() if value}
    return "/api/v1/members?" + urlencode({**fields, "after": after})


@operation("see_member_profile_and_directory", answers={200: Profile})
async def get_member(call: Call[None, Nothing]) -> Response:
    """A member's profile, as far as they show it to you."""
    return document(await queries.profile(call.actor, str(call.path["username"])))


@operation("approve_members", answers={200: PendingMembers})
async def list_pending(call: Call[None, Nothing]) -> Response:
    """Members who wait to be let in."""
    return document(await queries.pending_members(call.actor))


@operation("approve_members", answers={204: None}, scope=POST)
async def put_approval(call: Call[None, Nothing]) -> Response:
    """Let a pending member in."""
    await commands.approve_member(call.actor, str(call.path["username"]))
    return nothing()


@operation("keep_drafts_and_preview", answers={200: TokenList}, signed_in=True)
async def list_tokens(call: Call[None, Nothing]) -> Response:
    """Your API tokens, without their secrets."""
    return answer(TokenList(await queries.tokens(call.actor, await queries.my_groups(call.actor)), None))


@operation("create_own_api_token", body=TokenWish, answers={201: TokenMade}, scope=POST, signed_in=True)
async def post_token(call: Call[TokenWish, Nothing]) -> Response:
    """Make an API token: for a session that was proved a short while ago, never for a token."""
    made = await commands.create_token(call.actor, call.body)
    return ShownOnce(_made(made), kept=_made(msgspec.structs.replace(made, token=None)))


def _made(made: TokenMade) -> Response:
    return created(msgspec.json.encode(made), f"/api/v1/me/tokens/{made.id}")


@operation("keep_drafts_and_preview", answers={204: None}, scope=POST, signed_in=True)
async def delete_token(call: Call[None, Nothing]) -> Response:
    """End an API token of yours."""
    await commands.end_token(call.actor, call.id("id"))
    return nothing()


def _me(body: bytes) -> Response:
    return versioned(body, msgspec.json.decode(body, type=Me).version)
