"""Collections, as JSON."""
import msgspec
from starlette.responses import Response

from auth.actor import Actor, Scope
from forum.api.operation import Call, Nothing, document, nothing, operation, versioned
from forum.curation.commands import collection_items as items
from forum.curation.commands import collections
from forum.curation.queries import collections as queries
from forum.curation.schemas import (
    CollectionDoc,
    CollectionList,
    CollectionText,
    ItemNote,
    ItemPosition,
    NewItem,
)

POST = Scope.POST


async def _collection(actor: Actor, collection_id: int, status: int = 200) -> Response:
    body = await queries.collection(actor, collection_id)
    version = msgspec.json.decode(body, type=CollectionDoc).version
    headers = {"Location": f"/api/v1/collections/{collection_id}"} if status == 201 else {}
    return versioned(body, version, status, headers)


@operation("read_content", answers={200: CollectionList})
async def list_collections(call: Call[None, Nothing]) -> Response:
    """The collections of a group, the newest first."""
    return document(await queries.group_collections(call.actor, call.slug()))


@operation("read_content", answers={200: CollectionDoc})
async def get_collection(call: Call[None, Nothing]) -> Response:
    """A collection with what you may read of it; its entity tag is what If-Match needs."""
    return await _collection(call.actor, call.id("id"))


@operation("manage_collections", body=CollectionText, answers={201: CollectionDoc}, scope=POST)
async def post_collection(call: Call[CollectionText, Nothing]) -> Response:
    """Make a collection in a group."""
    wish = call.body
    made = await collections.make_collection(
        call.actor, call.slug(), title=wish.title, body=wish.body, language=wish.language
    )
    return await _collection(call.actor, made, 201)


@operation("manage_collections", body=CollectionText, answers={200: CollectionDoc}, scope=POST)
async def patch_collection(call: Call[CollectionText, Nothing]) -> Response:
    """Change its title, introduction or language; If-Match names the version."""
    wish, number = call.body, call.id("id")
    await collections.edit_collection(
        call.actor, number, title=wish.title, body=wish.body, version=call.version(), language=wish.language
    )
    return await _collection(call.actor, number)


@operation("manage_collections", answers={204: None}, scope=POST)
async def delete_collection(call: Call[None, Nothing]) -> Response:
    """Delete a collection; what it lists stays where it is."""
    await collections.delete_collection(call.actor, call.id("id"))
    return nothing()


@operation("manage_collections", body=NewItem, answers={201: CollectionDoc}, scope=POST)
async def post_item(call: Call[NewItem, Nothing]) -> Response:
    """Add a thread, a post or a link by its address, at the end."""
    wish, number = call.body, call.id("id")
    home = call.request.app.state.web.base_url
    await items.add_item(call.actor, number, address=wish.address, home=home, title=wish.title, note=wish.note)
    return await _collection(call.actor, number, 201)


@operation("manage_collections", body=ItemNote, answers={200: CollectionDoc}, scope=POST)
async def patch_item(call: Call[ItemNote, Nothing]) -> Response:
    """Change the note of an item; If-Match names the collection's version."""
    number = call.id("id")
    await items.annotate_item(call.actor, number, call.id("item_id"), call.body.note, call.version())
    return await _collection(call.actor, number)


@operation("manage_collections", body=ItemPosition, answers={200: CollectionDoc}, scope=POST)
async def put_item_position(call: Call[ItemPosition, Nothing]) -> Response:
    """Give an item its place; If-Match names the collection's version."""
    number = call.id("id")
    await items.place_item(call.actor, number, call.id("item_id"), call.body.position, call.version())
    return await _collection(call.actor, number)


@operation("manage_collections", answers={204: None}, scope=POST)
async def delete_item(call: Call[None, Nothing]) -> Response:
    """Take an item out; If-Match names the collection's version."""
    await items.remove_item(call.actor, call.id("id"), call.id("item_id"), call.version())
    return nothing()
