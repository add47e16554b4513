"""How soon and how fast one may post: first posts wait to be looked at, and a group may be in slow mode."""
from typing import Final

from auth.actor import Actor
from config.settings import NewcomersSettings
from forum.groups.policies import GroupState, moderates
from forum.kit.errors import Invalid, NotAllowed, TooManyRequests
from forum.kit.markdown import Rendered
from forum.kit.transaction import connection

HOUR: Final = 3600
LINK: Final = '<a href="http'

_rules = NewcomersSettings()


def install(rules: NewcomersSettings) -> None:
    """Called once a process, by whatever has the settings."""
    global _rules
    _rules = rules


# The member's row makes two posts of theirs wait for one another: each counts the other.
LOCK = "SELECT trusted_at FROM members WHERE id = $1 FOR NO KEY UPDATE"
# Whoever comes with a course, an alumni claim or an organisation is vouched for; a place by hand, by invitation or in
# an initiative's own group says nothing of them.
STANDING = """
    SELECT EXISTS (SELECT FROM grants h JOIN memberships ms ON ms.id = h.membership_id
                   WHERE ms.member_id = $1 AND h.source <> 'manual' AND h.source NOT LIKE 'initiative:%') AS vouched,
           (SELECT count(*) FROM (SELECT FROM posts WHERE author_id = $1 AND state = 'public' LIMIT $2) few) AS seen,
           (SELECT count(*) FROM posts WHERE author_id = $1
            AND created_at > clock_timestamp() - interval '1 hour') AS lately
"""
TRUST = "UPDATE members SET trusted_at = now() WHERE id = $1"
# Seconds until the slow mode lets them post again, by the newest of their last posts that is in the group.
PAUSE = """
    SELECT ceil($3 - extract(epoch FROM clock_timestamp() - p.created_at))::int
    FROM (SELECT thread_id, created_at FROM posts WHERE author_id = $1 ORDER BY id DESC LIMIT 200) p
    JOIN threads t ON t.id = p.thread_id AND t.group_id = $2
    WHERE p.created_at > clock_timestamp() - make_interval(secs => $3) ORDER BY p.created_at DESC LIMIT 1
"""


async def must_wait(actor: Actor, group: GroupState, rendered: Rendered) -> bool:
    """Whether what they post now waits to be looked at; within the command's transaction.

    Raises TooManyRequests in slow mode or when a newcomer posts too often, Invalid for a newcomer's many links.
    """
    await _slow_mode(actor, group)
    if await trusted(actor):
        return False
    _check_links(rendered)
    return True


async def check_edit(actor: Actor, rendered: Rendered) -> None:
    """Raises Invalid for a newcomer's many links; what they changed is looked at once more."""
    if not actor.trusted and await _posted_lately(actor) is not None:
        _check_links(rendered)


async def require_trust(actor: Actor, group: GroupState) -> None:
    """For what cannot wait (a poll, an initiative): raises NotAllowed while their first posts do."""
    await _slow_mode(actor, group)
    if not await trusted(actor):
        raise NotAllowed("first_posts_first")


async def trusted(actor: Actor) -> bool:
    """Whether their posts appear at once, settled here for good when they have earned it; locks their row."""
    lately = None if actor.trusted else await _posted_lately(actor)
    if lately is not None and lately >= _rules.posts_per_hour:
        raise TooManyRequests("newcomer_pace", retry_after=HOUR)
    return lately is None


async def _posted_lately(actor: Actor) -> int | None:
    """How many posts a newcomer wrote in the last hour; None for whoever is one no more, which is settled here."""
    async with connection() as sql:
        if await sql.fetchval(LOCK, actor.member_id) is not None:
            return None
        standing = await sql.fetchrow(STANDING, actor.member_id, _rules.first_posts)
        assert standing is not None
        if standing["vouched"] or standing["seen"] >= _rules.first_posts:
            await sql.execute(TRUST, actor.member_id)
            return None
    return int(standing["lately"])


def _check_links(rendered: Rendered) -> None:
    if rendered.html.count(LINK) > _rules.links:
        raise Invalid({"body": "too_many_links"})


async def _slow_mode(actor: Actor, group: GroupState) -> None:
    if not group.slow_seconds or moderates(actor, group):
        return
    async with connection() as sql:
        await sql.fetchval(LOCK, actor.member_id)
        pause = await sql.fetchval(PAUSE, actor.member_id, group.id, group.slow_seconds)
    if pause is not None and pause > 0:
        raise TooManyRequests("slow_mode", retry_after=pause)
