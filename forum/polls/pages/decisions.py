"""What a group has decided: its polls with their outcomes."""
from typing import Final

from starlette.responses import Response

from forum.groups import queries as groups
from forum.polls import queries
from forum.polls.schemas import DecisionList
from forum.threads.pages.lists import next_before
from forum.web.language import gettext as _
from forum.web.page import View, decoded, page
from forum.web.rendering import page as shown

LINES: Final = 25


@page("read_content")
async def group_decisions(view: View) -> Response:
    """The newest first; `before` leads to older ones."""
    found = decoded(
        await queries.decisions(view.actor, view.slug(), view.number("before"), LINES), DecisionList
    )
    return shown(
        view,
        "polls/decisions.html",
        title=_("Decisions"),
        section="groups",
        group=await groups.door(view.actor, view.slug()),
        decisions=found.items,
        older=next_before(found.next),
    )
