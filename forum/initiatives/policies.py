"""Who may do what with an initiative. Pure; whatever is unknown is refused."""
from dataclasses import dataclass, field

from auth.actor import Actor
from forum.groups.models import Visibility
from forum.groups.policies import (
    GroupState,
    can_act,
    can_contribute,
    can_read,
    can_write,
    looks_after,
    taken_for_somebody,
)
from forum.initiatives.models import AnswerKind, Stage
from forum.initiatives.stages import ENDED, LAUNCHED, OPEN, UNDER_WAY
from forum.kit.verdict import ALLOWED, NOT_FOUND, Verdict

SHARED = frozenset({Visibility.PUBLIC, Visibility.MEMBERS})


@dataclass(frozen=True, kw_only=True, slots=True)
class InitiativeState:
    """What a policy needs to know of an initiative; only the visibility door makes one.

    ``lead_id`` and ``co_leads`` have accepted, ``asked`` have not answered yet. ``consent_of``: the author of the
    thread that the draft was made from, while they have not agreed. ``answer``: the newest official one.
    """

    id: int
    group: GroupState
    stage: Stage
    title: str
    slug: str
    version: int
    thread_id: int | None = None
    lead_id: int | None = None
    co_leads: frozenset[int] = field(default_factory=frozenset)
    asked: frozenset[int] = field(default_factory=frozenset)
    consent_of: int | None = None
    anyone_may_cosponsor: bool = True
    goal: int | None = None
    cosponsor_count: int = 0
    over: bool = False
    reached: bool = False
    answer: AnswerKind | None = None
    answer_owed: bool = False
    space_id: int | None = None
    has_report: bool = False

    @property
    def leads(self) -> frozenset[int]:
        return self.co_leads if self.lead_id is None else self.co_leads | {self.lead_id}


def can_draft(actor: Actor, group: GroupState) -> Verdict:
    """Begin an initiative: whoever takes part in the group."""
    return can_contribute(actor, group)


def can_see(actor: Actor, initiative: InitiativeState) -> Verdict:
    """A draft is for those who make it and the author of its thread; to everybody else it is not there at all."""
    if initiative.stage not in LAUNCHED and not _makes(actor, initiative):
        return NOT_FOUND
    return can_read(actor, initiative.group)


def can_edit(actor: Actor, initiative: InitiativeState) -> Verdict:
    """The text: while it is a draft, and again when the answer was that it needs work."""
    if not (verdict := can_lead(actor, initiative)):
        return verdict
    if initiative.stage is Stage.DRAFT:
        return ALLOWED
    if initiative.stage is Stage.ACTIVE and initiative.answer is AnswerKind.NEEDS_WORK and not initiative.answer_owed:
        return ALLOWED
    return Verdict("already_launched" if initiative.stage in OPEN else "initiative_ended")


def can_discard(actor: Actor, initiative: InitiativeState) -> Verdict:
    """Only the lead gives a draft up; a silenced one may as well: taking back is not speaking."""
    if not (verdict := can_see(actor, initiative)):
        return verdict
    if not (verdict := _counts_here(actor, initiative)):
        return verdict
    if initiative.stage is not Stage.DRAFT:
        return Verdict("already_launched")
    return ALLOWED if actor.member_id == initiative.lead_id else Verdict("leads_only")


def can_launch(actor: Actor, initiative: InitiativeState) -> Verdict:
    if not (verdict := can_lead(actor, initiative)):
        return verdict
    if initiative.stage is not Stage.DRAFT:
        return Verdict("already_launched")
    if initiative.consent_of is not None:
        return Verdict("consent_needed")
    return ALLOWED if initiative.co_leads else Verdict("co_lead_needed")


def can_lead(actor: Actor, initiative: InitiativeState) -> Verdict:
    """Whoever leads it and still takes part in its group: steps, updates, the working space."""
    if not (verdict := can_see(actor, initiative)):
        return verdict
    if not (verdict := can_contribute(actor, initiative.group)):
        return verdict
    return ALLOWED if actor.member_id in initiative.leads else Verdict("leads_only")


def can_ask_lead(actor: Actor, initiative: InitiativeState) -> Verdict:
    """Ask somebody to lead along: the leads; the facilitators where nobody leads any more."""
    if initiative.stage not in UNDER_WAY:
        return can_see(actor, initiative) and Verdict("initiative_ended")
    if initiative.lead_id is None and initiative.stage is not Stage.DRAFT and looks_after(actor, initiative.group):
        return _may_answer_for(actor, initiative)
    return can_lead(actor, initiative)


def can_answer_request(actor: Actor, initiative: InitiativeState) -> Verdict:
    """Say yes or no to having been asked to lead."""
    if not (verdict := can_see(actor, initiative)):
        return verdict
    if not (verdict := can_contribute(actor, initiative.group)):
        return verdict
    if actor.member_id not in initiative.asked:
        return Verdict("not_asked")
    return ALLOWED if initiative.stage in UNDER_WAY else Verdict("initiative_ended")


def can_step_down(actor: Actor, initiative: InitiativeState) -> Verdict:
    if not (verdict := can_see(actor, initiative)):
        return verdict
    if not (verdict := _counts_here(actor, initiative)):
        return verdict
    if actor.member_id not in initiative.leads:
        return Verdict("leads_only")
    if initiative.stage is Stage.DRAFT and actor.member_id == initiative.lead_id:
        return Verdict("discard_instead")
    return ALLOWED if initiative.stage in UNDER_WAY else Verdict("initiative_ended")


def can_consent(actor: Actor, initiative: InitiativeState) -> Verdict:
    """Let one's thread become an initiative."""
    if not (verdict := can_see(actor, initiative)):
        return verdict
    if not (verdict := _counts_here(actor, initiative)):
        return verdict
    if not (verdict := can_write(actor, initiative.group)):
        return verdict
    asked = initiative.stage is Stage.DRAFT and actor.member_id == initiative.consent_of
    return ALLOWED if asked else Verdict("not_asked")


def can_leave_thread(actor: Actor, initiative: InitiativeState) -> Verdict:
    """Only a draft can do without the thread that it was made from."""
    if not (verdict := can_lead(actor, initiative)):
        return verdict
    return ALLOWED if initiative.stage is Stage.DRAFT else Verdict("already_launched")


def can_cosponsor(actor: Actor, initiative: InitiativeState) -> Verdict:
    if not (verdict := _may_support(actor, initiative)):
        return verdict
    if actor.member_id in initiative.leads:
        return Verdict("leads_it")
    if initiative.stage not in OPEN:
        return Verdict("initiative_ended")
    return Verdict("gathering_over") if initiative.over else ALLOWED


def can_withdraw_support(actor: Actor, initiative: InitiativeState) -> Verdict:
    """Also for somebody silenced, and for one who has left the group since: taking back is not speaking."""
    if not (verdict := can_see(actor, initiative)):
        return verdict
    if not (verdict := _counts_here(actor, initiative)):
        return verdict
    return ALLOWED if initiative.stage is Stage.GATHERING else Verdict("goal_was_reached")


def can_answer(actor: Actor, initiative: InitiativeState) -> Verdict:
    """The official answer, by those who look after the group; once it is accepted, it stands."""
    if not (verdict := _may_answer_for(actor, initiative)):
        return verdict
    if initiative.stage is not Stage.ACTIVE:
        return Verdict("goal_not_reached" if initiative.stage is Stage.GATHERING else "initiative_ended")
    return Verdict("already_answered") if initiative.answer is AnswerKind.ACCEPTED else ALLOWED


def can_withdraw(actor: Actor, initiative: InitiativeState) -> Verdict:
    if not (verdict := can_lead(actor, initiative)):
        return verdict
    if initiative.stage is Stage.DRAFT:
        return Verdict("discard_instead")
    return ALLOWED if initiative.stage in OPEN else Verdict("initiative_ended")


def can_complete(actor: Actor, initiative: InitiativeState) -> Verdict:
    """Write the closing report, which completes it."""
    if not (verdict := can_lead(actor, initiative)):
        return verdict
    if initiative.stage in ENDED:
        return Verdict("initiative_ended")
    if initiative.stage is not Stage.ACTIVE:
        return Verdict("goal_not_reached")
    return ALLOWED if initiative.answer is AnswerKind.ACCEPTED else Verdict("answer_needed")


def can_reopen(actor: Actor, initiative: InitiativeState) -> Verdict:
    if not (verdict := _may_answer_for(actor, initiative)):
        return verdict
    return ALLOWED if initiative.stage in ENDED else Verdict("not_ended")


def can_work(actor: Actor, initiative: InitiativeState) -> Verdict:
    """Its steps: the leads, until it ends."""
    if not (verdict := can_lead(actor, initiative)):
        return verdict
    return ALLOWED if initiative.stage in UNDER_WAY else Verdict("initiative_ended")


def can_finish_step(actor: Actor, initiative: InitiativeState, owner_id: int | None) -> Verdict:
    """Say that a step is done, or is not after all: the leads, and whoever took it on."""
    if owner_id is None or actor.member_id != owner_id:
        return can_work(actor, initiative)
    if not (verdict := can_see(actor, initiative)):
        return verdict
    if not (verdict := can_contribute(actor, initiative.group)):
        return verdict
    return ALLOWED if initiative.stage in UNDER_WAY else Verdict("initiative_ended")


def can_post_update(actor: Actor, initiative: InitiativeState) -> Verdict:
    """Tell the co-sponsors how it goes, once it is launched; its thread says whether it takes posts."""
    if not (verdict := can_work(actor, initiative)):
        return verdict
    return Verdict("not_launched") if initiative.stage is Stage.DRAFT else ALLOWED


def can_open_space(actor: Actor, initiative: InitiativeState) -> Verdict:
    """A group of its own, once the facilitators have accepted it."""
    if not (verdict := can_work(actor, initiative)):
        return verdict
    if initiative.stage is not Stage.ACTIVE:
        return Verdict("goal_not_reached")
    if initiative.answer is not AnswerKind.ACCEPTED:
        return Verdict("answer_needed")
    return Verdict("space_exists") if initiative.space_id is not None else ALLOWED


def _may_answer_for(actor: Actor, initiative: InitiativeState) -> Verdict:
    """Whoever looks after the group; site staff whom it banned do not, though it has no facilitator."""
    if not (verdict := can_see(actor, initiative)):
        return verdict
    if not (verdict := taken_for_somebody(actor, initiative.group)):
        return verdict
    if not (verdict := can_write(actor, initiative.group)):
        return verdict
    return ALLOWED if looks_after(actor, initiative.group) else Verdict("facilitators_only")


def _may_support(actor: Actor, initiative: InitiativeState) -> Verdict:
    group = initiative.group
    if not (verdict := can_see(actor, initiative)):
        return verdict
    if not (verdict := can_write(actor, initiative.group)):
        return verdict
    if not (verdict := taken_for_somebody(actor, group)):
        return verdict
    if actor.only_reads(group.id):
        return Verdict("reading_only")
    anyone = group.visibility in SHARED and (initiative.anyone_may_cosponsor or actor.is_staff)
    return ALLOWED if anyone or actor.belongs_to(group.id) else Verdict("not_a_member")


def _counts_here(actor: Actor, initiative: InitiativeState) -> Verdict:
    """Not banned from its group, and approved; also those who are silenced, for taking back is not speaking."""
    return taken_for_somebody(actor, initiative.group) and can_act(actor)


def _makes(actor: Actor, initiative: InitiativeState) -> bool:
    member = actor.own_id
    return member is not None and (
        member in initiative.leads or member in initiative.asked or member == initiative.consent_of
    )
