"""People, as JSON."""
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import Call, Nothing, answer, document, nothing, operation, versioned
from forum.members import commands, queries
from forum.members.schemas import (
    Directory,
    DirectoryFilter,
    Me,
    PendingMembers,
    Profile,
    ProfileEdit,
)

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


def _me(body: bytes) -> Response:
    return versioned(body, msgspec.json.decode(body, type=Me).version)
