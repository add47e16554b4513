"""What the demo's course platform knows: people, courses with who teaches and learns there, and linked discussions.

All of it lives in memory and as long as the process; ending a course ends the places of its learners.
"""
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

MEMBERSHIP: Final = "http://purl.imsglobal.org/vocab/lis/v2/membership"
INSTRUCTOR: Final = MEMBERSHIP + "#Instructor"
LEARNER: Final = MEMBERSHIP + "#Learner"


class Role(StrEnum):
    TEACHER = "teacher"
    ASSISTANT = "assistant"
    LEARNER = "learner"

    @property
    def at_launch(self) -> list[str]:
        return [LEARNER if self is Role.LEARNER else INSTRUCTOR]

    @property
    def in_roster(self) -> list[str]:
        """As Moodle does: an assistant is an instructor at launch and a learner in the roster."""
        return [INSTRUCTOR if self is Role.TEACHER else LEARNER]


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """``subject`` is the one of the demo's provider: the platform and the forum know the same people."""

    subject: str
    username: str
    name: str
    email: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A discussion that a teacher has put into a course: what deep linking brought back."""

    title: str
    url: str
    custom: Mapping[str, str] = field(default_factory=dict)
    id: str = field(default_factory=lambda: secrets.token_hex(6))


@dataclass(kw_only=True, slots=True)
class Course:
    """``roles`` by subject, in the order of the roster; ``code`` is the short name that platforms call label."""

    id: str
    code: str
    title: str
    about: str
    roles: dict[str, Role]
    links: list[Link] = field(default_factory=list)
    ended: bool = False

    def role_of(self, subject: str) -> Role | None:
        role = self.roles.get(subject)
        return None if self.ended and role is Role.LEARNER else role

    def roster(self) -> Iterator[tuple[str, Role]]:
        """Who has a place now; of a course that has ended, those who taught it."""
        for subject in self.roles:
            role = self.role_of(subject)
            if role is not None:
                yield subject, role

    def link(self, number: str) -> Link | None:
        return next((link for link in self.links if link.id == number), None)
