"""Remove the posts of a day; delete one for good."""
from datetime import date

from starlette.responses import Response

from forum.kit.errors import Invalid, Refusal
from forum.kit.verdict import require
from forum.moderation.commands import purge_post as purging
from forum.moderation.commands import remove_day as removing
from forum.moderation.commands.review_post import restore_post, review_post
from forum.moderation.pages.sanctions import SITE
from forum.moderation.policies import can_purge
from forum.moderation.queries.sanctions import places_for
from forum.threads.queries import post_door
from forum.web.language import gettext as _
from forum.web.page import View, errors_of, form, page, see
from forum.web.rendering import page as shown


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise Invalid({"day": "not_valid"}) from error


async def _day_form(view: View, refusal: Refusal | None) -> Response:
    """First the day and the place; with both, how many posts there are, and the button."""
    username = str(view.path["username"])
    values = {"day": "", "where": "", "reason": ""} | dict(view.query) | view.form
    count = None
    if values["day"] and values["where"] and (refusal is None or "day" not in errors_of(refusal)):
        group = None if values["where"] == SITE else values["where"]
        count = len((await removing.posts_of_day(view.actor, username, _day(values["day"]), group))[1])
    places = [(row["slug"], row["title"]) for row in await places_for(view.actor, username)]
    everywhere = [(SITE, _("Everywhere that I look after posts"))] if view.actor.is_staff else []
    return shown(
        view,
        "moderation/remove_day.html",
        title=_("Remove the posts of a day by @%(username)s") % {"username": username},
        username=username,
        places=places + everywhere,
        count=count,
        values=values,
        errors=errors_of(refusal),
    )


@page("hide_or_restore_post", signed_in=True)
async def day_form(view: View) -> Response:
    return await _day_form(view, None)


@form("hide_or_restore_post", refill=_day_form)
async def send_day_removal(view: View) -> Response:
    username, where = str(view.path["username"]), view.text("where")
    if not where:
        raise Invalid({"where": "required"})
    await removing.remove_day(
        view.actor,
        username,
        _day(view.text("day")),
        group=None if where == SITE else where,
        reason=view.text("reason"),
    )
    return see(f"/m/{username}/sanctions", said="day_removed")


@form("hide_or_restore_post")
async def review(view: View) -> Response:
    return see(f"/moderation/cases/{await review_post(view.actor, view.id('id'))}")


@form("restore_post")
async def restore(view: View) -> Response:
    await restore_post(view.actor, view.id("id"), view.text("reason"))
    return see(f"/p/{view.id('id')}", said="restored")


async def _purge_form(view: View, refusal: Refusal | None) -> Response:
    post = await post_door(view.actor, view.id("id"))
    require(can_purge(view.actor, post))
    return shown(
        view,
        "moderation/purge.html",
        title=_("Delete a post for good"),
        post=post,
        values={"reason": ""} | view.form,
        errors=errors_of(refusal),
    )


@page("purge_post", signed_in=True)
async def purge_form(view: View) -> Response:
    return await _purge_form(view, None)


@form("purge_post", refill=_purge_form)
async def purge(view: View) -> Response:
    post = await post_door(view.actor, view.id("id"))
    await purging.purge_post(view.actor, post.id, view.text("reason"))
    return see(f"/t/{post.thread.id}", said="purged")
