"""A new poll: first what kind of question it is, then a form for that kind alone."""
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from starlette.responses import Response

from forum.api.parsing import to_schema
from forum.kit.errors import Invalid, NotFound, Refusal
from forum.kit.verdict import require
from forum.polls.commands.start_poll import start_poll
from forum.polls.models import PollKind
from forum.polls.moments import instant
from forum.polls.pages import words
from forum.polls.policies import can_start_poll
from forum.polls.queries import poll
from forum.polls.schemas import NewPoll
from forum.polls.terms import MOST_OPTIONS, SCORE_MAX
from forum.threads import queries as threads
from forum.threads.pages.compose import audience
from forum.threads.policies import ThreadState
from forum.web.dates import zone
from forum.web.language import gettext as _
from forum.web.page import View, errors_of, form, page, see
from forum.web.rendering import page as shown

ROWS: Final = 6
RUNS: Final = timedelta(days=7)
# What a form sends as it stands, where it is not empty.
PLAIN: Final = (
    "question", "kind", "body", "method", "most_choices", "score_max", "quorum", "share", "results", "minutes",
)  # fmt: skip
# Where a fault of a field is told in the form.
PLACES: Final = {"closes_at": "closes_on", "opens_at": "opens_on"}


async def _thread(view: View) -> ThreadState:
    thread = await threads.thread_door(view.actor, view.id("id"))
    require(can_start_poll(view.actor, thread))
    return thread


@page("start_poll", signed_in=True)
async def new_poll(view: View) -> Response:
    """`?kind=` leads from the choice of a kind to its form."""
    thread = await _thread(view)
    wanted = view.query.get("kind")
    if not wanted:
        return shown(view, "polls/kinds.html", title=_("Start a poll"), thread=thread, kinds=words.kinds())
    if wanted not in set(PollKind):
        raise NotFound
    closes = (datetime.now(UTC) + RUNS).astimezone(zone(view.zone))
    values = {
        "closes_on": f"{closes:%Y-%m-%d}",
        "closes_time": "18:00",
        "zone": view.zone,
        "minutes": "60",
        "score_max": str(SCORE_MAX),
    }
    return _form(view, thread, PollKind(wanted), values, [("", "")] * ROWS, None)


def _form(
    view: View,
    thread: ThreadState,
    kind: PollKind,
    values: Mapping[str, str],
    rows: list[tuple[str, str]],
    refusal: Refusal | None,
) -> Response:
    title, sentence = words.kinds()[kind]
    return shown(
        view,
        "polls/new.html",
        title=title,
        thread=thread,
        kind=kind,
        sentence=sentence,
        audience=audience(thread.group.visibility, thread.group.title),
        values={name: values.get(name, "") for name in (*PLAIN, *_FIELDS)},
        rows=rows,
        methods=words.methods(),
        results=words.times_of_results(),
        errors={PLACES.get(name, name): code for name, code in errors_of(refusal).items()},
    )


_FIELDS: Final = (
    "options", "zone", "closes_on", "closes_time", "opens_on", "opens_time", "anonymous", "block_needs_reason",
)  # fmt: skip


def _rows(view: View) -> list[tuple[str, str]]:
    """The rows of a time poll that are not empty."""
    typed = ((view.text(f"on{n}").strip(), view.text(f"at{n}").strip()) for n in range(MOST_OPTIONS))
    return [row for row in typed if any(row)]


def _kind(view: View) -> PollKind:
    if view.text("kind") not in set(PollKind):
        raise NotFound
    return PollKind(view.text("kind"))


async def _poll_again(view: View, refusal: Refusal | None) -> Response:
    """Filled as it was sent, with empty rows behind the moments."""
    rows = _rows(view)
    more = ROWS if view.text("more") or not rows else 1
    return _form(view, await _thread(view), _kind(view), view.form, (rows + [("", "")] * more)[:MOST_OPTIONS], refusal)


@form("start_poll", refill=_poll_again)
async def send_poll(view: View) -> Response:
    """`more` asks for more rows, and sends nothing."""
    if view.text("more"):
        return await _poll_again(view, None)
    poll_id = await start_poll(view.actor, view.id("id"), _wish(view, _kind(view)))
    return see(f"/p/{(await poll(view.actor, poll_id)).post_id}")


def _wish(view: View, kind: PollKind) -> NewPoll:
    given: dict[str, Any] = {name: view.text(name) for name in PLAIN if view.text(name)}
    given["question"] = view.text("question")
    given["anonymous"] = bool(view.text("anonymous"))
    given["block_needs_reason"] = bool(view.text("block_needs_reason"))
    given["closes_at"] = _instant(view, "closes")
    if view.text("opens_on") or view.text("opens_time"):
        given["opens_at"] = _instant(view, "opens")
    if kind is PollKind.TIME:
        given["zone"] = view.text("zone")
        given["moments"] = [{"date": day, "time": time} for day, time in _rows(view)]
    else:
        given["options"] = [line for line in view.text("options").splitlines() if line.strip()]
    return to_schema(given, NewPoll, strict=False)


def _instant(view: View, name: str) -> datetime:
    """By the clock of whoever asks."""
    day, time = view.text(f"{name}_on"), view.text(f"{name}_time")
    if not day:
        raise Invalid({f"{name}_on": "required"})
    try:
        return instant(day, time or "00:00", view.zone)
    except Invalid as refused:
        (code,) = refused.errors.values()
        raise Invalid({f"{name}_on": code}) from refused
