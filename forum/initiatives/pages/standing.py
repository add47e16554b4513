"""An initiative as its pages read it: its document, what the policies need of that, and where it lives."""

from auth.actor import Actor
from forum.groups.policies import GroupState
from forum.initiatives import policies as rules
from forum.initiatives.models import LeadRole, LeadState
from forum.initiatives.policies import InitiativeState
from forum.initiatives.queries.page import initiative_page
from forum.initiatives.schemas import InitiativeHead, InitiativePage, StepDoc
from forum.moderation.policies import can_flag_initiative
from forum.web.page import View, decoded


def address(head: InitiativeHead) -> str:
    return f"/i/{head.id}/{head.slug}"


async def read(view: View) -> InitiativePage:
    return decoded(await initiative_page(view.actor, view.id("id")), InitiativePage)


def state_of(actor: Actor, doc: InitiativePage) -> InitiativeState:
    """What the door would make; people other than the reader have ids that nobody has."""
    ids = {lead.username: -number for number, lead in enumerate(doc.leads, 1)}
    if actor.member_id is not None:
        ids[actor.username] = actor.member_id
    accepted = [lead for lead in doc.leads if lead.state is LeadState.ACCEPTED]
    lead_id = next((ids[lead.username] for lead in accepted if lead.role is LeadRole.LEAD), None)
    consent_of = None if doc.consent_of is None else ids.get(doc.consent_of.username, 0)
    group = doc.group
    return InitiativeState(
        id=doc.id,
        group=GroupState(
            id=doc.group_id,
            slug=group.slug,
            title=group.title,
            visibility=group.visibility,
            policy=group.policy,
            has_facilitator=doc.facilitated,
        ),
        stage=doc.stage,
        title=doc.title,
        slug=doc.slug,
        version=doc.version,
        thread_id=doc.thread.id if doc.thread else None,
        lead_id=lead_id,
        co_leads=frozenset(ids[lead.username] for lead in accepted if lead.role is LeadRole.CO_LEAD),
        asked=frozenset(ids[lead.username] for lead in doc.leads if lead.state is LeadState.ASKED),
        consent_of=consent_of,
        anyone_may_cosponsor=doc.anyone_may_cosponsor,
        goal=doc.goal,
        cosponsor_count=doc.cosponsor_count,
        over=doc.over,
        reached=doc.reached_at is not None,
        answer=doc.answer,
        answer_owed=doc.answer_due_at is not None,
        space_id=0 if doc.space else None,
        has_report=doc.report is not None,
    )


def finishable(actor: Actor, state: InitiativeState, doc: InitiativePage) -> frozenset[int]:
    """Ids of the steps that this reader may call done, or not done after all."""

    def owner(step: StepDoc) -> int | None:
        return actor.member_id if step.owner and step.owner.username == actor.username else None

    return frozenset(step.id for step in doc.steps if rules.can_finish_step(actor, state, owner(step)))


def rights(actor: Actor, state: InitiativeState) -> dict[str, bool]:
    """What the page offers this reader; the same policies as the deeds themselves ask."""
    asked = {
        "lead": rules.can_lead,
        "edit": rules.can_edit,
        "discard": rules.can_discard,
        "launch": rules.can_launch,
        "leave_thread": rules.can_leave_thread,
        "ask_lead": rules.can_ask_lead,
        "answer_request": rules.can_answer_request,
        "step_down": rules.can_step_down,
        "consent": rules.can_consent,
        "cosponsor": rules.can_cosponsor,
        "take_back": rules.can_withdraw_support,
        "answer": rules.can_answer,
        "withdraw": rules.can_withdraw,
        "complete": rules.can_complete,
        "reopen": rules.can_reopen,
        "work": rules.can_work,
        "post_update": rules.can_post_update,
        "open_space": rules.can_open_space,
        "flag": can_flag_initiative,
    }
    return {name: bool(rule(actor, state)) for name, rule in asked.items()}
