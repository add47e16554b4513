"""What administrators do with learning platforms."""
from auth.actor import Actor
from auth.lti import platforms, registration
from auth.lti.models import Platform
from auth.lti.platforms import NewPlatform, is_safe
from auth.oidc.reserved import DEMO_ISSUER
from forum.courses.jobs import read_roster
from forum.courses.schemas import PlatformWish
from forum.jobs.queue import enqueue
from forum.kit.errors import Conflict, Invalid, NotFound
from forum.kit.fields import line_field
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.members.policies import can_administer
from forum.outbox.record import audit

# Whoever came by this platform alone goes with it.
END_SESSIONS = """
    DELETE FROM sessions WHERE kind IN ('lti', 'embedded') AND issuer = (SELECT issuer FROM lti_platforms WHERE id = $1)
        AND issuer NOT IN (SELECT issuer FROM lti_platforms WHERE enabled AND id <> $1)
    RETURNING id, member_id
"""
READABLE = """
    SELECT c.group_id FROM lti_contexts c JOIN lti_deployments d ON d.id = c.deployment_id
    JOIN lti_platforms p ON p.id = d.platform_id
    WHERE c.id = $1 AND c.group_id IS NOT NULL AND c.memberships_url IS NOT NULL AND p.enabled
"""
ADDRESSES = ("issuer", "authorization_url", "token_url", "jwks_url")


@command
async def make_ticket(actor: Actor) -> str:
    """Leave for one platform to register itself within a day; told this once."""
    require(can_administer(actor))
    assert actor.member_id is not None
    ticket_id, ticket = await registration.new_ticket(actor.member_id)
    await audit(actor.member_id, "platform.invited", "platform", None, after={"ticket": ticket_id})
    return ticket


@command
async def add_platform(actor: Actor, wish: PlatformWish, *, local: bool) -> int:
    """Register a platform by hand; it is disabled until it is enabled. ``local``: this site is on loopback itself."""
    require(can_administer(actor))
    name = line_field(wish.name, "name", least=1, most=120)
    faults = {field: "not_an_address" for field in ADDRESSES if not is_safe(getattr(wish, field), local=local)}
    if wish.issuer == DEMO_ISSUER:
        faults["issuer"] = "not_an_address"
    if not wish.client_id.isprintable():
        faults["client_id"] = "control_character"
    if faults:
        raise Invalid(faults)
    new = NewPlatform(
        name=name,
        issuer=wish.issuer,
        client_id=wish.client_id,
        authorization_url=wish.authorization_url,
        token_url=wish.token_url,
        jwks_url=wish.jwks_url,
    )
    platform_id = await platforms.add(new)
    if platform_id is None:
        raise Conflict("platform_known")
    await audit(actor.member_id, "platform.added", "platform", platform_id)
    if wish.deployment_id is not None:
        await add_deployment(actor, platform_id, wish.deployment_id)
    return platform_id


@command
async def add_deployment(actor: Actor, platform_id: int, deployment_id: str) -> None:
    """Let launches of one more place of the platform in; a known one changes nothing."""
    require(can_administer(actor))
    if not deployment_id.isprintable() or not 0 < len(deployment_id) <= 255:
        raise Invalid({"deployment_id": "not_valid"})
    await _known(platform_id)
    added = await platforms.add_deployment(platform_id, deployment_id)
    if added is not None:
        await audit(actor.member_id, "platform.deployed", "platform", platform_id, after={"deployment": added})


@command
async def enable_platform(actor: Actor, platform_id: int, enabled: bool) -> None:
    """Let its people in, or keep them out: then the sessions that it began end, too."""
    require(can_administer(actor))
    await _known(platform_id)
    if not await Platform.filter(id=platform_id, enabled=not enabled).update(enabled=enabled):
        return
    if not enabled:
        async with connection() as sql:
            ended = await sql.fetch(END_SESSIONS, platform_id)
        for row in ended:
            after = {"reason": "platform_disabled"}
            await audit(row["member_id"], "session.ended", "session", row["id"], after=after)
    action = "platform.enabled" if enabled else "platform.disabled"
    await audit(actor.member_id, action, "platform", platform_id)


@command
async def ask_for_roster(actor: Actor, course_id: int, *, force: bool = False) -> None:
    """Have the roster of a course read soon."""
    require(can_administer(actor))
    async with connection() as sql:
        group_id = await sql.fetchval(READABLE, course_id)
    if group_id is None:
        raise NotFound
    after = {"course": course_id, "force": int(force)}
    await audit(actor.member_id, "roster.asked", "roster", None, group_id=group_id, after=after)
    await enqueue(read_roster, {"context_id": course_id, "force": force})


async def _known(platform_id: int) -> None:
    if not await Platform.filter(id=platform_id).exists():
        raise NotFound
