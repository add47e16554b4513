"""What is kept, for the browser to look at: a summary, tags, a wiki post, a collection with one of each."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

Ask = Callable[..., Any]
SUMMARY: Final = (
    "We share one route server and pay for the second **together**, see #1.\n\n"
    "- what is settled: who may peer, in `bird` and elsewhere\n- what is open: the opening hours\n"
)
INTRODUCTION: Final = "For whoever starts an exchange: *read these in order*, an evening each."
LONG_ADDRESS: Final = "https://example.org/" + "a-very-long-address-without-any-break" * 3


@dataclass(frozen=True, slots=True)
class Kept:
    """``post`` is a wiki post of ``thread``; ``arabic`` has tags and a summary of its own language."""

    thread: int
    post: int
    arabic: int
    collection: int


def keep_all(ask: Ask, sql: Ask, thread: int, post: int, arabic: int, group: str) -> Kept:
    """``ask`` is a facilitator's method, path and data."""
    for each, tags, text in (
        (thread, ["route-servers", "ipv6", "a-tag-of-thirty-characters-abc"], SUMMARY),
        (arabic, ["نقطة-تبادل", "ipv6"], "اتفقنا على محوّل واحد، انظر #1 وما بعده."),
    ):
        sql("UPDATE threads SET tags = $2::text[] WHERE id = $1", each, tags)
        ask("PUT", f"/threads/{each}/summary", {"body": text, "through": 1})
    ask("PUT", f"/posts/{post}/wiki", {})
    ask("PUT", f"/threads/{thread}/answer", {"post_id": post})
    made = ask("POST", f"/groups/{group}/collections", {"title": "Before the first switch", "body": INTRODUCTION})["id"]
    for address, title, note in (
        (f"/t/{thread}", "", "Begin *here*: what a small exchange needs."),
        (f"/p/{post}", "", ""),
        (f"/t/{arabic}", "", "In Arabic."),
        (LONG_ADDRESS, "A page elsewhere, with a title that needs a second line on a telephone", "Ten pages."),
    ):
        ask("POST", f"/collections/{made}/items", {"address": address, "title": title, "note": note})
    return Kept(thread, post, arabic, made)
