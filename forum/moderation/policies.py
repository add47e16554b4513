"""Who may flag what, work a case, decide an appeal; who may do what to people. Pure; what is unknown is refused."""
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from auth.actor import Actor, GroupRole, StaffRole
from forum.groups.policies import (
    GroupState,
    can_know,
    can_manage_members,
    can_moderate,
    can_read,
    can_write,
    holds_glass,
    taken_for_somebody,
)
from forum.initiatives.policies import InitiativeState, can_see
from forum.initiatives.stages import LAUNCHED
from forum.kit.verdict import ALLOWED, NOT_FOUND, SIGN_IN_FIRST, Verdict
from forum.members.policies import can_read_site_log, can_see_people
from forum.moderation.models import CaseOrigin, Decision, SanctionKind
from forum.moderation.targets import Target
from forum.threads.models import PostState
from forum.threads.policies import PostInfo, ThreadState, can_read_post, can_read_thread

# What an author may appeal against.
AGAINST = frozenset({Decision.NOTE, Decision.HIDE, Decision.HIDE_AND_SILENCE, Decision.REMOVE})
# A moderator suspends from the site for so long at most; an administrator as long as it takes.
MODERATORS_MOST: Final = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseState:
    """What a policy needs to know of a case; ``queries/door.py`` makes one, for one actor.

    ``group`` none: a profile, which is the site's. ``flagged``: the actor has. ``claimed_by_id``: who holds it now.
    """

    id: int
    target: Target
    group: GroupState | None
    author_id: int
    origin: CaseOrigin
    version: int
    auto_hidden: bool = False
    flagged: bool = False
    claimed_by_id: int | None = None
    claimed_by: str | None = None
    decision: Decision | None = None
    decided_by_id: int | None = None
    decided_by: str | None = None
    appealed: bool = False
    appeal_open: bool = False
    appealable: bool = False

    @property
    def group_id(self) -> int | None:
        return None if self.group is None else self.group.id


def can_flag_post(actor: Actor, post: PostInfo) -> Verdict:
    if not (verdict := can_read_post(actor, post)):
        return verdict
    if not (verdict := _can_flag_in(actor, post.thread.group, actor.member_id == post.author_id)):
        return verdict
    return ALLOWED if post.state is PostState.PUBLIC else NOT_FOUND


def can_flag_thread(actor: Actor, thread: ThreadState) -> Verdict:
    if not (verdict := can_read_thread(actor, thread)):
        return verdict
    if not (verdict := _can_flag_in(actor, thread.group, actor.member_id == thread.author_id)):
        return verdict
    return ALLOWED if thread.published else NOT_FOUND


def can_flag_initiative(actor: Actor, initiative: InitiativeState) -> Verdict:
    if not (verdict := can_see(actor, initiative)):
        return verdict
    if not (verdict := _can_flag_in(actor, initiative.group, actor.member_id in initiative.leads)):
        return verdict
    return ALLOWED if initiative.stage in LAUNCHED else NOT_FOUND


def can_flag_profile(actor: Actor, member_id: int) -> Verdict:
    if not (verdict := can_see_people(actor)):
        return verdict
    if not (verdict := can_write(actor)):
        return verdict
    return Verdict("own_thing") if actor.member_id == member_id else ALLOWED


def _can_flag_in(actor: Actor, group: GroupState, own: bool) -> Verdict:
    """A reader may as well: to say that something is wrong is not to take part."""
    if not (verdict := taken_for_somebody(actor, group)):
        return verdict
    if not (verdict := can_write(actor, group)):
        return verdict
    return Verdict("own_thing") if own else ALLOWED


def can_work_site_queue(actor: Actor) -> Verdict:
    """Cases about profiles: the site's staff."""
    if not (verdict := can_read_site_log(actor)):
        return verdict
    return can_write(actor)


def can_work_case(actor: Actor, case: CaseState) -> Verdict:
    """Read its flags, claim it; never the one whom it is about."""
    verdict = can_work_site_queue(actor) if case.group is None else can_moderate(actor, case.group)
    if not verdict:
        return verdict
    return Verdict("own_case") if actor.member_id == case.author_id else ALLOWED


def can_decide_case(actor: Actor, case: CaseState) -> Verdict:
    if not (verdict := can_work_case(actor, case)):
        return verdict
    return Verdict("flagged_it") if case.flagged else ALLOWED


def can_read_verdict(actor: Actor, case: CaseState) -> Verdict:
    """Its author, once it is decided, whatever else was taken from them; to everybody else it is not there."""
    if actor.is_anonymous:
        return SIGN_IN_FIRST
    return ALLOWED if actor.own_id == case.author_id and case.decision in AGAINST else NOT_FOUND


def can_decide_appeal(actor: Actor, case: CaseState) -> Verdict:
    """Another person than the one who decided."""
    if not (verdict := can_work_case(actor, case)):
        return verdict
    return Verdict("decided_it") if actor.member_id == case.decided_by_id else ALLOWED


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
        if actor.restricted:
            return Verdict("token_groups")
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


def can_break_glass(actor: Actor, group: GroupState | None) -> Verdict:
    """Open a group that is not theirs for an hour, with a reason: site staff, from which none is hidden then.

    ``group`` None: there is none of that name. Nobody else learns whether there is.
    """
    if actor.is_staff:
        if group is not None and group.id in actor.banned:
            return can_know(actor, group) and Verdict("banned")
        return can_write(actor)
    if group is None or group.id not in actor.listed:
        return NOT_FOUND
    if not (verdict := taken_for_somebody(actor, group)):
        return verdict
    return Verdict("staff_only")


def can_see_sanctions(actor: Actor, member_id: int | None) -> Verdict:
    """What ``member_id`` was given: they themselves; else the site's staff, and facilitators of their own groups."""
    if actor.own_id is not None and actor.own_id == member_id:
        return ALLOWED
    if not (verdict := can_see_people(actor)):
        return verdict
    looks_after = actor.is_staff or GroupRole.FACILITATOR in actor.roles.values()
    return ALLOWED if looks_after else Verdict("moderators_only")


def can_purge(actor: Actor, post: PostInfo) -> Verdict:
    """Delete a text for good: an administrator who opened the group with a reason."""
    group = post.thread.group
    if not (verdict := can_read_post(actor, post)):
        return verdict
    if not (verdict := taken_for_somebody(actor, group)):
        return verdict
    if not (verdict := can_write(actor, group)):
        return verdict
    return ALLOWED if actor.is_admin and holds_glass(actor, group) else Verdict("glass_needed")
