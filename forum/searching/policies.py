"""Who may see what is known of searches."""
from auth.actor import Actor
from forum.kit.verdict import ALLOWED, SIGN_IN_FIRST, Verdict


def can_see_statistics(actor: Actor) -> Verdict:
    """Counts without names, for the site's staff."""
    if actor.is_anonymous:
        return SIGN_IN_FIRST
    return ALLOWED if actor.is_staff else Verdict("staff_only")
