"""Summaries, wiki posts and who writes them, as JSON."""
import msgspec
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import Call, Nothing, document, nothing, operation, versioned
from forum.curation.commands.editors import end_editor, name_editor
from forum.curation.commands.summarise import remove_summary, write_summary
from forum.curation.commands.wiki import end_wiki, make_wiki
from forum.curation.queries import summary as queries
from forum.curation.schemas import SummaryDoc, SummaryRevisions, SummaryText, WikiWish

POST = Scope.POST


def _summary(body: bytes) -> Response:
    return versioned(body, msgspec.json.decode(body, type=SummaryDoc).version)


@operation("read_content", answers={200: SummaryDoc})
async def get_summary(call: Call[None, Nothing]) -> Response:
    """The summary of a thread; its entity tag is what If-Match needs."""
    return _summary(await queries.summary(call.actor, call.id("id")))


@operation("write_summary_or_wiki_post", body=SummaryText, answers={200: SummaryDoc}, scope=POST)
async def put_summary(call: Call[SummaryText, Nothing]) -> Response:
    """Write the summary of a thread; where there is one, If-Match names the version that this replaces."""
    thread_id, wish = call.id("id"), call.body
    await write_summary(call.actor, thread_id, wish.body, version=call.version(), through=wish.through)
    return _summary(await queries.summary(call.actor, thread_id))


@operation("write_summary_or_wiki_post", answers={204: None}, scope=POST)
async def delete_summary(call: Call[None, Nothing]) -> Response:
    """Remove the summary of a thread; within a day this can be undone."""
    await remove_summary(call.actor, call.id("id"))
    return nothing()


@operation("read_edit_history", answers={200: SummaryRevisions})
async def list_summary_revisions(call: Call[None, Nothing]) -> Response:
    """The versions of a summary, newest first."""
    return document(await queries.summary_revisions(call.actor, call.id("id")))


@operation("make_wiki_post", body=WikiWish, answers={204: None}, scope=POST)
async def put_wiki(call: Call[WikiWish, Nothing]) -> Response:
    """Let those edit a post who write wiki posts in its group."""
    await make_wiki(call.actor, call.id("id"), call.body.reason)
    return nothing()


@operation("make_wiki_post", answers={204: None}, scope=POST)
async def delete_wiki(call: Call[None, Nothing]) -> Response:
    """Let only its author edit a post, from now on."""
    await end_wiki(call.actor, call.id("id"))
    return nothing()


@operation("name_facilitator", answers={204: None}, scope=POST)
async def put_editor(call: Call[None, Nothing]) -> Response:
    """Name a member of a group to write its summaries and wiki posts."""
    await name_editor(call.actor, call.slug(), str(call.path["username"]))
    return nothing()


@operation("name_facilitator", answers={204: None}, scope=POST)
async def delete_editor(call: Call[None, Nothing]) -> Response:
    """Let a member write summaries and wiki posts no longer."""
    await end_editor(call.actor, call.slug(), str(call.path["username"]))
    return nothing()
