"""The group of a course, founded when somebody first leads the course here."""
from auth.actor import GroupRole
from forum.groups.commands.founding import addresses
from forum.groups.commands.sources import Place, give_places
from forum.kit.text import clean_line, without_forbidden
from forum.kit.transaction import command, connection
from forum.outbox.record import audit

BY_KEY = "SELECT id, slug, title FROM groups WHERE source_key = $1"
# Closed, and joined through the course; who leaves it becomes one of the alumni, where there are any.
FOUND = """
    INSERT INTO groups (source_key, slug, title, theme, purpose, language, visibility, policy, position,
        on_leave, alumni_group_id)
    SELECT $1, $2, $3, 'networks', $4, $5, 'closed', 'invitation', (SELECT coalesce(max(position), 0) + 1 FROM groups),
        CASE WHEN alumni.id IS NULL THEN 'read_only' ELSE 'alumni' END, alumni.id
    FROM (SELECT) one LEFT JOIN groups alumni ON alumni.slug = $6
    ON CONFLICT DO NOTHING RETURNING id, slug, title
"""
TITLE = 120


@command
async def found_course_group(
    key: str, title: str, by: int, *, language: str, alumni_group: str
) -> tuple[int, str, str]:
    """The closed group of the course ``key``: id, slug, title. Its founder facilitates it, by the course."""
    title = clean_line(without_forbidden(title).replace("\n", " ")[:TITLE], at_most=TITLE)
    if len(title) < 2:
        title = "Course"
    async with connection() as sql:
        for slug in addresses(title, "course"):
            if (there := await sql.fetchrow(BY_KEY, key)) is not None:
                return there["id"], there["slug"], there["title"]
            purpose = f"For the people of the course “{title}”."
            founded = await sql.fetchrow(FOUND, key, slug, title, purpose, language, alumni_group)
            if founded is not None:
                break
        else:
            raise RuntimeError("no free address was found for the group of a course")
    await audit(by, "group.founded", "group", founded["id"], group_id=founded["id"], after={"source": key})
    await give_places(key, [Place(founded["id"], by, GroupRole.FACILITATOR)])
    return founded["id"], founded["slug"], founded["title"]
