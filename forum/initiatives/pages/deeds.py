"""What is done with an initiative by a form of its own: each shows what it is about, and comes back filled."""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from auth.actor import Actor
from forum.initiatives.commands import leads
from forum.initiatives.commands.answer import answer_initiative
from forum.initiatives.models import AnswerKind
from forum.initiatives.pages import words
from forum.initiatives.pages.standing import address, read, state_of
from forum.initiatives.policies import InitiativeState, can_answer, can_ask_lead
from forum.kit.errors import Invalid, Refusal
from forum.kit.verdict import Verdict, require
from forum.web.language import gettext as _
from forum.web.page import View, errors_of, form, page, see
from forum.web.rendering import page as shown

Rule = Callable[[Actor, InitiativeState], Verdict]


async def deed_page(
    view: View, refusal: Refusal | None, rule: Rule, name: str, title: str, **values: Any
) -> Response:
    """The form of that name, for those who may send it; ``values`` are what its template needs besides."""
    doc = await read(view)
    require(rule(view.actor, state_of(view.actor, doc)))
    return shown(
        view,
        "initiatives/" + name,
        title=title,
        section="initiatives",
        i=doc,
        address=address(doc),
        typed=view.form,
        errors=errors_of(refusal),
        words=words,
        **values,
    )


def back(view: View, said: str, at: str = "") -> Response:
    return see(f"/i/{view.id('id')}", said=said, at=at)


# Somebody else to lead it


async def _leads(view: View, refusal: Refusal | None = None) -> Response:
    return await deed_page(view, refusal, can_ask_lead, "leads.html", _("Ask somebody to lead it with you"))


@page("make_initiative_draft", signed_in=True)
async def leads_form(view: View) -> Response:
    return await _leads(view)


@form("make_initiative_draft", refill=_leads)
async def ask_lead(view: View) -> Response:
    username = view.text("username").strip().removeprefix("@")
    if not username:
        raise Invalid({"username": "required"})
    await leads.ask_lead(view.actor, view.id("id"), username)
    return back(view, "lead_asked")


@form("make_initiative_draft", refill=_leads)
async def take_back_request(view: View) -> Response:
    await leads.take_back_request(view.actor, view.id("id"), view.text("username"))
    return back(view, "saved")


# The official answer


async def _answer(view: View, refusal: Refusal | None = None) -> Response:
    return await deed_page(view, refusal, can_answer, "answer.html", _("The official answer"))


@page("answer_initiative", signed_in=True)
async def answer_form(view: View) -> Response:
    return await _answer(view)


@form("answer_initiative", refill=_answer)
async def answer(view: View) -> Response:
    kind = view.text("kind")
    if kind not in set(AnswerKind):
        raise Invalid({"kind": "unknown_choice"})
    await answer_initiative(view.actor, view.id("id"), AnswerKind(kind), view.text("body"))
    return back(view, "answered")
