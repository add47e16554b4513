"""Say that something needs eyes, and take that back."""
from auth.actor import Actor
from forum.kit.errors import NotFound, TooManyRequests
from forum.kit.fields import body_field
from forum.kit.transaction import command, connection
from forum.moderation.acts import enter
from forum.moderation.commands.open_case import FIND, open_case
from forum.moderation.models import ActKind, CaseOrigin, FlagReason
from forum.moderation.posts import set_state
from forum.moderation.queries.door import flag_door
from forum.moderation.targets import Target, TargetKind
from forum.threads.models import PostState

NOTE_LENGTH = 2000
AN_HOUR = 20
# So many flaggers of standing hide a post until a person looks.
HIDING = 3

RECENT = "SELECT count(*) FROM flags WHERE member_id = $1 AND created_at > clock_timestamp() - interval '1 hour'"
HAS = "SELECT EXISTS (SELECT FROM flags WHERE case_id = $1 AND member_id = $2)"
PLACE = """
    INSERT INTO flags (case_id, member_id, reason, note) VALUES ($1, $2, $3, $4)
    ON CONFLICT (case_id, member_id) DO UPDATE SET reason = excluded.reason, note = excluded.note
"""
WEIGH = "UPDATE cases SET weight = (SELECT count(*) FROM flags WHERE case_id = $1) WHERE id = $1"
TAKE = "DELETE FROM flags WHERE case_id = $1 AND member_id = $2 RETURNING id"
# Nobody's flag is left, and nothing was done about it: as if it had never been.
DROP = """
    DELETE FROM cases WHERE id = $1 AND weight = 0 AND origin = 'flag' AND NOT auto_hidden AND claimed_by_id IS NULL
      AND NOT EXISTS (SELECT FROM acts a WHERE a.case_id = $1)
"""
# Of standing: trusted, active, silenced nowhere here, and not one whose flags were mostly judged needless.
OF_STANDING = """
    SELECT count(*) FROM flags f JOIN members m ON m.id = f.member_id
    WHERE f.case_id = $1 AND m.status = 'active' AND m.trusted_at IS NOT NULL
      AND (m.silenced_until IS NULL OR m.silenced_until <= now())
      AND NOT EXISTS (SELECT FROM memberships p
          WHERE p.member_id = m.id AND p.group_id = $2 AND p.silenced_until > now())
      AND NOT (SELECT count(*) >= 3 AND 2 * count(*) FILTER (WHERE d.decision = 'no_action') > count(*) FROM (
          SELECT c.decision FROM flags o JOIN cases c ON c.id = o.case_id AND c.decided_at IS NOT NULL
          WHERE o.member_id = m.id ORDER BY o.id DESC LIMIT 20) d)
"""
# Once a case: where a person restored it meanwhile, it takes a person to hide it again.
UNHIDDEN = """
    SELECT NOT EXISTS (SELECT FROM acts a WHERE a.case_id = $1 AND a.kind = 'post.hidden' AND a.actor_id IS NULL)
"""
MARK_HIDDEN = "UPDATE cases SET auto_hidden = true WHERE id = $1"


@command
async def flag(actor: Actor, target: Target, reason: FlagReason, note: str = "") -> int:
    """Flag it, once a member: a second flag replaces the first; returns the case's id.

    Raises TooManyRequests where somebody flags in bulk.
    """
    thing = await flag_door(actor, target, lock=True)
    note = body_field(note, "note", least=0, most=NOTE_LENGTH)
    case_id = await open_case(target, CaseOrigin.FLAG, thing.author_id, thing.group_id)
    async with connection() as sql:
        again = await sql.fetchval(HAS, case_id, actor.member_id)
        if not again and await sql.fetchval(RECENT, actor.member_id) >= AN_HOUR:
            raise TooManyRequests("too_many_flags", retry_after=3600)
        await sql.execute(PLACE, case_id, actor.member_id, reason.value, note)
        await sql.execute(WEIGH, case_id)
        hide = target.kind is TargetKind.POST and await sql.fetchval(OF_STANDING, case_id, thing.group_id) >= HIDING
        if hide and await sql.fetchval(UNHIDDEN, case_id):
            await sql.execute(MARK_HIDDEN, case_id)
        else:
            hide = False
    if hide:
        await _hide(case_id, target.id, thing.group_id, thing.author_id)
    return case_id


async def _hide(case_id: int, post_id: int, group_id: int | None, author_id: int) -> None:
    """The forum itself does, until a person looks; its author is told both times."""
    was = await set_state([post_id], PostState.HIDDEN)
    await enter(
        None,
        ActKind.POST_HIDDEN,
        group_id=group_id,
        post_id=post_id,
        member_id=author_id,
        case_id=case_id,
        after={"flaggers": HIDING},
        undo={"case": case_id, "was": {str(post): state.value for post, state in was.items()}, "now": "hidden"},
    )


@command
async def unflag(actor: Actor, target: Target) -> None:
    """Take one's own flag back while nobody has decided; NotFound where there is none."""
    await flag_door(actor, target, lock=True)
    async with connection() as sql:
        case_id = await sql.fetchval(FIND, *target.columns)
        if case_id is None or await sql.fetchval(TAKE, case_id, actor.member_id) is None:
            raise NotFound
        await sql.execute(WEIGH, case_id)
        await sql.execute(DROP, case_id)
