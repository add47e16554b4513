"""Wiki posts, and who is named to write them."""
from starlette.responses import Response

from forum.curation.commands.editors import end_editor, name_editor
from forum.curation.commands.wiki import end_wiki, make_wiki
from forum.curation.policies import can_make_wiki
from forum.kit.errors import Invalid, Refusal
from forum.kit.verdict import require
from forum.threads import queries as threads
from forum.threads.pages.compose import to_post
from forum.threads.schemas import SinglePost
from forum.web.language import gettext as _
from forum.web.page import View, decoded, errors_of, form, page, see
from forum.web.rendering import page as shown


async def _post(view: View) -> SinglePost:
    return decoded(await threads.single_post(view.actor, view.id("id")), SinglePost)


async def _wiki(view: View, refusal: Refusal | None) -> Response:
    require(can_make_wiki(view.actor, await threads.post_door(view.actor, view.id("id"))))
    post = await _post(view)
    return shown(
        view,
        "curation/wiki.html",
        title=_("End the wiki") if post.wiki else _("Make it a wiki post"),
        post=post,
        reason=view.text("reason"),
        errors=errors_of(refusal),
    )


@page("make_wiki_post", signed_in=True)
async def wiki_form(view: View) -> Response:
    return await _wiki(view, None)


@form("make_wiki_post", refill=_wiki)
async def set_wiki(view: View) -> Response:
    """`do`: make or end."""
    deeds = {"make": make_wiki, "end": end_wiki}
    if (deed := deeds.get(view.text("do"))) is None:
        raise Invalid({"do": "unknown_choice"})
    await deed(view.actor, view.id("id"), view.text("reason"))
    return to_post(await _post(view), said="saved")


@form("name_facilitator")
async def change_editor(view: View) -> Response:
    """`do`: name or end."""
    deeds = {"name": name_editor, "end": end_editor}
    if (deed := deeds.get(view.text("do"))) is None:
        raise Invalid({"do": "unknown_choice"})
    await deed(view.actor, view.slug(), str(view.path["username"]))
    return see(f"/g/{view.slug()}/members", said="role")
