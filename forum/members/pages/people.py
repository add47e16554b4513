"""People: the directory, one member, one's own profile, who waits for approval."""

from typing import Any, Final

import msgspec
from starlette.responses import Response

from forum.kit.errors import Invalid, Refusal
from forum.kit.verdict import require
from forum.members import queries
from forum.members.commands import approve_member, edit_profile
from forum.members.models import Audience, Gender, Sector
from forum.members.pages.sessions import reasons
from forum.members.policies import can_approve_members
from forum.members.schemas import Directory, DirectoryFilter, Me, PendingMembers, Profile, ProfileEdit
from forum.moderation.policies import can_flag_profile, can_see_sanctions
from forum.web.dates import countries, languages
from forum.web.language import formats
from forum.web.language import gettext as _
from forum.web.page import View, decoded, errors_of, form, page, see
from forum.web.rendering import page as shown

SHOWN_TO: Final = ("country", "sector", "languages", "time_zone", "bio")


def sectors() -> dict[str, str]:
    return {
        Sector.GOVERNMENT: _("Diplomacy and civil service"),
        Sector.CIVIL_SOCIETY: _("Civil society"),
        Sector.INTERNATIONAL_ORGANISATION: _("International organisation"),
        Sector.BUSINESS: _("Business"),
        Sector.ACADEMIA: _("Academia"),
        Sector.MEDIA: _("Media"),
        Sector.OTHER: _("Other"),
    }


def genders() -> dict[str, str]:
    return {Gender.FEMALE: _("Female"), Gender.MALE: _("Male"), Gender.OTHER: _("Other")}


def audiences() -> dict[str, str]:
    return {
        Audience.MEMBERS: _("Every member"),
        Audience.GROUPS: _("People in my groups"),
        Audience.ME: _("Only me"),
    }


@page("see_member_profile_and_directory")
async def directory(view: View) -> Response:
    """Members by name, country, sector and language."""
    asked = {name: value for name, value in view.query.items() if value and name in _FILTERS}
    try:
        wanted = msgspec.convert(asked, DirectoryFilter, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid({"": "not_valid"}) from error
    found = decoded(await queries.directory(view.actor, wanted), Directory)
    return shown(
        view,
        "members/directory.html",
        title=_("Members"),
        section="members",
        people=found.items,
        more=found.next,
        wanted=wanted,
        asked={name: value for name, value in asked.items() if name != "after"},
        sectors=sectors(),
        countries=countries(formats()),
        languages=languages(formats()),
    )


_FILTERS: Final = frozenset(("q", "country", "sector", "language", "after"))


@page("see_member_profile_and_directory")
async def member(view: View) -> Response:
    profile = decoded(await queries.profile(view.actor, str(view.path["username"])), Profile)
    return shown(
        view,
        "members/member.html",
        title=profile.name,
        section="members",
        person=profile,
        may_flag=profile.username != view.actor.username and bool(can_flag_profile(view.actor, 0)),
        sectors=sectors(),
        looks_after=bool(can_see_sanctions(view.actor, None)),
        reasons=reasons() if view.actor.is_admin and profile.staff is None else {},
    )


# One's own profile


async def _me_form(view: View, refusal: Refusal | None) -> Response:
    me = decoded(await queries.me(view.actor), Me)
    stored: dict[str, Any] = {
        "name": me.name,
        "country": me.country or "",
        "sector": me.sector or "",
        "gender": me.gender or "",
        "language": me.language,
        "time_zone": me.time_zone,
        "bio": me.bio,
    } | {f"see_{name}": me.audiences.get(name, Audience.MEMBERS) for name in SHOWN_TO}
    details = refusal.details if refusal is not None else {}
    return shown(
        view,
        "members/me.html",
        title=_("Profile and settings"),
        section="me",
        me=me,
        values=stored | view.form,
        speaks=view.chosen.get("languages", me.languages if not view.form else []),
        version=details.get("version", view.text("version") or me.version),
        errors=errors_of(refusal),
        sectors=sectors(),
        genders=genders(),
        audiences=audiences(),
        countries=countries(formats()),
        languages=languages(formats()),
    )


@page("see_member_profile_and_directory", signed_in=True)
async def me(view: View) -> Response:
    return await _me_form(view, None)


@form("see_member_profile_and_directory", refill=_me_form, many=("languages",))
async def save_me(view: View) -> Response:
    version = view.sent_number("version", 2**31 - 1)
    await edit_profile(view.actor, _edit(view), version)
    return see("/me", said="saved")


def _edit(view: View) -> ProfileEdit:
    """The form as an edit; an empty choice is none."""
    given: dict[str, Any] = {name: view.text(name) for name in ("name", "time_zone", "bio") if name in view.form}
    given |= {name: view.text(name) or None for name in ("country", "sector", "gender") if name in view.form}
    if view.text("language"):
        given["language"] = view.text("language")
    given["languages"] = view.chosen.get("languages", [])
    given["audiences"] = {name: view.form[f"see_{name}"] for name in SHOWN_TO if f"see_{name}" in view.form}
    for name, value in given.items():
        # One at a time, so that a fault is told at its own field.
        try:
            msgspec.convert({name: value}, ProfileEdit)
        except msgspec.ValidationError as error:
            raise Invalid({name: "unknown_choice" if name != "bio" else "too_long"}) from error
    return msgspec.convert(given, ProfileEdit)


# Approval


@page("approve_members", signed_in=True)
async def pending(view: View) -> Response:
    """Who waits to be let in, for the site's staff."""
    require(can_approve_members(view.actor))
    waiting = decoded(await queries.pending_members(view.actor), PendingMembers).items
    return shown(
        view,
        "members/pending.html",
        title=_("Waiting for approval"),
        section="members",
        waiting=waiting,
        sectors=sectors(),
    )


@form("approve_members")
async def approve(view: View) -> Response:
    await approve_member(view.actor, str(view.path["username"]))
    return see("/members/pending", said="approved")
