"""Ask the members of a group, in a reply of a thread."""
from auth.actor import Actor
from forum.groups.policies import GroupState
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.outbox.record import record_all
from forum.polls import statements
from forum.polls.facts import PollOpened
from forum.polls.policies import can_start_poll
from forum.polls.schemas import NewPoll
from forum.polls.terms import Terms, runs, terms_of
from forum.threads.commands.post_reply import add_post
from forum.threads.commands.written import Written, write
from forum.threads.facts import ReplyPosted
from forum.threads.models import PostKind
from forum.threads.pace import require_trust
from forum.threads.queries import thread_door


async def start_poll(actor: Actor, thread_id: int, wish: NewPoll, *, draft: int | None = None) -> int:
    """Add a post with a poll at the end of the thread; returns the poll's id. Rendering comes before the transaction.

    ``draft`` is the member's draft that the post's text was until now.
    """
    thread = await thread_door(actor, thread_id)
    require(can_start_poll(actor, thread))
    terms = terms_of(wish)
    return await _start(actor, thread_id, wish, terms, await _written(wish, terms, thread.group), draft)


async def _written(wish: NewPoll, terms: Terms, group: GroupState) -> Written:
    return await write(wish.body if wish.body.strip() else terms.question, group)


@command
async def _start(
    actor: Actor, thread_id: int, wish: NewPoll, terms: Terms, written: Written, draft: int | None
) -> int:
    thread = await thread_door(actor, thread_id, lock=True)
    require(can_start_poll(actor, thread))
    await require_trust(actor, thread.group)
    assert actor.member_id is not None
    post_id, number = await add_post(actor.member_id, thread_id, written, draft=draft, kind=PostKind.POLL)
    poll_id = await _insert(post_id, actor.member_id, wish, terms)
    where = {"thread_id": thread_id, "group_id": thread.group.id, "author_id": actor.member_id}
    await record_all([ReplyPosted(post_id=post_id, number=number, **where), PollOpened(poll_id=poll_id, **where)])
    return poll_id


async def _insert(post_id: int, author_id: int, wish: NewPoll, terms: Terms) -> int:
    async with connection() as sql:
        opens_at, closes_at = runs(wish, await sql.fetchval("SELECT clock_timestamp()"))
        return int(
            await sql.fetchval(
                statements.INSERT_POLL,
                post_id,
                author_id,
                terms.question,
                wish.kind.value,
                terms.method,
                wish.anonymous,
                wish.results.value,
                terms.most_choices,
                terms.score_max,
                wish.block_needs_reason,
                terms.zone,
                wish.quorum,
                wish.share,
                opens_at,
                closes_at,
                [choice.text for choice in terms.choices],
                [choice.stance for choice in terms.choices],
                [choice.starts_at for choice in terms.choices],
                [choice.ends_at for choice in terms.choices],
            )
        )
