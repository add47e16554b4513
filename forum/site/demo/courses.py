"""The courses of the demonstration's platform, and the people who are nowhere else: all of them are invented."""
from typing import Final

from auth.demo.courses import Course, Person, Role
from forum.site.demo.cast import ADMIN, ALUMNA, FACES, FACILITATOR, MODERATOR, PENDING

OTHERS: Final = (
    "Tevita Fonua",
    "Zodwa Ngema",
    "Marisol Quispe Ayala",
    "Ganzorig Tumur",
    "Faridah Nansubuga",
    "Rivo Andriamanana",
    "Ilse Vandeputte",
    "Selim Karabulut",
    "Nirmala Thapa",
    "Kofi Asante-Boadi",
    "Leilani Kahale",
    "Oumar Diop",
    "Beatriz Carvalhal",
    "Arash Tavakoli",
)
# Who may be picked on the course pages: the faces that have a place in a course.
PICKED: Final = (ALUMNA, FACILITATOR, MODERATOR, ADMIN, PENDING)
# The course that is linked to a group from the start.
LINKED: Final = "running-an-exchange"


def subject_of(name: str) -> str:
    return "student-" + name.lower().replace(" ", "-")


def people() -> list[Person]:
    faces = [Person(subject=one.subject, username=one.username, name=one.name) for one in FACES]
    others = [Person(subject=subject_of(name), username=subject_of(name), name=name) for name in OTHERS]
    return [*faces, *others]


def courses() -> list[Course]:
    return [
        Course(
            id=LINKED,
            code="IXP-101",
            title="Running an internet exchange",
            about="Six weeks from the first switch to the first annual meeting: peering, route servers, fees, and the"
            " letter that brings the incumbent to the table.",
            roles=_roles(FACILITATOR.subject, "Zodwa Ngema", learners=(ALUMNA.subject, *_some(0, 7))),
        ),
        Course(
            id="data-protection-in-practice",
            code="DPL-204",
            title="Data protection law in practice",
            about="For people who must apply a law that is younger than the systems it speaks of: registers, transfers,"
            " complaints, and a regulator's first year.",
            roles=_roles(MODERATOR.subject, learners=(ALUMNA.subject, FACILITATOR.subject, *_some(6, 12))),
        ),
        Course(
            id="how-many-parties-decide",
            code="MSP-110",
            title="How many parties decide together",
            about="Rough consensus, open consultations and who is missing from the room: multistakeholder processes"
            " taken apart by those who have chaired one.",
            roles=_roles(ADMIN.subject, learners=(PENDING.subject, FACILITATOR.subject, *_some(9, 14))),
        ),
    ]


def _some(first: int, last: int) -> tuple[str, ...]:
    return tuple(subject_of(name) for name in OTHERS[first:last])


def _roles(teacher: str, assistant: str = "", *, learners: tuple[str, ...]) -> dict[str, Role]:
    roles = {teacher: Role.TEACHER, **dict.fromkeys(learners, Role.LEARNER)}
    return roles | ({subject_of(assistant): Role.ASSISTANT} if assistant else {})
