"""Accepted answers of a group, and the best of a period, also as a text for a newsletter."""
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

from starlette.responses import Response

from forum.curation.periods import before, period_of
from forum.curation.queries import lists as queries
from forum.curation.schemas import AnswerList, BestThread
from forum.groups.queries import door
from forum.threads.pages.lists import next_before
from forum.web.dates import month_of_year
from forum.web.language import gettext as _
from forum.web.page import View, decoded, page
from forum.web.rendering import page as shown

LINES: Final = 25
_MARKUP: Final = re.compile(r"([\\`*_\[\]<>#|])")


@page("read_content")
async def group_answers(view: View) -> Response:
    """The newest first; `before` leads to older ones."""
    found = decoded(
        await queries.accepted_answers(view.actor, view.slug(), view.number("before"), LINES), AnswerList
    )
    return shown(
        view,
        "curation/answers.html",
        title=_("Accepted answers"),
        section="groups",
        group=await door(view.actor, view.slug()),
        answers=found.items,
        older=next_before(found.next),
    )


@page("read_content")
async def best_of_group(view: View) -> Response:
    return await _best(view, view.slug())


@page("read_content")
async def best_of_all(view: View) -> Response:
    """What is public, and for whoever is signed in all that they may read."""
    return await _best(view, "")


async def _best(view: View, slug: str) -> Response:
    """`format=md` is the text alone."""
    period = period_of(view.query.get("period", ""), datetime.now(UTC).date(), years=bool(slug))
    best = decoded(await queries.best_threads(view.actor, slug, period.first, period.end), list[BestThread])
    text = newsletter(best, view.web.base_url)
    if view.query.get("format") == "md":
        headers = {"Cache-Control": "private, no-cache", "Vary": "Cookie"}
        return Response(text, media_type="text/markdown", headers=headers)
    path = f"/g/{slug}/best" if slug else "/best"
    return shown(
        view,
        "curation/best.html",
        title=_("Best of %(period)s") % {"period": _said(period.name)},
        section="groups" if slug else "latest",
        group=await door(view.actor, slug) if slug else None,
        path=path,
        period=period.name,
        earlier=before(period),
        earlier_said=_said(before(period)),
        best=best,
        text=text,
    )


def _said(period: str) -> str:
    """A year as it is, a month by its name."""
    return month_of_year(date.fromisoformat(f"{period}-01")) if "-" in period else period


def newsletter(best: Sequence[BestThread], home: str) -> str:
    """Markdown to be copied: a line a thread."""
    lines = [
        f"- [{_plain(each.title)}]({home}/t/{each.id}), {_plain(each.author.name)} ({_plain(each.group.title)})"
        for each in best
    ]
    return "\n".join(lines) + "\n" if lines else ""


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)
