"""What many people look for: for the secretariat, on a page and as a table to take away."""

import csv
import io
from typing import Final

from starlette.responses import Response

from forum.kit.errors import Invalid
from forum.searching.queries.trending import trending
from forum.searching.trending import FEW
from forum.web.language import gettext as _
from forum.web.page import View, page
from forum.web.rendering import PRIVATE
from forum.web.rendering import page as shown

WINDOWS: Final = (7, 30)


def _days(view: View) -> int:
    days = view.number("days", WINDOWS[0])
    if days not in WINDOWS:
        raise Invalid({"days": "unknown_choice"})
    return days


@page("see_statistics", signed_in=True)
async def trending_searches(view: View) -> Response:
    found = await trending(view.actor, _days(view))
    return shown(
        view,
        "searching/trending.html",
        title=_("What people look for"),
        section="admin",
        trending=found,
        windows=WINDOWS,
        few=FEW,
    )


@page("see_statistics", signed_in=True)
async def trending_table(view: View) -> Response:
    found = await trending(view.actor, _days(view))
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(("query", "people", "found"))
    for answered, searches in (("yes", found.found), ("no", found.not_found)):
        writer.writerows((each.query, each.people, answered) for each in searches)
    named = {"Content-Disposition": f'attachment; filename="searches-{found.days}-days.csv"'}
    return Response(table.getvalue(), media_type="text/csv", headers={**PRIVATE, **named})
