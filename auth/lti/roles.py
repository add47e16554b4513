"""From the roles of a course to a place in its group (LTI Core A.2): full URIs; a bare word is a role in the course."""

from typing import Final

from auth.actor import GroupRole

_COURSE: Final = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_TEACHING: Final = frozenset(
    {
        f"{_COURSE}#Instructor",
        f"{_COURSE}#Administrator",
        f"{_COURSE}/Instructor#TeachingAssistant",
        # Simple names: deprecated in launches, what Moodle writes in rosters.
        "Instructor",
        "Administrator",
        "TeachingAssistant",
    }
)
_LEADING: Final = _TEACHING - {f"{_COURSE}/Instructor#TeachingAssistant", "TeachingAssistant"}


def role_of(roles: object) -> GroupRole:
    """An instructor of the institution who is a learner here is a learner."""
    return GroupRole.FACILITATOR if _names(roles) & _TEACHING else GroupRole.MEMBER


def leads(roles: object) -> bool:
    """Whether they may say which group belongs to the course: instructors and administrators of it."""
    return bool(_names(roles) & _LEADING)


def _names(roles: object) -> frozenset[str]:
    return frozenset(role for role in roles if isinstance(role, str)) if isinstance(roles, list) else frozenset()
