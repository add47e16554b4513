"""The queue and a case of it, for those who look after groups; by keys, or without."""
from typing import Any, Final

from starlette.responses import Response

from forum.kit.errors import Invalid, Refusal
from forum.moderation.canned import Canned, canned
from forum.moderation.commands import claim as claims
from forum.moderation.commands.appeal import decide_appeal
from forum.moderation.commands.decide import LONGEST_SILENCE, SILENCE_DAYS, decide
from forum.moderation.models import AppealOutcome, Decision, FlagReason
from forum.moderation.pages import words
from forum.moderation.queries.case import case_page
from forum.moderation.queries.queue import next_case, queue
from forum.moderation.schemas import CaseDoc, CaseLine, Queue
from forum.web.language import gettext as _
from forum.web.page import View, decoded, errors_of, form, page, see
from forum.web.rendering import page as shown

LINES: Final = 25


@page("work_group_queue")
async def queue_page(view: View) -> Response:
    """`?group=` of one group, `?state=decided` what was decided."""
    group, decided = view.query.get("group") or None, view.query.get("state") == "decided"
    body = await queue(view.actor, group, decided=decided, after=view.number("after"), limit=LINES)
    found = decoded(body, Queue)
    return shown(
        view,
        "moderation/queue.html",
        title=_("What was decided") if decided else _("What waits for a look"),
        section="moderation",
        found=found,
        decided=decided,
        group=group,
        named=next((line.group.title for line in found.items if line.group), group) if group else "",
        words=words,
    )


@page("claim_decide_appeal_case")
async def case(view: View) -> Response:
    return await _case(view, None)


async def _case(view: View, refusal: Refusal | None) -> Response:
    doc = decoded(await case_page(view.actor, view.id("id")), CaseDoc)
    line = doc.line
    return shown(
        view,
        "moderation/case.html",
        title=_("Case %(n)s") % {"n": line.id},
        section="moderation",
        doc=doc,
        line=line,
        words=words,
        verdicts=words.verdicts(line.target),
        usual=_usual(doc),
        chosen=view.text("reason") or _weightiest(line),
        values={"words": view.text("words"), "silence_days": view.text("silence_days") or str(SILENCE_DAYS)},
        longest=LONGEST_SILENCE,
        theirs=line.claimed_by is not None and line.claimed_by.username != view.actor.username,
        mine=line.claimed_by is not None and line.claimed_by.username == view.actor.username,
        decided_by_me=line.decided_by is not None and line.decided_by.username == view.actor.username,
        answer=view.text("answer"),
        group=view.query.get("group") or view.text("group"),
        errors=errors_of(refusal),
    )


def _weightiest(line: CaseLine) -> str:
    """What most of those who flagged it said."""
    return max(line.reasons, key=lambda reason: line.reasons[reason]).value if line.reasons else ""


def _usual(doc: CaseDoc) -> list[Canned]:
    """The texts that fit, the likeliest reason first, in the language of the place."""
    first = _weightiest(doc.line)
    return sorted(canned(doc.language), key=lambda each: each.reason.value != first)


@form("claim_decide_appeal_case")
async def claim_case(view: View) -> Response:
    """`do=release` leaves it to others."""
    number = view.id("id")
    if view.text("do") == "release":
        await claims.release(view.actor, number)
    else:
        await claims.claim(view.actor, number)
    return see(f"/moderation/cases/{number}", group=view.text("group"))


async def _again(view: View, refusal: Refusal) -> Response:
    """As it was sent; where somebody else was faster, what they decided stands on the page."""
    return await _case(view, refusal)


@form("claim_decide_appeal_case", refill=_again)
async def decide_case(view: View) -> Response:
    """And on to the next one of the queue that one came from."""
    number, group = view.id("id"), view.text("group")
    wish = await _wish(view)
    await decide(view.actor, number, version=view.sent_number("version", 2**31 - 1), **wish)
    following = await next_case(view.actor, group or None)
    if following is None:
        return see("/moderation", group=group, said="decided")
    return see(f"/moderation/cases/{following}", group=group, said="decided")


async def _wish(view: View) -> dict[str, Any]:
    """Where no words were typed, the usual ones for this reason and verdict, unless that is not wanted."""
    sent, reason = view.text("decision"), view.text("reason")
    if sent not in set(Decision):
        raise Invalid({"decision": "unknown_choice"})
    if reason and reason not in set(FlagReason):
        raise Invalid({"reason": "unknown_choice"})
    typed, decision = view.text("words"), Decision(sent)
    if not typed.strip() and reason and view.text("usual"):
        doc = decoded(await case_page(view.actor, view.id("id")), CaseDoc)
        fitting = (each.text for each in canned(doc.language) if (each.reason, each.decision) == (reason, decision))
        typed = next(fitting, "")
    days = view.sent_number("silence_days", LONGEST_SILENCE) or SILENCE_DAYS
    return {
        "decision": decision,
        "reason": FlagReason(reason) if reason else None,
        "words": typed,
        "silence_days": days,
    }


@form("claim_decide_appeal_case", refill=_again)
async def answer_appeal(view: View) -> Response:
    sent = view.text("outcome")
    if sent not in set(AppealOutcome):
        raise Invalid({"outcome": "unknown_choice"})
    await decide_appeal(view.actor, view.id("id"), AppealOutcome(sent), view.text("answer"))
    return see("/moderation", said="decided")
