"""A thread with a poll of each kind, running and closed, for the browser to look at."""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

Ask = Callable[..., Any]
LONG: Final = "A second switch from the maker that we have already, with three years of support and its own spares"
# Wider than a telephone, with nothing to break it at.
LONG_WORD: Final = "https://meetings.example.test/" + "accra" * 20
ITEMS: Final = ["The bird route server", "OpenBGPD beside it", LONG, "Nothing: wait for the new building"]


@dataclass(frozen=True, slots=True)
class Polled:
    """``thread`` holds all; ``open``, ``closed`` and ``said`` are polls."""

    thread: int
    open: int
    closed: int
    said: int


def ask_all(mine: Ask, theirs: Ask, group: str) -> Polled:
    """``mine`` is a facilitator who asks and votes, ``theirs`` a member who votes; both take method, path, data."""
    later = (datetime.now(UTC) + timedelta(days=9, hours=3)).isoformat()
    opening = {"title": "What we buy and when we meet", "body": "A few questions."}
    thread = mine("POST", f"/groups/{group}/threads", opening)["id"]

    def ask(question: str, kind: str, **wish: Any) -> dict[str, Any]:
        more = {"question": question, "kind": kind, "closes_at": later, **wish}
        return dict(mine("POST", f"/threads/{thread}/polls", more))

    def vote(who: Ask, poll: dict[str, Any], *marks: int, reason: str = "") -> None:
        ids = [str(option["id"]) for option in poll["options"]]
        body = {"marks": dict(zip(ids, marks, strict=False)), "reason": reason}
        if poll["kind"] in ("single", "multiple", "proposal"):
            body["marks"] = {option: 1 for option, mark in zip(ids, marks, strict=False) if mark}
        who("PUT", f"/polls/{poll['id']}/ballot", body)

    proposal = ask(
        "We buy a second switch this year", "proposal", body="Both offers are **serious**.", quorum=2, share=60,
        block_needs_reason=True,
    )
    vote(mine, proposal, 1)
    vote(theirs, proposal, 0, 1, reason="I have not read the second offer yet.")
    ask("Which of them shall it be?", "single", options=ITEMS)
    ticked = ask("Which of these would you accept?", "multiple", options=ITEMS, most_choices=3, quorum=25)
    vote(theirs, ticked, 1, 1)
    scored = ask("How urgent is each?", "score", options=ITEMS, score_max=10)
    vote(mine, scored, 10, 2, 7, 0)
    ranked = ask("In which order do we pay for them?", "ranked", options=ITEMS, method="schulze")
    vote(mine, ranked, 1, 2, 3)
    vote(theirs, ranked, 2, 1, 4, 3)
    day = datetime.now(UTC).date() + timedelta(days=12)
    days = (day, day + timedelta(days=1))
    moments = [{"date": str(each), "time": time} for each in days for time in ("09:00", "23:30")]
    when = ask("When do we meet?", "time", moments=moments, zone="America/Montevideo", minutes=90)
    vote(theirs, when, 2, 1, 0, 2)
    secret = {"anonymous": True, "results": "after_closing"}
    hidden = ask("Who shall speak for us?", "single", options=["Amina", "Ruth"], **secret)
    vote(theirs, hidden, 0, 1, reason="She knows the numbers.")
    places = ["Lagos", LONG_WORD, "Nairobi"]
    rounds = ask("Where is the next meeting?", "ranked", options=places, method="instant_runoff")
    vote(mine, rounds, 1, 2, 3)
    vote(theirs, rounds, 3, 1, 2)
    done = ask("We publish our port prices", "proposal", share=50)
    vote(mine, done, 1, reason="Newcomers ask for them every month.")
    vote(theirs, done, 1)
    for poll in (rounds, done):
        mine("PUT", f"/polls/{poll['id']}/closing")
    text = "Prices are **public** from June on. Ruth keeps the page.\n\n- ports\n- set-up\n- support"
    mine("PUT", f"/polls/{done['id']}/outcome", {"text": text, "review_on": f"{day + timedelta(days=200)}"})
    return Polled(thread, when["id"], rounds["id"], done["id"])
