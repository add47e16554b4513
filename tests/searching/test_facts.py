"""Whatever changes what a document holds has an index job: facts, the code that writes, and every deed there is."""
import re
from typing import Any

import pytest

from forum.jobs.drain import drain
from forum.kit.transaction import connection
from forum.outbox.registry import Later
from forum.searching.comparison import verify
from forum.searching.jobs import OF_FACTS
from forum.subscriptions import SUBSCRIPTIONS
from tests.architecture.source import ROOT, modules, name
from tests.cast import Cast
from tests.permissions.asking import Ask
from tests.permissions.deeds import DEEDS
from tests.permissions.stage import Stage
from tests.permissions.table import SITE, rows
from tests.permissions.test_table import send
from tests.searching.engines import MemoryEngine

# Each fact: the job that indexes what it changes, or why no document changes.
FACTS = {
    "member.admitted": "they have written nothing yet",
    "member.approved": "a document does not say how its author stands",
    "member.profile_edited": "of a profile a document holds the name only: member.renamed",
    "member.renamed": "searching.index_member",
    "member.way_in_disconnected": "a document does not say who its author is elsewhere",
    "group.membership_started": "who may read is asked at each search",
    "group.membership_ended": "who may read is asked at each search",
    "group.role_changed": "who may read is asked at each search",
    "group.last_facilitator_lost": "a place",
    "group.roster_stopped": "nothing changed",
    "group.join_requested": "nothing changed yet",
    "group.request_decided": "a place",
    "group.member_invited": "nothing changed yet",
    "group.member_banned": "their posts stay",
    "thread.started": "searching.index_post",
    "thread.reply_posted": "searching.index_post",
    "thread.post_held": "it is not public yet",
    "thread.post_edited": "searching.index_post",
    "thread.post_withdrawn": "searching.index_post",
    "thread.edited": "searching.index_thread",
    "thread.answer_accepted": "searching.index_thread",
    "thread.answer_unaccepted": "searching.index_thread",
    "thread.reactions_changed": "reactions are counted nowhere in a document",
    "initiative.consent_asked": "an initiative is found by its discussion",
    "initiative.lead_asked": "an initiative is found by its discussion",
    "initiative.leads_changed": "an initiative is found by its discussion",
    "initiative.stage_changed": "an initiative is found by its discussion",
    "initiative.cosponsor_joined": "an initiative is found by its discussion",
    "initiative.cosponsor_left": "an initiative is found by its discussion",
    "initiative.answered": "an initiative is found by its discussion",
    "initiative.revised": "an initiative is found by its discussion",
    "initiative.step_changed": "an initiative is found by its discussion",
    "initiative.gathering_ends_soon": "nothing changed",
    "initiative.answer_overdue": "nothing changed",
    "initiative.space_opened": "a group without threads",
    "curation.posts_relocated": "searching.index_thread",
    "curation.thread_moved": "searching.index_thread",
    "curation.audience_widened": "nothing changed",
    "poll.opened": "its post is a reply: thread.reply_posted",
    "poll.closing_soon": "nothing changed",
    "poll.closed": "a tally is in no document",
    "poll.outcome_written": "an outcome is in no document",
    "curation.summary_changed": "searching.index_thread",
    "moderation.act_done": "what it changed has a fact of its own",
    "moderation.act_undone": "what it changed has a fact of its own",
    "moderation.case_opened": "nothing changed",
    "moderation.case_waiting": "nothing changed",
    "moderation.case_decided": "what it changed has a fact of its own",
    "moderation.appeal_made": "nothing changed",
    "moderation.post_state_changed": "searching.index_post",
}

# Each module that writes to the tables of documents: the fact that tells of it, or why none has to.
WRITERS = {
    "forum/threads/statements.py": "the SQL of post_reply and withdraw_post",
    "forum/threads/commands/start_thread.py": "ThreadStarted",
    "forum/threads/commands/edit_post.py": "PostEdited",
    "forum/threads/commands/edit_thread.py": "ThreadEdited",
    "forum/threads/commands/withdraw_post.py": "PostWithdrawn",
    "forum/threads/commands/accept_answer.py": "AnswerAccepted",
    "forum/members/commands.py": "MemberRenamed",
    "forum/members/admission.py": "a new member has written nothing",
    "forum/provisioning/people.py": "a status only, which is in no document",
    "forum/threads/pace.py": "trust is in no document",
    "forum/threads/recount.py": "counters only",
    "forum/moderation/posts.py": "PostStateChanged",
    "forum/moderation/commands/purge_post.py": "posts.set_state took it out already",
    "forum/moderation/standing.py": "how a member stands, which is in no document",
    "forum/moderation/waiting.py": "what waits for its first look is in no document",
    "forum/curation/commands/edit_head.py": "ThreadEdited",
    "forum/curation/commands/wiki.py": "who may edit a post is in no document",
    "forum/curation/jobs.py": "ends of pins and locks",
    "forum/curation/commands/lock.py": "whether a thread takes replies is in no document",
    "forum/curation/commands/mark_duplicate.py": "a link at a thread's head",
    "forum/curation/commands/merge.py": "by relocation, which tells",
    "forum/curation/commands/move.py": "ThreadMoved",
    "forum/curation/commands/pin.py": "its place in lists",
    "forum/curation/commands/split.py": "by relocation, which tells",
    "forum/curation/relocation.py": "PostsRelocated",
    "forum/transfer/community/storing.py": "an import rebuilds the index afterwards",
    "forum/transfer/community/places.py": "new members only",
    "forum/site/demo/store.py": "the demonstration's index is built afterwards",
}
SQL_WRITE = re.compile(
    r"(UPDATE|INSERT INTO|DELETE FROM) (posts|threads|members)\b|copy_records_to_table\((\"(posts|threads)\"|table)"
)
ORM_WRITE = re.compile(r"\b(Post|Thread|Member)\b[\w.]*(\(|\.filter\().*?\)\.(update|delete|create)\(|"
                       r"\b(Post|Thread|Member)\.(create|bulk_create)\(|\bmine\.filter\(.*\.update\(")


def test_every_fact_says_which_documents_it_changes() -> None:
    jobs = {
        kind.name: {(each.job if isinstance(each, Later) else each) for each in who.later} & set(OF_FACTS)
        for kind, who in SUBSCRIPTIONS.items()
        if kind.__module__.startswith("forum.")
    }
    assert jobs.keys() == FACTS.keys()
    names = {job.name for job in OF_FACTS}
    for fact, said in FACTS.items():
        assert {job.name for job in jobs[fact]} == {said} & names, fact


def test_whoever_writes_what_documents_hold_tells_of_it() -> None:
    writers = {name(path) for path in modules() if _writes(path.read_text())}
    assert {each for each in writers if "migrations" not in each} == WRITERS.keys()
    for module, said in WRITERS.items():
        if " " not in said:
            assert re.search(rf"\b{said}\(", (ROOT / module).read_text()), module


def _writes(text: str) -> bool:
    return bool(SQL_WRITE.search(text) or ORM_WRITE.search(text))


WRITING = [
    (row.action, ask)
    for row in rows()
    if row.kind in ("public", SITE)
    for ask in DEEDS[row.action].asks
    if ask.method != "GET"
]


@pytest.mark.anyio
@pytest.mark.parametrize(("action", "ask"), WRITING, ids=lambda each: (
    f"{each.method} {each.path}" if isinstance(each, Ask) else each))
async def test_no_deed_leaves_the_index_behind(
    action: str, ask: Ask, client: Any, cast: Cast, memory: MemoryEngine
) -> None:
    """Whoever may do it, or not: once its jobs have run, the index holds what the database holds."""
    for who in ("ben", "adi"):
        async with connection() as raw:
            fresh = raw.transaction()
            await fresh.start()
            try:
                stage = Stage(cast, "public", who, own=True)
                await DEEDS[action].prepare(stage)
                await memory.fill()
                await send(client, stage, ask)
                await drain()
                assert (await verify(mend=False)).total == 0, who
            finally:
                await fresh.rollback()
