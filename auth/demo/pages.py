"""The course pages of the demo: who is in a course, its discussion, and what its teacher may do.

Who you are here: the face that is signed in at the forum (one provider serves both), or else one you pick here, so that
a launch can be what brings you in.
"""
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from auth.csrf import origin_of
from auth.demo.courses import Course, Person, Role
from auth.demo.lti import DEEP_LINK, RESOURCE_LINK
from auth.demo.platform import Message, Platform

if TYPE_CHECKING:
    from auth.entrance import Render

COOKIE: Final = "plenary-demo-courses"


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """A group of the forum, as a course page names it."""

    slug: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How a course stands in the forum for one person; ``role`` and ``past`` are their places there, if any."""

    group: Room | None = None
    role: str | None = None
    alumni: Room | None = None
    past: bool = False


class Forum(Protocol):
    """What the course pages ask of the forum; `forum/site/demo/campus.py` answers."""

    async def standing(self, course_id: str, subject: str | None) -> Standing: ...

    async def roster(self, course_id: str, *, force: bool) -> str:
        """Have the forum read the roster now; a code for `?said=` that says what came of it."""
        ...


class CoursePages:
    """``faces``: subjects that one may be here with a click."""

    def __init__(self, platform: Platform, *, faces: tuple[str, ...], forum: Forum, render: "Render") -> None:
        self.platform, self._forum, self._render = platform, forum, render
        self._faces = tuple(platform.people[subject] for subject in faces)
        self._by_username = {person.username: person for person in self._faces}
        self._path = urlsplit(platform.public).path

    def routes(self, path: str) -> list[Route]:
        """Below ``path``, which is where ``platform.public`` leads to."""
        course = path + "/{course}"
        return [
            Route(path, self.courses),
            *self.platform.for_browsers(path),
            Route(path + "/be", self.be, methods=["POST"]),
            Route(course, self.course),
            Route(course + "/open/{link}", self.open),
            Route(course + "/embedded/{link}", self.embedded),
            Route(course + "/pick", self.pick),
            Route(course + "/roster", self.send_roster, methods=["POST"]),
            Route(course + "/end", self.end, methods=["POST"]),
        ]

    # --- looking

    async def courses(self, request: Request) -> Response:
        shown = [self._card(course, self._person(request)) for course in self.platform.courses.values()]
        return self._page(request, "demo_courses.html", {"courses": shown, **self._who(request, self._path)})

    async def course(self, request: Request) -> Response:
        course = self.platform.courses.get(request.path_params["course"])
        if course is None:
            return self._missing()
        person = self._person(request)
        context = {
            "title": course.title,
            **self._card(course, person),
            **self._who(request, self._at(course)),
            "links": course.links,
            "people": [(self.platform.people[subject], role.value) for subject, role in course.roles.items()],
            "standing": await self._forum.standing(course.id, person.subject if person else None),
        }
        return self._page(request, "demo_course.html", context)

    async def embedded(self, request: Request) -> Response:
        """The discussion in a frame of the course page, as many platforms show it."""
        found = self._mine(request)
        link = found[0].link(request.path_params["link"]) if found else None
        if found is None or link is None:
            return self._missing()
        frame = f"{self._at(found[0])}/open/{link.id}?frame=1"
        context = {"title": link.title, "course": found[0], "link": link, "frame": frame, "back": self._at(found[0])}
        response = self._page(request, "demo_frame.html", context)
        places = " ".join(sorted({"'self'", origin_of(self.platform.tool_origin), origin_of(self.platform.public)}))
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            f"base-uri 'none'; frame-ancestors 'none'; form-action 'self'; frame-src {places}"
        )
        return response

    # --- doing

    async def be(self, request: Request) -> Response:
        """Come in here as a face, without the forum knowing of it."""
        async with request.form(max_files=0, max_fields=5) as form:
            subject, back = form.get("subject"), form.get("next")
        target = back if isinstance(back, str) and back in self._own_paths() else self._path
        response = RedirectResponse(target, 303)
        if any(face.subject == subject for face in self._faces):
            response.set_cookie(COOKIE, str(subject), path=self._path, httponly=True, samesite="lax")
        return response

    async def open(self, request: Request) -> Response:
        """Begin a launch: on to the forum's login, in this window or in the frame that asked."""
        found, tool = self._mine(request), self.platform.tools.first()
        link = found[0].link(request.path_params["link"]) if found else None
        if found is None or link is None or tool is None:
            return self._missing()
        framed = "frame" in request.query_params
        message = Message(kind=RESOURCE_LINK, course=found[0], subject=found[1].subject, link=link, frame=framed)
        return _onward(self.platform.launch(tool, message))

    async def pick(self, request: Request) -> Response:
        """Begin deep linking: the forum shows the groups to choose from."""
        found, tool = self._taught(request), self.platform.tools.first()
        if found is None or tool is None:
            return self._missing()
        message = Message(kind=DEEP_LINK, course=found[0], subject=found[1].subject)
        return _onward(self.platform.launch(tool, message))

    async def send_roster(self, request: Request) -> Response:
        found = self._taught(request)
        if found is None:
            return self._missing()
        course, _ = found
        return self._back(course, await self._forum.roster(course.id, force=False))

    async def end(self, request: Request) -> Response:
        """The course is over: its roster is complete, and names its teachers only.

        A roster that lets most people go waits for an administrator; here the teacher's word is taken for it.
        """
        found = self._taught(request)
        if found is None:
            return self._missing()
        course, _ = found
        course.ended = True
        said = await self._forum.roster(course.id, force=True)
        return self._back(course, "course_ended" if said == "roster_read" else said)

    # --- who and where

    def _person(self, request: Request) -> Person | None:
        actor = getattr(request.state, "actor", None)
        if actor is not None and actor.username in self._by_username:
            return self._by_username[actor.username]
        picked = request.cookies.get(COOKIE)
        return next((face for face in self._faces if face.subject == picked), None)

    def _mine(self, request: Request) -> tuple[Course, Person] | None:
        """The course in the path and who asks, if they have a place in it now."""
        course, person = self.platform.courses.get(request.path_params["course"]), self._person(request)
        if course is None or person is None or course.role_of(person.subject) is None:
            return None
        return course, person

    def _taught(self, request: Request) -> tuple[Course, Person] | None:
        found = self._mine(request)
        return found if found and found[0].role_of(found[1].subject) is Role.TEACHER else None

    def _card(self, course: Course, person: Person | None) -> dict[str, Any]:
        teachers = [self.platform.people[one].name for one, role in course.roles.items() if role is Role.TEACHER]
        return {
            "course": course,
            "teachers": teachers,
            "learners": sum(role is Role.LEARNER for role in course.roles.values()),
            "was": person and course.roles.get(person.subject),
            "role": person and course.role_of(person.subject),
        }

    def _who(self, request: Request, here: str) -> dict[str, Any]:
        actor = getattr(request.state, "actor", None)
        known = actor is not None and actor.username in self._by_username
        return {"person": self._person(request), "known": known, "faces": self._faces, "here": here, "path": self._path}

    def _own_paths(self) -> set[str]:
        return {self._path, *map(self._at, self.platform.courses.values())}

    def _back(self, course: Course, said: str) -> Response:
        return RedirectResponse(f"{self._at(course)}?said={quote(said)}", 303)

    def _at(self, course: Course) -> str:
        return f"{self._path}/{course.id}"

    def _page(self, request: Request, template: str, context: dict[str, Any]) -> Response:
        response = self._render(request, template, context, 200)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _missing(self) -> Response:
        return PlainTextResponse("There is nothing here for you. Look at your courses: " + self.platform.public, 404)


def _onward(address: str) -> RedirectResponse:
    return RedirectResponse(address, 302, {"Cache-Control": "no-store"})
