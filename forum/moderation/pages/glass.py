"""Break-glass: the form that opens a group, and the button that closes it."""
from starlette.responses import Response

from forum.kit.errors import Refusal
from forum.kit.verdict import require
from forum.moderation.commands import glass
from forum.moderation.policies import can_break_glass
from forum.web.language import gettext as _
from forum.web.page import View, errors_of, form, page, see
from forum.web.rendering import page as shown


async def _form(view: View, refusal: Refusal | None) -> Response:
    """The same for every name: it does not say whether there is such a group."""
    slug = view.slug()
    require(can_break_glass(view.actor, await glass.group_at(slug)))
    return shown(
        view,
        "moderation/glass.html",
        title=_("Open a group that is not yours"),
        section="groups",
        slug=slug,
        values={"reason": ""} | view.form,
        errors=errors_of(refusal),
    )


@page("open_glass", signed_in=True)
async def glass_form(view: View) -> Response:
    return await _form(view, None)


@form("open_glass", refill=_form)
async def open_glass(view: View) -> Response:
    await glass.break_glass(view.actor, view.slug(), view.text("reason"))
    return see(f"/g/{view.slug()}", said="glass_opened")


@form("open_glass")
async def close_glass(view: View) -> Response:
    await glass.close_glass(view.actor, view.slug())
    return see("/groups", said="glass_closed")
