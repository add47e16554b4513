"""Posting marks read; joining begins a group's reading, leaving ends it."""
from forum.groups.facts import MembershipEnded, MembershipStarted
from forum.reading.commands import forget_group, start_from_here, store_mark
from forum.threads.facts import ReplyPosted, ThreadStarted


async def mark_own_thread_read(fact: ThreadStarted) -> None:
    await store_mark(fact.thread_id, fact.author_id, 1)


async def mark_own_reply_read(fact: ReplyPosted) -> None:
    await store_mark(fact.thread_id, fact.author_id, fact.number)


async def begin_group(fact: MembershipStarted) -> None:
    await start_from_here(fact.group_id, fact.member_id)


async def end_group(fact: MembershipEnded) -> None:
    await forget_group(fact.group_id, fact.member_id)
