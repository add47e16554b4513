"""A case that waits for a look, and one whose verdict its author can read."""
from collections.abc import Callable
from typing import Any, NamedTuple

Ask = Callable[..., Any]
NEWEST = "SELECT max(id) AS id FROM cases WHERE post_id = $1"


class Flagged(NamedTuple):
    """Ids of cases; both about posts of the alumna."""

    opened: int
    decided: int


def flag_some(ask: Ask, as_alumna: Ask, as_moderator: Ask, sql: Any, thread: int, post: int) -> Flagged:
    """The moderator flags two posts, the facilitator decides about the second, its author appeals."""
    offer = as_alumna("POST", f"/threads/{thread}/posts", {"body": "We have switches **to sell**, half price."})["id"]
    for number, reason in ((post, "off_topic"), (offer, "spam")):
        as_moderator("PUT", f"/posts/{number}/flag", {"reason": reason, "note": "Is this the place for it?"})
    opened, decided = (sql(NEWEST, number)[0]["id"] for number in (post, offer))
    words = "We keep this place free of advertising. You may write it again without the offer."
    ask("PUT", f"/cases/{decided}/decision", {"decision": "hide", "reason": "spam", "words": words}, version=1)
    as_alumna("PUT", f"/cases/{decided}/appeal", {"text": "They were meant as a gift to a new exchange."})
    return Flagged(opened, decided)
