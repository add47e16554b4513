"""Searches that members keep, as JSON."""
import msgspec
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import Call, Nothing, answer, created, nothing, operation
from forum.searching import commands
from forum.searching.feeds import Addresses
from forum.searching.queries import saved
from forum.searching.schemas import SavedSearchDoc, SavedSearches, SearchName, SearchToSave, SeenThrough

POST = Scope.POST
OWN = "keep_drafts_and_preview"


def _addresses(call: Call[None, Nothing]) -> Addresses:
    web = call.request.app.state.web
    return Addresses(web.base_url, web.key)


@operation(OWN, answers={200: SavedSearches}, signed_in=True)
async def list_searches(call: Call[None, Nothing]) -> Response:
    """The searches that you keep, each with the number of posts that are new in it."""
    return answer(SavedSearches(items=await saved.saved(call.actor, _addresses(call))))


@operation(OWN, answers={200: SavedSearchDoc}, signed_in=True)
async def get_saved_search(call: Call[None, Nothing]) -> Response:
    """One of the searches that you keep."""
    return answer(await saved.saved_search(call.actor, _addresses(call), call.id("id")))


@operation(OWN, body=SearchToSave, answers={200: SavedSearchDoc, 201: SavedSearchDoc}, scope=POST, signed_in=True)
async def post_search(call: Call[SearchToSave, Nothing]) -> Response:
    """Keep a search; one that you keep already is answered with 200 and stays as it is."""
    kept, is_new = await commands.save_search(call.actor, call.body.q, call.body.name)
    doc = saved.plain(kept)
    return created(msgspec.json.encode(doc), f"/api/v1/searches/{doc.id}") if is_new else answer(doc)


@operation(OWN, body=SearchName, answers={204: None}, scope=POST, signed_in=True)
async def put_search_name(call: Call[SearchName, Nothing]) -> Response:
    """Call a search otherwise."""
    await commands.rename_search(call.actor, call.id("id"), call.body.name)
    return nothing()


@operation(OWN, body=SeenThrough, answers={204: None}, scope=POST, signed_in=True)
async def put_search_seen(call: Call[SeenThrough, Nothing]) -> Response:
    """You have seen what it finds, up to where it said."""
    await commands.see_search(call.actor, call.id("id"), call.body.through)
    return nothing()


@operation(OWN, answers={204: None}, scope=POST, signed_in=True)
async def post_feed_renewal(call: Call[None, Nothing]) -> Response:
    """Give its feed another address; nothing is at the old one any more."""
    await commands.renew_feed(call.actor, call.id("id"))
    return nothing()


@operation(OWN, answers={204: None}, scope=POST, signed_in=True)
async def delete_search(call: Call[None, Nothing]) -> Response:
    """Keep it no longer; its feed ends."""
    await commands.drop_search(call.actor, call.id("id"))
    return nothing()
