"""A group's public log, taking an act back, and how a group is looked after."""
from typing import Final

from starlette.responses import Response

from auth.oidc.target import safe_target
from forum.groups import queries as groups
from forum.groups.policies import can_facilitate
from forum.kit.errors import Invalid, Refusal
from forum.moderation.commands.name_moderators import name_moderators
from forum.moderation.commands.slow_mode import LONGEST as DAY
from forum.moderation.commands.slow_mode import set_slow_mode
from forum.moderation.commands.undo_act import undo_act
from forum.moderation.pages.acts import act_words, reason_words
from forum.moderation.queries import log
from forum.moderation.schemas import LogPage, ModerationSettings
from forum.threads.pages.lists import next_before
from forum.web.language import gettext as _
from forum.web.page import View, decoded, errors_of, form, page, see
from forum.web.rendering import page as shown

LINES: Final = 40


@page("read_public_moderation_log")
async def group_log(view: View) -> Response:
    """The newest first; `before` leads to older ones."""
    group = await groups.door(view.actor, view.slug())
    found = decoded(await log.log_of(view.actor, group, view.number("before"), LINES), LogPage)
    return shown(
        view,
        "moderation/log.html",
        title=_("Moderation log"),
        section="groups",
        group=group,
        lines=found.items,
        act_words=act_words,
        reason_words=reason_words,
        older=next_before(found.next),
    )


@form("undo_own_curation_within_24h")
async def undo(view: View) -> Response:
    """`next`: the page to come back to."""
    await undo_act(view.actor, view.id("id"))
    return see(safe_target(view.text("next")).partition("?")[0], said="undone")


async def _settings(view: View, refusal: Refusal | None) -> Response:
    group = await groups.door(view.actor, view.slug())
    settings = decoded(await log.settings_of(view.actor, group), ModerationSettings)
    return shown(
        view,
        "moderation/settings.html",
        title=_("How this group is looked after"),
        section="groups",
        group=group,
        settings=settings,
        pauses=pauses(settings.slow_seconds),
        reason=view.text("reason"),
        may_name=bool(can_facilitate(view.actor, group)),
        errors=errors_of(refusal),
    )


@page("see_moderation_settings", signed_in=True)
async def settings_form(view: View) -> Response:
    return await _settings(view, None)


@form("set_slow_mode", refill=_settings)
async def save_slow_mode(view: View) -> Response:
    """`seconds` from the list; 0 ends it."""
    seconds = view.sent_number("seconds", DAY)
    if seconds is None:
        raise Invalid({"seconds": "required"})
    await set_slow_mode(view.actor, view.slug(), seconds, view.text("reason"))
    return see(f"/g/{view.slug()}/moderation", said="saved")


def pauses(now: int) -> list[tuple[str, str]]:
    """The choices, with the one that holds, whatever a program set."""
    words = {0: _("They do not wait"), 60: _("1 minute"), 300: _("5 minutes"), 900: _("15 minutes"),
             3600: _("1 hour"), 21_600: _("6 hours"), DAY: _("1 day")}  # fmt: skip
    words.setdefault(now, _("%(n)s seconds") % {"n": now})
    return [(str(seconds), words[seconds]) for seconds in sorted(words)]


@form("name_moderators_in_log", refill=_settings)
async def save_log_names(view: View) -> Response:
    await name_moderators(view.actor, view.slug(), named=bool(view.text("named")))
    return see(f"/g/{view.slug()}/moderation", said="saved")
