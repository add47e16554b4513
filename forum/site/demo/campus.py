"""The forum's side of the demonstration's courses: the platform registered, one course at home here, and how it stands.

The platform shares the issuer of the demo's provider: (issuer, subject) is the same person through both doors.
"""
from collections.abc import Iterable, Mapping
from typing import Final

from auth.actor import Actor, GroupRole, Status
from auth.demo.courses import Course, Link, Person, Role
from auth.demo.pages import CoursePages, Room, Standing
from auth.demo.platform import Platform
from auth.demo.provider import MOUNT, DemoProvider
from auth.demo.tool import Tool
from auth.demo_door import Face
from auth.directory import Claims, Directory
from auth.entrance import Render
from auth.lti.models import RunState
from auth.oidc.reserved import DEMO_ISSUER
from auth.outbound import open_client
from auth.places import Places
from config.settings import Settings
from forum.courses.rosters import read_now
from forum.kit.transaction import command, connection
from forum.site.demo import courses as told
from forum.site.demo.cast import FACES, FACILITATOR, MODERATOR
from forum.threads.commands.post_reply import post_reply
from forum.threads.commands.start_thread import start_thread

CLIENT_ID: Final = "plenary"
DEPLOYMENT: Final = "1"
ALUMNI: Final = "course-alumni"
# Small, so that a class of ten comes in pages as a large one would.
PAGE_SIZE: Final = 4

PLATFORM: Final = "SELECT id FROM lti_platforms WHERE issuer = $1 AND client_id = $2"
REGISTER: Final = """
    INSERT INTO lti_platforms (name, issuer, client_id, authorization_url, token_url, jwks_url, enabled)
    VALUES ('Demo courses', $1::text, $2, $3, $1::text || '/lti/token', $1::text || '/lti/keys', true) RETURNING id
"""
# The demo may be started on another port than the last time.
MOVE: Final = "UPDATE lti_platforms SET authorization_url = $2 WHERE id = $1 AND authorization_url <> $2"
DEPLOY: Final = "INSERT INTO lti_deployments (platform_id, deployment_id) VALUES ($1, $2) RETURNING id"
MEET: Final = """
    INSERT INTO lti_contexts (deployment_id, context_id, label, title, memberships_url) VALUES ($1, $2, $3, $4, $5)
    RETURNING id
"""
LEAD: Final = "UPDATE lti_contexts SET group_id = $2 WHERE id = $1"
FOUND_ALUMNI: Final = """
    INSERT INTO groups (slug, title, theme, purpose, language, visibility, policy, position)
    SELECT $1, 'Alumni of the courses', 'networks', $2, 'en', 'closed', 'invitation', max(position) + 1 FROM groups
    RETURNING id
"""
PURPOSE: Final = (
    "Where the people of a course stay in touch once it is over. Nobody joins: whoever finishes a course is here."
)
# In the demonstration nobody waits for the days of grace to pass.
AT_ONCE: Final = """
    UPDATE groups SET grace_days = 0 WHERE grace_days > 0 AND id IN (
        SELECT c.group_id FROM lti_contexts c JOIN lti_deployments d ON d.id = c.deployment_id
        JOIN lti_platforms p ON p.id = d.platform_id WHERE p.issuer = $1 AND c.context_id = $2)
"""
CONTEXT: Final = """
    SELECT c.id FROM lti_contexts c JOIN lti_deployments d ON d.id = c.deployment_id
    JOIN lti_platforms p ON p.id = d.platform_id
    WHERE p.issuer = $1 AND c.context_id = $2 AND c.group_id IS NOT NULL ORDER BY c.id DESC LIMIT 1
"""
SAID: Final[Mapping[RunState | None, str]] = {RunState.COMPLETE: "roster_read", RunState.STOPPED: "roster_stopped"}
STANDING: Final = """
    SELECT g.slug, g.title, here.role, a.slug AS alumni_slug, a.title AS alumni_title,
           past.id IS NOT NULL AND here.id IS NULL AS past
    FROM lti_contexts c
    JOIN lti_deployments d ON d.id = c.deployment_id
    JOIN lti_platforms p ON p.id = d.platform_id
    JOIN groups g ON g.id = c.group_id
    LEFT JOIN groups a ON a.id = g.alumni_group_id
    LEFT JOIN identities i ON i.issuer = p.issuer AND i.subject = $3
    LEFT JOIN memberships here ON here.group_id = g.id AND here.member_id = i.member_id
    LEFT JOIN memberships past ON past.group_id = a.id AND past.member_id = i.member_id
    WHERE p.issuer = $1 AND c.context_id = $2
    ORDER BY c.id DESC LIMIT 1
"""
TITLE: Final = "Start here: who are you, and where is your exchange?"
OPENING: Final = (
    "Welcome to the group of the course. Tell us in three sentences who you are, which exchange you run or would like"
    " to run, and what keeps it from being there already.\n\n"
    "Whatever you write stays here under your name, also when the course is over."
)
ANSWERS: Final = (
    "A ministry, an island, two operators who do not peer and one cable. I should like to go home with an agenda for a"
    " first meeting that **both** of them attend.",
    "We have a switch, three members and no statutes. The switch was the easy part.",
)
AFTERWARDS: Final = "What became of your plans?"
AFTERWARDS_BODY: Final = (
    "You left a course with a plan on one page. Six months later: what is done, what is stuck, and what would you tell"
    " those who sit in that course today?"
)


def authorize_url(settings: Settings) -> str:
    return _public(settings) + "/authorize"


def demo_door(settings: Settings, render: Render) -> DemoProvider:
    """The provider of the demonstration and its course platform, at which this forum is the one tool."""
    base = settings.site.base_url.rstrip("/")
    # Lives as long as the process.
    client = open_client(settings.limits, named=["127.0.0.1"])
    platform = Platform(
        told.courses(),
        told.people(),
        issuer=DEMO_ISSUER,
        public=_public(settings),
        tool=base,
        client=client,
        page_size=PAGE_SIZE,
    )
    launch = base + "/lti/launch"
    platform.tools.add(
        Tool(
            client_id=CLIENT_ID,
            deployment_id=DEPLOYMENT,
            login_url=base + "/lti/login",
            redirect_uris=(launch,),
            target_url=launch,
            jwks_url=base + "/lti/jwks",
        )
    )
    platform.courses[told.LINKED].links.append(Link(title="Discussion", url=launch))
    picked = tuple(face.subject for face in told.PICKED)
    pages = CoursePages(platform, faces=picked, forum=Office(), render=render)
    faces = [
        Face(subject=one.subject, username=one.username, name=one.name, role=one.username, about=one.sentence)
        for one in FACES
    ]
    return DemoProvider(faces, base_url=base, render=render, courses=pages)


def _public(settings: Settings) -> str:
    return settings.site.base_url.rstrip("/") + MOUNT + "/courses"


class Office:
    """What the course pages ask of the forum."""

    async def standing(self, course_id: str, subject: str | None) -> Standing:
        async with connection() as sql:
            row = await sql.fetchrow(STANDING, DEMO_ISSUER, course_id, subject)
        if row is None:
            return Standing()
        return Standing(
            group=Room(slug=row["slug"], title=row["title"]),
            role=row["role"],
            alumni=Room(slug=row["alumni_slug"], title=row["alumni_title"]) if row["alumni_slug"] else None,
            past=row["past"],
        )

    async def roster(self, course_id: str, *, force: bool) -> str:
        async with connection() as sql:
            await sql.execute(AT_ONCE, DEMO_ISSUER, course_id)
            context_id = await sql.fetchval(CONTEXT, DEMO_ISSUER, course_id)
        if context_id is None:
            return "roster_unknown"
        return SAID.get(await read_now(context_id, force=force), "roster_failed")


@command
async def open_campus(directory: Directory, places: Places, authorize: str) -> None:
    """Register the platform, enabled, and give one course its group, people and first words; once.

    ``authorize`` is the platform's authorization endpoint.
    """
    async with connection() as sql:
        platform_id = await sql.fetchval(PLATFORM, DEMO_ISSUER, CLIENT_ID)
        if platform_id is not None:
            await sql.execute(MOVE, platform_id, authorize)
            return
        platform_id = await sql.fetchval(REGISTER, DEMO_ISSUER, CLIENT_ID, authorize)
        deployment_id = await sql.fetchval(DEPLOY, platform_id, DEPLOYMENT)
        alumni_id = await sql.fetchval(FOUND_ALUMNI, ALUMNI, PURPOSE)
    people = {one.subject: one for one in told.people()}
    course = next(one for one in told.courses() if one.id == told.LINKED)
    await _settle_in(directory, places, f"lti:{platform_id}", deployment_id, course, people)
    await _alumni_talk(directory, places, alumni_id, people)


async def _settle_in(
    directory: Directory, places: Places, platform: str, deployment_id: int, course: Course, people: dict[str, Person]
) -> None:
    """The course as it is after its teacher linked a discussion and its roster was read."""
    url = f"{DEMO_ISSUER}/lti/courses/{course.id}/members"
    async with connection() as sql:
        context_id = await sql.fetchval(MEET, deployment_id, course.id, course.code, course.title, url)
    roles = {await _member(directory, people[one]): role for one, role in course.roster()}
    teacher = await _member(directory, people[FACILITATOR.subject])
    source = f"{platform}:{context_id}"
    group = await places.course_group(source, course.title, teacher)
    led = {who: GroupRole.FACILITATOR if role is Role.TEACHER else GroupRole.MEMBER for who, role in roles.items()}
    await places.settle_group(group.id, source, led)
    async with connection() as sql:
        await sql.execute(LEAD, context_id, group.id)
        await sql.execute(AT_ONCE, DEMO_ISSUER, course.id)
    students = [who for who, role in roles.items() if role is Role.LEARNER]
    await _first_words(group.id, group.slug, teacher, students)


async def _member(directory: Directory, person: Person) -> int:
    """The account of somebody the platform knows; it is made if need be."""
    found = await directory.find(DEMO_ISSUER, person.subject)
    if found is None:
        name = Claims(
            provider="demo",
            issuer=DEMO_ISSUER,
            subject=person.subject,
            name=person.name,
            preferred_username=person.username.removeprefix("student-"),
        )
        found = await directory.admit(name, Status.ACTIVE)
        assert found is not None  # no address is said, so none is taken
    return found.member_id


async def _first_words(group_id: int, slug: str, teacher: int, students: Iterable[int]) -> None:
    thread_id = await start_thread(_as(teacher, group_id), slug, title=TITLE, body=OPENING)
    # The first of them is a face: what she writes is the visitor's.
    for who, answer in zip([*students][1:], ANSWERS, strict=False):
        await post_reply(_as(who, group_id), thread_id, answer)


async def _alumni_talk(directory: Directory, places: Places, alumni_id: int, people: dict[str, Person]) -> None:
    """Those who finished an earlier course, one of whom looks after the group."""
    keeper = await _member(directory, people[MODERATOR.subject])
    await places.give(keeper, alumni_id, "manual", GroupRole.FACILITATOR)
    for name in told.OTHERS[9:]:
        who = await _member(directory, people[told.subject_of(name)])
        await places.give(who, alumni_id, "manual", GroupRole.MEMBER)
    await start_thread(_as(keeper, alumni_id), ALUMNI, title=AFTERWARDS, body=AFTERWARDS_BODY)


def _as(member_id: int, group_id: int) -> Actor:
    return Actor(
        member_id=member_id,
        status=Status.ACTIVE,
        roles={group_id: GroupRole.MEMBER},
        listed=(group_id,),
        readable=(group_id,),
    )


