"""Reading the roster of a course (Names and Role Provisioning Services 2.0), all of it or nothing.

No database is touched while a platform is waited for.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx2

from auth.actor import GroupRole
from auth.csrf import origin_of
from auth.lti import platforms
from auth.lti.keys import OwnKeys
from auth.lti.launch import text_of
from auth.lti.platforms import Platform
from auth.lti.roles import role_of
from auth.oidc.claims import SUBJECT_LENGTH
from auth.outbound import Outbound, object_in
from auth.sessions.cookies import new_token

SCOPE: Final = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
MEDIA: Final = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PAGE: Final = 200
MOST_PAGES: Final = 200
MOST_PEOPLE: Final = 50_000


class RosterError(Exception):
    """The roster could not be read to its end: ``reason`` says why, ``pages`` and ``seen`` how far it went."""

    def __init__(self, reason: str, *, pages: int = 0, seen: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.pages, self.seen = reason, pages, seen


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody in the course: their name is for display."""

    role: GroupRole
    name: str


@dataclass(slots=True)
class Roster:
    """A complete one; ``people`` by subject, without those who are not active."""

    pages: int = 0
    people: dict[str, Listed] = field(default_factory=dict)


async def read(platform: Platform, url: str, *, keys: OwnKeys, outbound: Outbound, local: bool) -> Roster:
    """Every page; RosterError unless all of them came."""
    roster = Roster()
    try:
        if not platforms.is_safe(url, local=local):
            raise RosterError("foreign_page")
        headers = {"Authorization": "Bearer " + await _token(platform, keys, outbound), "Accept": MEDIA}
        page: str | None = _limited(url)
        while page is not None:
            if roster.pages == MOST_PAGES:
                raise RosterError("too_many_pages")
            if not platforms.is_safe(page, local=local) or origin_of(page) != origin_of(url):
                # The token would go to somebody else.
                raise RosterError("foreign_page")
            page = await _read_page(page, headers, roster, outbound)
    except httpx2.HTTPError as error:
        raise RosterError("unreachable", pages=roster.pages, seen=len(roster.people)) from error
    except RosterError as error:
        raise RosterError(error.reason, pages=roster.pages, seen=len(roster.people)) from error
    return roster


async def _token(platform: Platform, keys: OwnKeys, outbound: Outbound) -> str:
    """Client credentials by a signed assertion (Security Framework 4.1, RFC 7523)."""
    now = int(time.time())
    assertion = await keys.sign(
        {
            "iss": platform.client_id,
            "sub": platform.client_id,
            "aud": platform.token_url,
            "iat": now,
            "exp": now + 60,
            "jti": new_token(),
        }
    )
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION,
        "client_assertion": assertion,
        "scope": SCOPE,
    }
    answer = await outbound.ask("POST", platform.token_url, data=form)
    if answer.status_code != 200:
        raise RosterError("token_refused")
    token = _json(answer).get("access_token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise RosterError("token_refused")
    return token


async def _read_page(
    url: str, headers: Mapping[str, str], roster: Roster, outbound: Outbound
) -> str | None:
    """Take one page in; the address of the next (NRPS 2.4.1)."""
    answer = await outbound.ask("GET", url, headers=dict(headers))
    if answer.status_code != 200:
        raise RosterError("page_refused")
    members = _json(answer).get("members")
    if not isinstance(members, list):
        raise RosterError("not_a_roster")
    for member in members:
        _take(member, roster)
    if len(roster.people) > MOST_PEOPLE:
        raise RosterError("too_many_people")
    roster.pages += 1
    # RFC 8288, 3.3: `rel` may hold several words. A next page that is overlooked would let its people go.
    named = (link["url"] for link in answer.links.values() if "next" in link.get("rel", "").lower().split())
    following = next(named, None)
    return _next(url, following) if following else None


def _next(url: str, named: str) -> str:
    try:
        return urljoin(url, named)
    except ValueError as error:
        raise RosterError("foreign_page") from error


def _take(member: Any, roster: Roster) -> None:
    """NRPS 2.2: `status` absent is Active; a member without an id makes the roster unreadable."""
    subject = member.get("user_id") if isinstance(member, dict) else None
    if not isinstance(subject, str) or not 1 <= len(subject) <= SUBJECT_LENGTH or not subject.isprintable():
        raise RosterError("not_a_roster")
    if member.get("status", "Active") != "Active":
        return
    before = roster.people.get(subject)
    role = role_of(member.get("roles"))
    if before is None or role is GroupRole.FACILITATOR:
        roster.people[subject] = Listed(role, text_of(member.get("name"), 200))


def _limited(url: str) -> str:
    parts = urlsplit(url)
    asked = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "limit"]
    return parts._replace(query=urlencode([*asked, ("limit", str(PAGE))]), fragment="").geturl()


def _json(answer: httpx2.Response) -> dict[str, Any]:
    found = object_in(answer)
    if found is None:
        raise RosterError("not_a_roster")
    return found
