"""An initiative's page, and the buttons on it."""

from starlette.responses import Response

from forum.initiatives.commands import consent, cosponsor, draft, leads
from forum.initiatives.commands import launch as launching
from forum.initiatives.models import LeadState
from forum.initiatives.pages import words
from forum.initiatives.pages.deeds import back
from forum.initiatives.pages.standing import address, finishable, read, rights, state_of
from forum.initiatives.pages.writing import edit_page
from forum.initiatives.policies import can_cosponsor, can_launch
from forum.initiatives.schemas import InitiativePage
from forum.kit.errors import Invalid, Refusal
from forum.web.page import View, errors_of, form, link_head, page, see
from forum.web.rendering import page as shown


async def _page(view: View, refusal: Refusal | None = None) -> Response:
    return _shown(view, await read(view), refusal)


def _shown(view: View, doc: InitiativePage, refusal: Refusal | None) -> Response:
    state = state_of(view.actor, doc)
    return shown(
        view,
        "initiatives/initiative.html",
        title=doc.title,
        section="initiatives",
        head=link_head(address(doc)),
        i=doc,
        may=rights(view.actor, state),
        finishable=finishable(view.actor, state, doc),
        refused=can_cosponsor(view.actor, state).refusal,
        missing=can_launch(view.actor, state).refusal,
        leads=[lead for lead in doc.leads if lead.state is LeadState.ACCEPTED],
        asked=[lead for lead in doc.leads if lead.state is LeadState.ASKED],
        words=words,
        address=address(doc),
        errors=errors_of(refusal),
    )


@page("see_initiative")
async def initiative(view: View) -> Response:
    """Another slug than its own leads to the right one, once the door is passed."""
    doc = await read(view)
    if view.path.get("slug") != address(doc).rpartition("/")[2]:
        return see(address(doc), said=view.query.get("said", ""))
    return _shown(view, doc, None)


def _agrees(view: View) -> bool:
    if view.text("do") not in ("agree", "decline"):
        raise Invalid({"do": "unknown_choice"})
    return view.text("do") == "agree"


@form("cosponsor_initiative", refill=_page)
async def support(view: View) -> Response:
    await cosponsor.cosponsor(view.actor, view.id("id"))
    return back(view, "supported")


@form("withdraw_cosponsorship", refill=_page)
async def take_support_back(view: View) -> Response:
    await cosponsor.withdraw_support(view.actor, view.id("id"))
    return back(view, "support_back")


@form("be_asked_to_lead", refill=_page)
async def answer_request(view: View) -> Response:
    agree = _agrees(view)
    await leads.answer_request(view.actor, view.id("id"), agree=agree)
    # A draft that one declined is out of sight now.
    return back(view, "leading") if agree else see("/initiatives", said="not_leading")


@form("lead_initiative", refill=_page)
async def step_down(view: View) -> Response:
    await leads.step_down(view.actor, view.id("id"))
    return see("/initiatives", said="not_leading")


@form("consent_to_initiative", refill=_page)
async def give_consent(view: View) -> Response:
    agree = _agrees(view)
    await consent.give_consent(view.actor, view.id("id"), agree=agree)
    return see("/initiatives", said="consented" if agree else "not_consented")


@form("make_initiative_draft", refill=_page)
async def leave_thread(view: View) -> Response:
    """The draft goes on without the thread whose author has not answered."""
    await consent.leave_thread(view.actor, view.id("id"))
    return back(view, "saved")


@form("make_initiative_draft", refill=edit_page)
async def launch(view: View) -> Response:
    """What is missing in its text is told at the fields, where it can be written."""
    await launching.launch(view.actor, view.id("id"))
    return back(view, "launched")


@form("make_initiative_draft", refill=_page)
async def discard(view: View) -> Response:
    await draft.discard_draft(view.actor, view.id("id"))
    return see("/initiatives", said="draft_gone")
