"""/admin/provisioning: who provisions people here, and which groups they fill."""

from uuid import UUID

from starlette.responses import Response

from auth.scim.clients import SUBJECTS
from forum.kit.errors import NotFound, Refusal
from forum.provisioning import queries
from forum.provisioning.commands import bind_group, make_client, remove_client
from forum.web.language import gettext as _
from forum.web.page import View, errors_of, form, page, see
from forum.web.rendering import page as shown
from forum.web.shown_once import ShownOnce

HERE = "/admin/provisioning"


async def _overview(view: View, refusal: Refusal | None) -> Response:
    return shown(
        view,
        "provisioning/clients.html",
        title=_("Provisioning"),
        section="admin",
        clients=await queries.overview(view.actor),
        subjects={name: name for name in SUBJECTS},
        values={"name": "", "issuer": "", "subject_from": SUBJECTS[0], "groups": ""} | view.form,
        errors=errors_of(refusal),
        asked_of=view.path.get("resource"),
        address=f"{view.web.base_url}/scim/v2",
    )


@page("administer_site", signed_in=True)
async def provisioning(view: View) -> Response:
    return await _overview(view, None)


@form("administer_site", refill=_overview)
async def make_scim_client(view: View) -> Response:
    """The page that shows the token; sent once more, the form leads to the list."""
    name = view.text("name")
    made = await make_client(
        view.actor, name, view.text("issuer"), view.text("subject_from"), view.text("groups").split()
    )
    answer = shown(
        view,
        "provisioning/made.html",
        title=_("A new client"),
        section="admin",
        name=name,
        token=made.token,
        address=f"{view.web.base_url}/scim/v2",
    )
    return ShownOnce(answer, kept=see(HERE, said="client_made"))


@form("administer_site")
async def remove_scim_client(view: View) -> Response:
    await remove_client(view.actor, view.id("id"))
    return see(HERE, said="client_removed")


@form("administer_site", refill=_overview)
async def bind_scim_group(view: View) -> Response:
    try:
        resource = UUID(str(view.path["resource"]))
    except ValueError:
        raise NotFound from None
    await bind_group(view.actor, resource, view.text("group").strip())
    return see(HERE, said="saved")
