"""Who may do what with a group. Pure: an actor and a state in, a verdict out; whatever is unknown is refused."""
from dataclasses import dataclass

from auth.actor import Actor
from forum.groups.models import JoinPolicy, Visibility
from forum.kit.verdict import ALLOWED, NOT_FOUND, SIGN_IN_FIRST, Verdict

_AUDIENCE = {Visibility.HIDDEN: 0, Visibility.CLOSED: 0, Visibility.MEMBERS: 1, Visibility.PUBLIC: 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupState:
    """What a policy needs to know of a group; only the visibility door makes one."""

    id: int
    slug: str
    title: str
    visibility: Visibility
    policy: JoinPolicy
    members_may_invite: bool = False
    has_facilitator: bool = True
    slow_seconds: int = 0


def can_know(actor: Actor, group: GroupState) -> Verdict:
    return ALLOWED if group.id in actor.listed else NOT_FOUND


def can_see_card(actor: Actor, group: GroupState) -> Verdict:
    if group.id not in actor.listed:
        return NOT_FOUND
    if actor.is_anonymous and group.visibility is Visibility.MEMBERS:
        return SIGN_IN_FIRST
    return ALLOWED


def can_read(actor: Actor, group: GroupState) -> Verdict:
    if group.id in actor.readable:
        return ALLOWED
    if group.id not in actor.listed:
        return NOT_FOUND
    if actor.is_anonymous:
        return SIGN_IN_FIRST
    return Verdict("group_members_only" if actor.is_active else "not_approved")


def can_act(actor: Actor) -> Verdict:
    """Whether this actor may change anything in common at all."""
    if actor.is_anonymous:
        return SIGN_IN_FIRST
    if not actor.is_active:
        return Verdict("not_approved")
    return ALLOWED


def taken_for_somebody(actor: Actor, group: GroupState) -> Verdict:
    """Whether this group takes them for somebody: to a group that banned them, they are a visitor."""
    if actor.is_anonymous:
        return SIGN_IN_FIRST
    return Verdict("banned") if group.id in actor.banned else ALLOWED


def can_write(actor: Actor, group: GroupState | None = None) -> Verdict:
    """Whether they may write at all; with ``group``, whether they are silenced there."""
    verdict = can_act(actor)
    if verdict and actor.silenced:
        return Verdict("silenced")
    if verdict and group is not None and group.id in actor.silenced_in:
        return Verdict("silenced_here")
    return verdict


def can_contribute(actor: Actor, group: GroupState) -> Verdict:
    """Read it, be active and not silenced, take part in the group: in that order, so that a refusal tells nothing."""
    if not (verdict := can_read(actor, group)):
        return verdict
    if not (verdict := can_write(actor, group)):
        return verdict
    if actor.only_reads(group.id):
        return Verdict("reading_only")
    return ALLOWED if actor.belongs_to(group.id) else Verdict("not_a_member")


def can_join(actor: Actor, group: GroupState, *, invited: bool = False) -> Verdict:
    """Whether a place is theirs at once; ``ask_to_join`` is for groups that want a reason first."""
    if group.id not in actor.listed and not invited:
        return NOT_FOUND
    if not (verdict := can_act(actor)):
        return verdict
    if group.id in actor.banned:
        return Verdict("banned")
    if actor.belongs_to(group.id) or invited:
        return ALLOWED
    if group.policy is JoinPolicy.OPEN and group.visibility in (Visibility.PUBLIC, Visibility.MEMBERS):
        return ALLOWED
    return Verdict("request_needed" if group.policy in (JoinPolicy.OPEN, JoinPolicy.REQUEST) else "invitation_only")


def can_ask_to_join(actor: Actor, group: GroupState) -> Verdict:
    verdict = can_join(actor, group)
    return ALLOWED if verdict.refusal == "request_needed" else verdict


def can_leave(actor: Actor, group: GroupState) -> Verdict:
    if group.id not in actor.listed:
        return NOT_FOUND
    if not (verdict := can_act(actor)):
        return verdict
    return ALLOWED if actor.belongs_to(group.id) or actor.only_reads(group.id) else Verdict("not_a_member")


def can_list_members(actor: Actor, group: GroupState) -> Verdict:
    if group.id not in actor.listed:
        return NOT_FOUND
    if not (verdict := taken_for_somebody(actor, group)):
        return verdict
    if not actor.is_active:
        return Verdict("not_approved")
    return can_read(actor, group)


def looks_after(actor: Actor, group: GroupState) -> bool:
    """Facilitators do; site staff only while the group has none."""
    return actor.facilitates(group.id) or (actor.is_staff and not group.has_facilitator)


def holds_glass(actor: Actor, group: GroupState) -> bool:
    """Site staff who opened this group with a reason, a short while ago."""
    return actor.is_staff and group.id in actor.opened


def moderates(actor: Actor, group: GroupState) -> bool:
    """Facilitators do, and site staff where every member reads; elsewhere only once they opened it."""
    if actor.facilitates(group.id):
        return True
    return holds_glass(actor, group) or (
        actor.is_staff
        and group.id not in actor.banned
        and group.visibility in (Visibility.PUBLIC, Visibility.MEMBERS)
    )


def can_moderate(actor: Actor, group: GroupState) -> Verdict:
    """Work its queue; hide, restore, warn, silence, lock, pin, split, slow down; keep collections."""
    return _needs(actor, group, moderates(actor, group), "moderators_only")


def can_facilitate(actor: Actor, group: GroupState) -> Verdict:
    """What is the facilitators' own: no site staff, whatever they opened."""
    return _needs(actor, group, actor.facilitates(group.id), "facilitators_only")


def can_read_public_log(actor: Actor, group: GroupState) -> Verdict:
    """What was done by those who look after the group, without any content: whoever may read it."""
    return can_read(actor, group)


def can_manage_members(actor: Actor, group: GroupState) -> Verdict:
    """Approve, refuse, remove, ban."""
    return _needs(actor, group, looks_after(actor, group) or holds_glass(actor, group), "facilitators_only")


def can_name_facilitator(actor: Actor, group: GroupState) -> Verdict:
    return _needs(actor, group, _governs(actor, group), "facilitators_only")


def _governs(actor: Actor, group: GroupState) -> bool:
    return looks_after(actor, group) or (actor.is_admin and holds_glass(actor, group))


def can_read_log(actor: Actor, group: GroupState) -> Verdict:
    """What was done in the group: for its facilitators, and the site's staff where they may read."""
    if not (verdict := can_list_members(actor, group)):
        return verdict
    return ALLOWED if actor.facilitates(group.id) or actor.is_staff else Verdict("facilitators_only")


def can_invite(actor: Actor, group: GroupState) -> Verdict:
    may = looks_after(actor, group) or (group.members_may_invite and actor.belongs_to(group.id))
    return _needs(actor, group, may, "facilitators_only")


def can_edit_text(actor: Actor, group: GroupState) -> Verdict:
    return _needs(actor, group, _governs(actor, group), "facilitators_only")


def _needs(actor: Actor, group: GroupState, may: bool, otherwise: str) -> Verdict:
    if group.id not in actor.listed:
        return NOT_FOUND
    if not (verdict := taken_for_somebody(actor, group)):
        return verdict
    if not may and not (verdict := can_read(actor, group)):
        return verdict
    if not (verdict := can_write(actor, group)):
        return verdict
    return ALLOWED if may else Verdict(otherwise)


def widens(source: GroupState, target: GroupState) -> bool:
    """Whether people may read in ``target`` who may not in ``source``: two groups of members are two audiences."""
    before, after = _AUDIENCE[source.visibility], _AUDIENCE[target.visibility]
    return source.id != target.id and (after > before or before == after == 0)
