"""Initiatives for the browser to look at: a draft, one that is carried out, and those of the demonstration."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

Ask = Callable[..., Any]
TEXT: Final = {
    "title": "A spare route server that small exchanges share",
    "aim": "One machine in each region, **kept ready**, that any exchange may borrow.\n\n- configured\n- tested",
    "why": "Whoever has one server and loses it is off for days. We were: *eleven days* last year.",
    "ask": "Exchanges: an hour a month. The secretariat: a page with the rules. Vendors: `one` old chassis each.",
    "languages": ["en", "fr"],
}


@dataclass(frozen=True, slots=True)
class Undertaken:
    """Ids. ``draft`` and ``active`` are the facilitator's own, ``step`` lies in the draft; others are there already."""

    draft: int
    step: int
    active: int
    owed: int
    lapsed: int
    completed: int
    arabic: int


def undertake(mine: Ask, theirs: Ask, others: Ask, sql: Callable[..., Any], group: str, closed: str) -> Undertaken:
    """``mine`` leads, ``theirs`` is asked to, ``others`` supports; each takes method, path, data."""

    def draft(title: str) -> int:
        steps = [{"title": "Three exchanges agree", "due_on": "2030-02-03"}, {"title": "The first machine runs"}]
        wish = TEXT | {"title": title, "co_leads": ["alumna"], "milestones": steps}
        return int(mine("POST", f"/groups/{group}/initiatives", wish)["id"])

    def found(query: str, language: str = "") -> int:
        """The newest that is not for members only; whose first language is that."""
        lines = mine("GET", f"/initiatives?limit=100&{query}")["items"]
        seen = (line for line in lines if line["group"]["visibility"] in ("public", "closed"))
        return int(next(line["id"] for line in seen if line["languages"][0].startswith(language)))

    begun, active = draft(TEXT["title"]), draft("Port prices that one can compare")  # type: ignore[arg-type]
    step = mine("GET", f"/initiatives/{begun}")["steps"][0]["id"]
    theirs("PUT", f"/initiatives/{active}/leadership", {"agree": True})
    mine("PUT", f"/initiatives/{active}/launch")
    sql("UPDATE initiatives SET goal = 1 WHERE id = $1", active)
    others("PUT", f"/initiatives/{active}/cosponsorship")
    mine("POST", f"/initiatives/{active}/answers", {"kind": "accepted", "body": "**Yes.** Ruth keeps the page."})
    first = mine("GET", f"/initiatives/{active}")["steps"][0]["id"]
    mine("PUT", f"/initiatives/{active}/steps/{first}/completion")
    mine("POST", f"/initiatives/{active}/updates", {"body": "Fourteen exchanges have sent us *their* prices."})
    lines = mine("GET", f"/initiatives?group={group}&stage=active")["items"]
    owed = next(line["id"] for line in lines if line["answer_due_at"] and line["id"] != active)
    return Undertaken(
        begun,
        step,
        active,
        owed=owed,
        lapsed=found(f"group={closed}&stage=lapsed"),
        completed=found("stage=completed"),
        arabic=found("language=ar", "ar"),
    )
