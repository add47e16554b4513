"""Drafting an initiative and changing its text: one form, which comes back filled whatever is wrong with it."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeVar

import msgspec
from markupsafe import Markup
from starlette.responses import Response

from forum.groups import queries as groups
from forum.groups.pages.groups import group_state
from forum.groups.schemas import GroupPage
from forum.initiatives.commands.draft import draft_initiative, edit_initiative
from forum.initiatives.commands.written import MOST, markdown
from forum.initiatives.pages.standing import address, read, state_of
from forum.initiatives.policies import can_draft, can_edit
from forum.initiatives.schemas import InitiativeText, NewInitiative
from forum.kit.errors import Invalid, Refusal
from forum.kit.fields import body_field
from forum.kit.verdict import require
from forum.searching.queries.similar import similar_titles
from forum.searching.schemas import SimilarThread
from forum.threads import queries as threads
from forum.threads.pages.compose import audience
from forum.threads.schemas import ThreadPage
from forum.web.dates import languages
from forum.web.language import formats
from forum.web.language import gettext as _
from forum.web.page import View, decoded, errors_of, form, page, see
from forum.web.rendering import page as shown

T = TypeVar("T")

TEXTS: Final = ("title", "aim", "why", "ask")
MOST_ROWS: Final = 20
_AT: Final = re.compile(r"\$\.(\w+)")
_NAMES: Final = re.compile(r"[\s,;]+")


@dataclass(slots=True)
class Sheet:
    """The form: ``rows`` are milestones as (title, date), None where the text alone is written."""

    action: str
    send: str
    back: str
    values: dict[str, str]
    speaks: list[str]
    rows: list[tuple[str, str]] | None = None
    hidden: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    alike: list[SimilarThread] = field(default_factory=list)
    preview: dict[str, Markup] = field(default_factory=dict)
    preview_at: str = ""
    theirs: str | None = None


# A new one


async def _new(view: View) -> tuple[Sheet, GroupPage, ThreadPage | None]:
    group = decoded(await groups.group_page(view.actor, view.slug()), GroupPage)
    require(can_draft(view.actor, group_state(group)))
    thread = await _thread(view)
    values = dict.fromkeys((*TEXTS, "co_leads"), "") | {"title": thread.title if thread else ""} | _typed(view)
    rows = _rows(view)
    sheet = Sheet(
        action=f"/g/{group.slug}/initiatives/new",
        send=_("Keep as draft"),
        back=f"/t/{thread.id}" if thread else f"/g/{group.slug}",
        values=values,
        speaks=view.chosen.get("languages", [] if view.form else [group.language]),
        rows=[*rows, *[("", "")] * max(1, 3 - len(rows))][:MOST_ROWS],
        hidden={"thread": str(thread.id)} if thread else {},
        alike=await similar_titles(view.actor, title) if (title := values["title"].strip()[:200]) else [],
        preview_at=f"/g/{group.slug}/initiatives/preview",
    )
    return sheet, group, thread


async def _thread(view: View) -> ThreadPage | None:
    """The thread that it is made from, if the address or the form names one."""
    number = view.sent_number("thread") if view.form else view.number("thread")
    return decoded(await threads.thread_page(view.actor, number, 0, 1), ThreadPage) if number else None


def _typed(view: View) -> dict[str, str]:
    return {name: view.form[name] for name in (*TEXTS, "co_leads") if name in view.form}


def _rows(view: View) -> list[tuple[str, str]]:
    """The milestones that were typed, without empty rows."""
    rows = [(view.text(f"milestones.{n}.title"), view.text(f"milestones.{n}.due_on")) for n in range(MOST_ROWS)]
    return [row for row in rows if any(row)]


async def _new_page(view: View, refusal: Refusal | None = None, preview: dict[str, Markup] | None = None) -> Response:
    sheet, group, thread = await _new(view)
    sheet.errors, sheet.preview = errors_of(refusal), preview or {}
    return _shown(view, sheet, _("New initiative"), group=group, thread=thread)


def _shown(view: View, sheet: Sheet, title: str, **values: Any) -> Response:
    group = values["group"]
    return shown(
        view,
        "initiatives/write.html",
        title=title,
        section="initiatives",
        sheet=sheet,
        audience=audience(group.visibility, group.title),
        languages=languages(formats()),
        **values,
    )


@page("launch_initiative", signed_in=True)
async def new_initiative(view: View) -> Response:
    """`?thread=` makes it from a thread."""
    return await _new_page(view)


@form("launch_initiative", refill=_new_page, many=("languages",), keyless=True)
async def preview_initiative(view: View) -> Response:
    """The form again with what resembles it, its texts as they will look, and one more empty row."""
    _wish(view)
    texts = {name: body_field(view.text(name), name, least=0, most=MOST) for name in TEXTS[1:]}
    shown_as = {name: Markup(await markdown(text)) for name, text in texts.items()}  # noqa: S704 - sanitised
    return await _new_page(view, preview=shown_as)


@form("launch_initiative", refill=_new_page, many=("languages",))
async def send_initiative(view: View) -> Response:
    initiative_id = await draft_initiative(view.actor, view.slug(), _wish(view))
    return see(f"/i/{initiative_id}", said="drafted")


def _wish(view: View) -> NewInitiative:
    given: dict[str, Any] = {name: view.text(name) for name in TEXTS}
    given["languages"] = view.chosen.get("languages", [])
    given["co_leads"] = [name.removeprefix("@") for name in _NAMES.split(view.text("co_leads")) if name]
    given["milestones"] = [
        {"title": title, "due_on": day(due, f"milestones.{n}.due_on")} for n, (title, due) in enumerate(_rows(view))
    ]
    given["thread"] = view.sent_number("thread")
    return converted(given, NewInitiative)


def day(text: str, name: str) -> date | None:
    """A date field, empty is none. Raises Invalid at ``name``."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid({name: "bad_date"}) from error


def converted(given: dict[str, Any], schema: type[T]) -> T:
    """What a form says, as its schema. Raises Invalid by field."""
    try:
        return msgspec.convert(given, schema)
    except msgspec.ValidationError as error:
        at = _AT.search(str(error))
        raise Invalid({at.group(1) if at else "": "bad_length"}) from error


# Another text


async def edit_page(view: View, refusal: Refusal | None = None) -> Response:
    """The text of an initiative in its form; also where a launch finds that something is missing."""
    doc = await read(view)
    require(can_edit(view.actor, state_of(view.actor, doc)))
    details = refusal.details if refusal is not None else {}
    sheet = Sheet(
        action=f"/i/{doc.id}/edit",
        send=_("Save"),
        back=address(doc),
        values={"title": doc.title, "aim": doc.aim, "why": doc.why, "ask": doc.ask} | _typed(view),
        speaks=view.chosen.get("languages", [] if "title" in view.form else doc.languages),
        hidden={"version": str(details.get("version", view.text("version") or doc.version))},
        errors=errors_of(refusal),
        theirs=details.get("theirs"),
    )
    return _shown(view, sheet, _("Edit the initiative"), group=doc.group, thread=None)


@page("make_initiative_draft", signed_in=True)
async def edit_form(view: View) -> Response:
    return await edit_page(view)


@form("make_initiative_draft", refill=edit_page, many=("languages",))
async def save_initiative(view: View) -> Response:
    given: dict[str, Any] = {name: view.text(name) for name in TEXTS}
    given["languages"] = view.chosen.get("languages", [])
    version = view.sent_number("version", 2**31 - 1)
    await edit_initiative(view.actor, view.id("id"), converted(given, InitiativeText), version)
    return see(f"/i/{view.id('id')}", said="saved")
