"""What is closed to an administrator who sees the site as a member does: all that writes, and what is only theirs."""

import re
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Scope

from auth.actor import Actor
from forum.api.problem import problem
from forum.kit.errors import NotAllowed
from forum.web.page import SAFE, View
from forum.web.refusals import refusal_page

API: Final = "/api/"
WAYS_OUT: Final = frozenset({"/view-as/end", "/sign-out"})
# The account, its sessions and tokens, drafts, bookmarks and saved searches, on both surfaces.
PRIVATE: Final = re.compile(r"(?:/api/v1)?/(?:me|drafts|bookmarks|searches)(?:/.*)?", re.DOTALL)


def bar(scope: Scope, _viewer: Actor) -> ASGIApp | None:
    """The refusal of this request, None where it may be made."""
    path = scope["path"]
    open_to_them = PRIVATE.fullmatch(path) is None if scope["method"] in SAFE else path in WAYS_OUT
    if open_to_them:
        return None
    refusal = NotAllowed("viewing_only")
    return problem(refusal) if path.startswith(API) else refusal_page(View(Request(scope)), refusal)
