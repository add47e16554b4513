"""The audit log in words: one's own, a group's, the site's."""

from typing import Any, Final

import msgspec
from starlette.responses import Response

from forum.groups import queries as groups
from forum.kit.errors import Invalid
from forum.site import audit
from forum.site.schemas import AuditPage, AuditWanted
from forum.site.sentences import SENTENCES, action_words, details, sentence
from forum.web.language import gettext as _
from forum.web.page import View, decoded, page
from forum.web.rendering import page as shown

LINES: Final = 40
FILTERS: Final = ("action", "member", "group", "since")


def _wanted(view: View, *filters: str) -> AuditWanted:
    asked: dict[str, Any] = {name: view.query[name].strip() for name in filters if view.query.get(name, "").strip()}
    for name, value in asked.items():
        try:
            msgspec.convert({name: value}, AuditWanted, strict=False)
        except msgspec.ValidationError as error:
            raise Invalid({name: "not_valid"}) from error
    return msgspec.convert({**asked, "before": view.number("before"), "limit": LINES}, AuditWanted, strict=False)


def _shown(view: View, found: bytes, *, title: str, section: str, **values: Any) -> Response:
    log = decoded(found, AuditPage)
    lines = [(line, sentence(line, view.actor), details(line)) for line in log.items]
    values = {"crumb": None, "filters": {}, "actions": None} | values
    return shown(view, "site/activity.html", title=title, section=section, lines=lines, older=log.next, **values)


@page("read_audit_log", signed_in=True)
async def mine(view: View) -> Response:
    found = await audit.own(view.actor, _wanted(view))
    crumb = ("/me", _("Profile and settings"))
    return _shown(view, found, title=_("Your activity"), section="me", crumb=crumb)


@page("read_group_audit_log")
async def of_group(view: View) -> Response:
    group = await groups.door(view.actor, view.slug())
    found = await audit.of_group(view.actor, group, _wanted(view))
    crumb = (f"/g/{group.slug}", group.title)
    return _shown(view, found, title=_("What was done here"), section="groups", crumb=crumb)


@page("read_site_audit_log", signed_in=True)
async def of_site(view: View) -> Response:
    wanted = _wanted(view, *FILTERS)
    found = await audit.of_site(view.actor, wanted)
    filters = {name: str(getattr(wanted, name) or "") for name in FILTERS}
    actions = sorted(((action, action_words(action)) for action in SENTENCES), key=lambda pair: pair[1])
    return _shown(view, found, title=_("Audit log"), section="admin", filters=filters, actions=actions)
