"""The forms of those who carry an initiative out: steps, updates, its working space, its end and its report."""

from typing import Any, Final

import msgspec
from starlette.responses import Response

from forum.initiatives.commands import ending, steps
from forum.initiatives.commands.report import complete
from forum.initiatives.commands.space import open_space
from forum.initiatives.commands.updates import post_update
from forum.initiatives.models import StepKind
from forum.initiatives.pages.deeds import back, deed_page
from forum.initiatives.pages.standing import read
from forum.initiatives.pages.writing import converted, day
from forum.initiatives.policies import (
    can_complete,
    can_open_space,
    can_post_update,
    can_reopen,
    can_withdraw,
    can_work,
)
from forum.initiatives.queries.page import post_numbered
from forum.initiatives.schemas import NewReport, NewStep, StepDoc, StepText
from forum.kit.errors import Invalid, NotFound, Refusal
from forum.web.language import gettext as _
from forum.web.page import View, form, page, see

MOST_ROWS: Final = 20
LEAD: Final = "lead_initiative"

# Steps


async def _new_step(view: View, refusal: Refusal | None = None) -> Response:
    values = {name: view.text(name) for name in ("title", "due_on", "owner")}
    values["post"] = view.form.get("post", str(view.number("post") or ""))
    return await deed_page(
        view, refusal, can_work, "step.html", _("A milestone or a task"), values=values, step=None, version=""
    )


@page(LEAD, signed_in=True)
async def step_form(view: View) -> Response:
    return await _new_step(view)


@form(LEAD, refill=_new_step)
async def add_step(view: View) -> Response:
    """With the number of a post of the discussion it is a task taken from there."""
    number = view.sent_number("post")
    given = _step_text(view)
    if number is not None:
        given |= {"kind": StepKind.TASK, "post": await post_numbered(view.actor, view.id("id"), number)}
    await steps.add_step(view.actor, view.id("id"), converted(given, NewStep))
    return back(view, "saved", at="steps")


def _step_text(view: View) -> dict[str, Any]:
    return {
        "title": view.text("title"),
        "due_on": day(view.text("due_on"), "due_on"),
        "owner": view.text("owner").strip().removeprefix("@") or None,
    }


async def _step(view: View) -> StepDoc:
    found = next((step for step in (await read(view)).steps if step.id == view.id("step_id")), None)
    if found is None:
        raise NotFound
    return found


async def _change_step(view: View, refusal: Refusal | None = None) -> Response:
    step = await _step(view)
    details = refusal.details if refusal is not None else {}
    stored = {
        "title": step.title,
        "due_on": step.due_on.isoformat() if step.due_on else "",
        "owner": step.owner.username if step.owner else "",
        "post": "",
    }
    version = details.get("version", view.text("version") or step.version)
    return await deed_page(
        view, refusal, can_work, "step.html", _("Change a step"), values=stored | view.form, step=step, version=version
    )


@page(LEAD, signed_in=True)
async def edit_step(view: View) -> Response:
    return await _change_step(view)


@form(LEAD, refill=_change_step)
async def save_step(view: View) -> Response:
    version = view.sent_number("version", 2**31 - 1)
    wish = converted(_step_text(view), StepText)
    await steps.change_step(view.actor, view.id("id"), view.id("step_id"), wish, version)
    return back(view, "saved", at="steps")


@form(LEAD)
async def finish_step(view: View) -> Response:
    if view.text("do") not in ("done", "undone"):
        raise Invalid({"do": "unknown_choice"})
    await steps.set_done(view.actor, view.id("id"), view.id("step_id"), done=view.text("do") == "done")
    return back(view, "saved", at="steps")


@form(LEAD)
async def delete_step(view: View) -> Response:
    await steps.delete_step(view.actor, view.id("id"), view.id("step_id"))
    return back(view, "saved", at="steps")


# Updates


async def _update(view: View, refusal: Refusal | None = None) -> Response:
    return await deed_page(view, refusal, can_post_update, "update.html", _("An update"))


@page(LEAD, signed_in=True)
async def update_form(view: View) -> Response:
    return await _update(view)


@form(LEAD, refill=_update)
async def send_update(view: View) -> Response:
    await post_update(view.actor, view.id("id"), view.text("body"))
    return back(view, "update_sent", at="updates")


# A group of its own


async def _space(view: View, refusal: Refusal | None = None) -> Response:
    return await deed_page(view, refusal, can_open_space, "space.html", _("A working group"))


@page(LEAD, signed_in=True)
async def space_form(view: View) -> Response:
    return await _space(view)


@form(LEAD, refill=_space)
async def found_space(view: View) -> Response:
    slug = await open_space(view.actor, view.id("id"), view.text("title"), closed=bool(view.text("closed")))
    return see(f"/g/{slug}", said="space_opened")


# Its end


async def _withdrawal(view: View, refusal: Refusal | None = None) -> Response:
    return await deed_page(view, refusal, can_withdraw, "reason.html", _("Withdraw the initiative"), reopening=False)


@page(LEAD, signed_in=True)
async def withdrawal_form(view: View) -> Response:
    return await _withdrawal(view)


@form(LEAD, refill=_withdrawal)
async def withdraw_initiative(view: View) -> Response:
    await ending.withdraw(view.actor, view.id("id"), view.text("reason"))
    return back(view, "initiative_withdrawn")


async def _reopening(view: View, refusal: Refusal | None = None) -> Response:
    return await deed_page(view, refusal, can_reopen, "reason.html", _("Take the initiative up again"), reopening=True)


@page("reopen_initiative", signed_in=True)
async def reopening_form(view: View) -> Response:
    return await _reopening(view)


@form("reopen_initiative", refill=_reopening)
async def reopen_initiative(view: View) -> Response:
    await ending.reopen(view.actor, view.id("id"), view.text("reason"))
    return back(view, "reopened")


async def _report(view: View, refusal: Refusal | None = None) -> Response:
    numbers, links = _rows(view, "numbers", ("what", "value")), _rows(view, "links", ("title", "url"))
    return await deed_page(
        view,
        refusal,
        can_complete,
        "report.html",
        _("The closing report"),
        numbers=[*numbers, *[{"what": "", "value": ""}] * max(1, 3 - len(numbers))][:MOST_ROWS],
        links=[*links, *[{"title": "", "url": ""}] * max(1, 3 - len(links))][:MOST_ROWS],
    )


@page(LEAD, signed_in=True)
async def report_form(view: View) -> Response:
    return await _report(view)


@form(LEAD, refill=_report)
async def send_report(view: View) -> Response:
    numbers, links = _rows(view, "numbers", ("what", "value")), _rows(view, "links", ("title", "url"))
    try:
        wish = msgspec.convert({"body": view.text("body"), "numbers": numbers, "links": links}, NewReport)
    except msgspec.ValidationError as error:
        raise Invalid({"": "too_long"}) from error
    await complete(view.actor, view.id("id"), wish)
    return back(view, "completed")


def _rows(view: View, name: str, parts: tuple[str, str]) -> list[dict[str, str]]:
    """What was typed in a table of two columns, without empty rows."""
    rows = [{part: view.text(f"{name}.{n}.{part}").strip() for part in parts} for n in range(MOST_ROWS)]
    return [row for row in rows if any(row.values())]
