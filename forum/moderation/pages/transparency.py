"""Half a year of moderation in numbers: a page, and a table to take away."""
import csv
import io

import msgspec
from starlette.responses import Response

from forum.kit.errors import Invalid
from forum.moderation import transparency as half_years
from forum.moderation.pages.acts import reason_words
from forum.moderation.queries.transparency import FEW, transparency
from forum.moderation.schemas import PeriodWanted, TransparencyReport
from forum.web.language import gettext as _
from forum.web.page import View, page
from forum.web.rendering import PRIVATE
from forum.web.rendering import page as shown


async def _wanted(view: View) -> TransparencyReport:
    try:
        wanted = msgspec.convert({"period": view.query.get("period") or None}, PeriodWanted)
    except msgspec.ValidationError as error:
        raise Invalid({"period": "not_valid"}) from error
    return await transparency(wanted.period)


@page("read_transparency_report")
async def transparency_report(view: View) -> Response:
    made = await _wanted(view)
    return shown(
        view,
        "moderation/transparency.html",
        title=_("Transparency report"),
        section="about",
        report=made,
        words=_words(),
        reason_words=reason_words,
        few=FEW,
    )


@page("read_transparency_report")
async def transparency_table(view: View) -> Response:
    made = await _wanted(view)
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(("period", "what", "kind", "number"))
    writer.writerows(half_years.table(made))
    named = {"Content-Disposition": f'attachment; filename="transparency-{made.period}.csv"'}
    return Response(written.getvalue(), media_type="text/csv", headers={**PRIVATE, **named})


def _words() -> dict[str, str]:
    """Of all kinds that the report counts by, but for the reasons."""
    return {
        "flag": _("Flagged by members"),
        "newcomer": _("First posts of newcomers"),
        "machine": _("Queued by the forum itself"),
        "no_action": _("Left as it was"),
        "note": _("A note to the author"),
        "hide": _("Hidden"),
        "hide_and_silence": _("Hidden, and the author silenced for a while"),
        "remove": _("Removed"),
        "upheld": _("The verdict was upheld"),
        "overturned": _("The verdict was overturned"),
        "warning": _("Warnings"),
        "silence": _("Silences"),
        "suspension": _("Suspensions"),
    }
