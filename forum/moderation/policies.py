"""Who may do what to people. Pure; whatever is unknown is refused."""
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from auth.actor import Actor, StaffRole
from forum.groups.policies import (
    GroupState,
    can_know,
    can_manage_members,
    can_read,
    can_write,
    taken_for_somebody,
)
from forum.kit.verdict import ALLOWED, SIGN_IN_FIRST, Verdict
from forum.moderation.models import SanctionKind

# A moderator suspends from the site for so long at most; an administrator as long as it takes.
MODERATORS_MOST: Final = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Whom:
    """Who is to be warned, silenced or suspended; ``facilitates`` the group in question."""

    id: int
    staff: StaffRole | None = None
    facilitates: bool = False


def can_sanction(actor: Actor, kind: SanctionKind, group: GroupState | None) -> Verdict:
    """Whether they give (and lift) such a sanction in this group, or (None) on the whole site, to anybody at all."""
    if group is None:
        if actor.is_anonymous:
            return SIGN_IN_FIRST
        return can_write(actor) if actor.is_staff else Verdict("staff_only")
    if kind is SanctionKind.SUSPENSION:
        return can_manage_members(actor, group)
    if not (verdict := can_know(actor, group)):
        return verdict
    if not (verdict := taken_for_somebody(actor, group)):
        return verdict
    may = actor.facilitates(group.id) or actor.is_staff
    if not may and not (verdict := can_read(actor, group)):
        return verdict
    if not (verdict := can_write(actor, group)):
        return verdict
    return ALLOWED if may else Verdict("moderators_only")


def can_sanction_person(
    actor: Actor, kind: SanctionKind, group: GroupState | None, whom: Whom, lasting: timedelta | None
) -> Verdict:
    """Whether they may do it to this person; ``lasting`` None: without an end."""
    if not (verdict := can_sanction(actor, kind, group)):
        return verdict
    if whom.id == actor.member_id:
        return Verdict("yourself")
    if group is not None:
        spared = whom.facilitates and (kind is SanctionKind.SUSPENSION or not actor.is_staff)
        return Verdict("other_facilitator") if spared else ALLOWED
    if actor.is_admin:
        return ALLOWED
    if whom.staff is not None:
        return Verdict("staff_not_sanctioned")
    if kind is SanctionKind.SUSPENSION and (lasting is None or lasting > MODERATORS_MOST):
        return Verdict("thirty_days_at_most")
    return ALLOWED
