"""What is offered while somebody types, as JSON."""
from starlette.responses import Response

from forum.api.operation import Call, answer, operation
from forum.searching.queries import suggestions
from forum.searching.schemas import Suggestions, SuggestionsWanted


@operation("search_and_live", query=SuggestionsWanted, answers={200: Suggestions})
async def list_suggestions(call: Call[None, SuggestionsWanted]) -> Response:
    """Threads, groups and people, five of each at most, for words that are still being typed."""
    return answer(await suggestions.suggest(call.actor, call.query))
