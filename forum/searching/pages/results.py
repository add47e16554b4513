"""One box, and what it finds."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup, escape
from starlette.responses import Response

from forum.kit.errors import Invalid
from forum.searching.pages.saved import below_the_box
from forum.searching.pages.words import describe, facet_names, value_name
from forum.searching.queries.relaxing import in_the_way
from forum.searching.queries.results import Found, find
from forum.searching.refining import narrowed, respelled, without
from forum.searching.schemas import Facets, SearchWanted
from forum.web.language import gettext as _
from forum.web.page import View, page
from forum.web.rendering import page as shown
from search.query import parse

NAMES_SHOWN: Final = 3
_ASKED: Final = ("q", "group", "thread", "after", "verbatim")


class Choice(NamedTuple):
    """A link that changes the search."""

    words: str
    href: str
    hits: int = 0


class Instead(NamedTuple):
    """``shown``: what was searched in place of what was typed; ``typed``, to insist on it; ``meant``, a proposal."""

    shown: Choice | None
    typed: Choice
    meant: Choice | None


def marked(text: str, marks: Sequence[tuple[int, int]]) -> Markup:
    """A text, escaped first, with what was found in it marked then."""
    parts: list[str] = []
    at = 0
    for start, end in marks:
        parts += (escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>")
        at = end
    return Markup("".join((*parts, escape(text[at:]))))  # noqa: S704 - escaped piece by piece


@page("search_and_live")
async def search(view: View) -> Response:
    """`q` in the query language; `group`, a slug, or `thread`, an id, to search in there only."""
    wanted = _wanted(view)
    found = await find(view.actor, wanted, names=True)
    nothing = bool(wanted.q) and not found.results.items and not wanted.after
    helped = await in_the_way(found.readable, wanted, found.results.filters) if nothing else []
    return shown(
        view,
        "searching/search.html",
        title=_("Search: %(q)s") % {"q": wanted.q} if wanted.q else _("Search"),
        section="search",
        head='<meta name="robots" content="noindex">',
        wanted=wanted,
        saved=[] if wanted.q else await below_the_box(view),
        found=found.results,
        place=found.place,
        chips=_chips(wanted, found),
        sorts=_sorts(wanted),
        facets=list(_facets(wanted, found.results.facets)),
        instead=_instead(wanted, found),
        without=[Choice(describe(each.name, each.value), address(wanted, each.rest)) for each in helped],
        groups=found.around.groups[:NAMES_SHOWN],
        people=found.around.people[:NAMES_SHOWN],
        more_groups=len(found.around.groups) > NAMES_SHOWN,
        more_people=len(found.around.people) > NAMES_SHOWN,
        following=address(wanted, wanted.q, after=found.results.next) if found.results.next else "",
        first=address(wanted, wanted.q) if wanted.after else "",
        marked=marked,
    )


def _wanted(view: View) -> SearchWanted:
    asked: dict[str, Any] = {name: value for name in _ASKED if (value := view.query.get(name, "").strip())}
    try:
        return msgspec.convert(asked | {"facets": True}, SearchWanted, strict=False)
    except msgspec.ValidationError as error:
        field = next((name for name in _ASKED if f"$.{name}" in str(error)), "q")
        raise Invalid({field: "too_long" if field == "q" else "not_valid"}) from error


def address(wanted: SearchWanted, q: str, **changed: object) -> str:
    """The same search with another query, or with something else changed; from its first page on."""
    fields = {"q": q, "group": wanted.group, "thread": wanted.thread, "verbatim": int(wanted.verbatim), **changed}
    return "/search?" + urlencode({name: str(value) for name, value in fields.items() if value})


def _chips(wanted: SearchWanted, found: Found) -> list[Choice]:
    """What was understood; taking one away leaves the rest. The order has a control of its own."""
    chips = []
    if found.place is not None:
        chips.append(Choice(_("in %(group)s") % {"group": found.place.title}, address(wanted, wanted.q, group=None)))
    if wanted.thread is not None:
        chips.append(Choice(_("in one thread"), address(wanted, wanted.q, thread=None)))
    filters = [each for each in found.results.filters if each.name != "sort"]
    chips += [Choice(describe(each.name, each.value), address(wanted, each.rest)) for each in filters]
    if wanted.verbatim:
        chips.append(Choice(_("exactly as typed"), address(wanted, wanted.q, verbatim=0)))
    return chips


def _sorts(wanted: SearchWanted) -> list[Choice]:
    """Best and newest first; the one in force leads nowhere. Without words there is nothing to choose."""
    parsed = parse(wanted.q)
    if not (parsed.words or parsed.phrases):
        return []
    best = without(wanted.q, "sort")
    newest = narrowed(best, "sort", "new")
    return [
        Choice(_("Best first"), address(wanted, best) if parsed.newest_first else ""),
        Choice(_("Newest first"), "" if parsed.newest_first else address(wanted, newest)),
    ]


def _facets(wanted: SearchWanted, facets: Facets | None) -> Iterator[tuple[str, str, list[Choice]]]:
    """Name, title and choices of each that tells anything: one value alone narrows nothing."""
    for family, title in facet_names().items():
        values = getattr(facets, family) if facets is not None else []
        if len(values) > 1:
            choices = [
                Choice(value_name(family, one.value, one.label), address(wanted, one.q), one.count) for one in values
            ]
            yield family, title, choices


def _instead(wanted: SearchWanted, found: Found) -> Instead:
    corrections = found.results.corrections
    better, proposed = (
        respelled(wanted.q, [each for each in corrections if each.searched is done]) for done in (True, False)
    )
    return Instead(
        shown=Choice(better, address(wanted, better)) if better != wanted.q else None,
        typed=Choice(wanted.q, address(wanted, wanted.q, verbatim=1)),
        meant=Choice(proposed, address(wanted, proposed)) if proposed != wanted.q else None,
    )
