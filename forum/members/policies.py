"""Who may see and change what about people."""
from auth.actor import Actor, StaffRole, Status
from forum.kit.verdict import ALLOWED, SIGN_IN_FIRST, Verdict


def can_see_people(actor: Actor) -> Verdict:
    """The directory."""
    if actor.is_anonymous:
        return SIGN_IN_FIRST
    return ALLOWED if actor.is_active else Verdict("not_approved")


def can_see_profile(actor: Actor, member_id: int) -> Verdict:
    if actor.member_id is not None and actor.member_id == member_id:
        return ALLOWED
    return can_see_people(actor)


def can_edit_profile(actor: Actor, member_id: int) -> Verdict:
    if actor.is_anonymous:
        return SIGN_IN_FIRST
    return ALLOWED if actor.member_id == member_id else Verdict("not_yours")


def can_approve_members(actor: Actor) -> Verdict:
    """Site staff let pending members in."""
    if actor.is_anonymous:
        return SIGN_IN_FIRST
    return ALLOWED if actor.is_staff else Verdict("staff_only")


def can_read_site_log(actor: Actor) -> Verdict:
    """The site's audit log, for its staff: moderators see less of it than administrators."""
    if actor.is_anonymous:
        return SIGN_IN_FIRST
    return ALLOWED if actor.is_staff else Verdict("staff_only")


def can_administer(actor: Actor) -> Verdict:
    """The administration, for administrators who proved a short while ago who they are."""
    if actor.is_anonymous:
        return SIGN_IN_FIRST
    if not actor.is_admin:
        return Verdict("admins_only")
    return ALLOWED if actor.fresh else Verdict("step_up_needed")


def can_manage_tokens(actor: Actor) -> Verdict:
    """See and end one's own API tokens: the person, never one of their programs."""
    if actor.is_anonymous:
        return SIGN_IN_FIRST
    return Verdict("not_by_token") if actor.by_token else ALLOWED


def can_create_token(actor: Actor) -> Verdict:
    """For those who may write, once they proved a short while ago who they are."""
    if not (verdict := can_manage_tokens(actor)):
        return verdict
    if not actor.is_active:
        return Verdict("not_approved")
    if actor.silenced:
        return Verdict("silenced")
    return ALLOWED if actor.fresh else Verdict("step_up_needed")


def can_view_as(actor: Actor, member_id: int, status: Status, staff: StaffRole | None) -> Verdict:
    """See the site as somebody does, to read only; never as one of the staff."""
    if not (verdict := can_administer(actor)):
        return verdict
    if actor.session_id is None:
        return Verdict("not_by_token")
    if member_id == actor.member_id:
        return Verdict("yourself")
    if staff is not None:
        return Verdict("staff_not_viewed")
    return ALLOWED if status in (Status.PENDING, Status.ACTIVE) else Verdict("sees_nothing")


def can_keep_own_things(actor: Actor) -> Verdict:
    """Drafts, bookmarks, previews, sessions, notices: everybody who is signed in."""
    return SIGN_IN_FIRST if actor.is_anonymous else ALLOWED


def can_change_ways_in(actor: Actor) -> Verdict:
    """How one signs in: one's own, after a fresh proof, and never by a token."""
    if not (verdict := can_manage_tokens(actor)):
        return verdict
    return ALLOWED if actor.fresh else Verdict("step_up_needed")
