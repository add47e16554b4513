"""Say that something needs eyes: a post, a thread, a profile, an initiative."""
from starlette.responses import Response

from forum.kit.errors import Invalid, NotFound, Refusal
from forum.moderation.commands.flag import NOTE_LENGTH, flag, unflag
from forum.moderation.models import FlagReason
from forum.moderation.pages.words import reasons
from forum.moderation.queries.door import flag_door, own_flag, profile_named
from forum.moderation.targets import Target, TargetKind
from forum.web.language import gettext as _
from forum.web.page import View, errors_of, form, page, see
from forum.web.rendering import page as shown


def _titles() -> dict[TargetKind, str]:
    return {
        TargetKind.POST: _("Flag this post"),
        TargetKind.THREAD: _("Flag this thread"),
        TargetKind.PROFILE: _("Flag this profile"),
        TargetKind.INITIATIVE: _("Flag this initiative"),
    }


async def _target(view: View, kind: TargetKind) -> Target:
    if kind is TargetKind.PROFILE:
        return await profile_named(view.actor, str(view.path["username"]))
    return Target(kind, view.id("id"))


def _address(view: View) -> str:
    """Of the thing itself: the path of its flag less the last part."""
    return view.request.url.path.rpartition("/")[0]


async def _form(view: View, kind: TargetKind, refusal: Refusal | None) -> Response:
    target = await _target(view, kind)
    await flag_door(view.actor, target)
    mine = await own_flag(view.actor, target)
    stored = dict(zip(("reason", "note"), mine or ("", ""), strict=True))
    return shown(
        view,
        "moderation/flag.html",
        title=_titles()[kind],
        back=_address(view),
        profile=kind is TargetKind.PROFILE,
        reasons=list(reasons().items()),
        values=stored | view.form,
        mine=mine is not None,
        most=NOTE_LENGTH,
        errors=errors_of(refusal),
    )


async def _send(view: View, kind: TargetKind) -> Response:
    target = await _target(view, kind)
    if view.text("do") == "take_back":
        await _forget(view, target)
        return see(_address(view), said="flag_gone")
    if view.text("reason") not in set(FlagReason):
        raise Invalid({"reason": "unknown_choice" if view.text("reason") else "required"})
    await flag(view.actor, target, FlagReason(view.text("reason")), view.text("note"))
    return see(_address(view), said="flagged")


async def _forget(view: View, target: Target) -> None:
    """Twice is once: what is gone is gone."""
    try:
        await unflag(view.actor, target)
    except NotFound:
        await flag_door(view.actor, target)


async def _post_again(view: View, refusal: Refusal) -> Response:
    return await _form(view, TargetKind.POST, refusal)


async def _thread_again(view: View, refusal: Refusal) -> Response:
    return await _form(view, TargetKind.THREAD, refusal)


async def _initiative_again(view: View, refusal: Refusal) -> Response:
    return await _form(view, TargetKind.INITIATIVE, refusal)


async def _profile_again(view: View, refusal: Refusal) -> Response:
    return await _form(view, TargetKind.PROFILE, refusal)


@page("flag", signed_in=True)
async def post_flag_form(view: View) -> Response:
    return await _form(view, TargetKind.POST, None)


@form("flag", refill=_post_again)
async def flag_post(view: View) -> Response:
    return await _send(view, TargetKind.POST)


@page("flag", signed_in=True)
async def thread_flag_form(view: View) -> Response:
    return await _form(view, TargetKind.THREAD, None)


@form("flag", refill=_thread_again)
async def flag_thread(view: View) -> Response:
    return await _send(view, TargetKind.THREAD)


@page("flag", signed_in=True)
async def initiative_flag_form(view: View) -> Response:
    return await _form(view, TargetKind.INITIATIVE, None)


@form("flag", refill=_initiative_again)
async def flag_initiative(view: View) -> Response:
    return await _send(view, TargetKind.INITIATIVE)


@page("flag_profile", signed_in=True)
async def profile_flag_form(view: View) -> Response:
    return await _form(view, TargetKind.PROFILE, None)


@form("flag_profile", refill=_profile_again)
async def flag_profile(view: View) -> Response:
    return await _send(view, TargetKind.PROFILE)


@page("flag", signed_in=True)
async def report_moved(view: View) -> Response:
    """The address that flags had before; the door is at the new one."""
    return see(f"/p/{view.id('id')}/flag")
