"""Tags, as JSON."""
from starlette.responses import Response

from forum.api.operation import Call, Nothing, document, operation
from forum.curation.queries import tags as queries
from forum.curation.schemas import TaggedWanted, TagList
from forum.threads.schemas import ThreadList


@operation("read_content", query=TaggedWanted, answers={200: ThreadList})
async def list_tagged_threads(call: Call[None, TaggedWanted]) -> Response:
    """The threads with a tag that you may read, by their last post."""
    asked = call.query
    found = await queries.tagged_threads(call.actor, str(call.path["tag"]), asked.group, asked.before, asked.limit)
    return document(found)


@operation("read_content", answers={200: TagList})
async def list_group_tags(call: Call[None, Nothing]) -> Response:
    """The tags of a group's threads, the most used ones first."""
    return document(await queries.group_tags(call.actor, call.slug()))
