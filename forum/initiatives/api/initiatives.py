"""Initiatives from the draft to the official answer, as JSON."""
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import Call, Nothing, created, document, nothing, operation
from forum.initiatives.api.page import whole
from forum.initiatives.commands import consent, cosponsor, draft, leads
from forum.initiatives.commands.answer import answer_initiative
from forum.initiatives.commands.launch import launch
from forum.initiatives.queries import list as lists
from forum.initiatives.queries import page as queries
from forum.initiatives.queries.record import initiative_record
from forum.initiatives.schemas import (
    Agreement,
    CoSponsorList,
    InitiativeList,
    InitiativePage,
    InitiativeRecord,
    InitiativesWanted,
    InitiativeText,
    NewAnswer,
    NewInitiative,
)

POST = Scope.POST


class CoSponsorsWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    after: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


@operation("see_initiative", query=InitiativesWanted, answers={200: InitiativeList})
async def list_initiatives(call: Call[None, InitiativesWanted]) -> Response:
    """The initiatives that you may read; your own drafts by ``stage=draft``."""
    return document(await lists.initiatives(call.actor, call.query))


@operation("launch_initiative", body=NewInitiative, answers={201: InitiativePage}, scope=POST)
async def post_initiative(call: Call[NewInitiative, Nothing]) -> Response:
    """Draft an initiative in a group; only its leads know of it until they launch it."""
    initiative_id = await draft.draft_initiative(call.actor, call.slug(), call.body)
    body = await queries.initiative_page(call.actor, initiative_id)
    return created(body, f"/api/v1/initiatives/{initiative_id}")


@operation("see_initiative", answers={200: InitiativePage})
async def get_initiative(call: Call[None, Nothing]) -> Response:
    """An initiative: its text, people, steps, updates, answers and history."""
    return await whole(call)


@operation("see_initiative", answers={200: InitiativeRecord})
async def get_initiative_record(call: Call[None, Nothing]) -> Response:
    """An initiative for the file: its page, who carries it by country and sector, what was decided."""
    return document(await initiative_record(call.actor, call.id("id")))


@operation("see_initiative", query=CoSponsorsWanted, answers={200: CoSponsorList})
async def list_cosponsors(call: Call[None, CoSponsorsWanted]) -> Response:
    """Who has put their name to an initiative, in the order in which they came."""
    wanted = call.query
    return document(await queries.cosponsors(call.actor, call.id("id"), wanted.after, wanted.limit))


@operation("make_initiative_draft", body=InitiativeText, answers={200: InitiativePage}, scope=POST)
async def patch_initiative(call: Call[InitiativeText, Nothing]) -> Response:
    """Replace the text of a draft, or hand in a new one after "needs work"; names the version by If-Match."""
    await draft.edit_initiative(call.actor, call.id("id"), call.body, call.version())
    return await whole(call)


@operation("make_initiative_draft", answers={204: None}, scope=POST)
async def delete_initiative(call: Call[None, Nothing]) -> Response:
    """Give a draft up."""
    await draft.discard_draft(call.actor, call.id("id"))
    return nothing()


@operation("make_initiative_draft", answers={200: InitiativePage}, scope=POST)
async def put_launch(call: Call[None, Nothing]) -> Response:
    """Launch a draft: from now on members may put their names to it."""
    await launch(call.actor, call.id("id"))
    return await whole(call)


@operation("make_initiative_draft", answers={204: None}, scope=POST)
async def put_lead(call: Call[None, Nothing]) -> Response:
    """Ask a member of the group to lead along."""
    await leads.ask_lead(call.actor, call.id("id"), str(call.path["username"]))
    return nothing()


@operation("make_initiative_draft", answers={204: None}, scope=POST)
async def delete_lead(call: Call[None, Nothing]) -> Response:
    """Take back that somebody was asked to lead along, while they have not answered."""
    await leads.take_back_request(call.actor, call.id("id"), str(call.path["username"]))
    return nothing()


@operation("be_asked_to_lead", body=Agreement, answers={204: None}, scope=POST)
async def put_leadership(call: Call[Agreement, Nothing]) -> Response:
    """Say yes or no to having been asked to lead."""
    await leads.answer_request(call.actor, call.id("id"), agree=call.body.agree)
    return nothing()


@operation("lead_initiative", answers={204: None}, scope=POST)
async def delete_leadership(call: Call[None, Nothing]) -> Response:
    """Lead no more; the co-lead who agreed first comes after a lead."""
    await leads.step_down(call.actor, call.id("id"))
    return nothing()


@operation("consent_to_initiative", body=Agreement, answers={204: None}, scope=POST)
async def put_consent(call: Call[Agreement, Nothing]) -> Response:
    """Let one's thread become the discussion of an initiative, or not."""
    await consent.give_consent(call.actor, call.id("id"), agree=call.body.agree)
    return nothing()


@operation("make_initiative_draft", answers={204: None}, scope=POST)
async def delete_initiative_thread(call: Call[None, Nothing]) -> Response:
    """Let a draft go on without the thread that it was made from."""
    await consent.leave_thread(call.actor, call.id("id"))
    return nothing()


@operation("cosponsor_initiative", answers={200: InitiativePage}, scope=POST)
async def put_cosponsorship(call: Call[None, Nothing]) -> Response:
    """Put your name to an initiative."""
    await cosponsor.cosponsor(call.actor, call.id("id"))
    return await whole(call)


@operation("withdraw_cosponsorship", answers={204: None}, scope=POST)
async def delete_cosponsorship(call: Call[None, Nothing]) -> Response:
    """Take your name back, while it gathers."""
    await cosponsor.withdraw_support(call.actor, call.id("id"))
    return nothing()


@operation("answer_initiative", body=NewAnswer, answers={200: InitiativePage}, scope=POST)
async def post_answer(call: Call[NewAnswer, Nothing]) -> Response:
    """The official answer: accepted, declined, or needs work."""
    await answer_initiative(call.actor, call.id("id"), call.body.kind, call.body.body)
    return await whole(call)
