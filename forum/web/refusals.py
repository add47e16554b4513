"""Refusals as pages: what happened, what to do, and the text that was typed."""

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from config.logging import request_id
from forum.kit.errors import Invalid, Refusal
from forum.web.language import gettext as _
from forum.web.messages import explain, explain_field
from forum.web.rendering import page

if TYPE_CHECKING:
    from forum.web.page import View

RETRY_AFTER: Final = "2"
# The fields in which people write. What stands in one is shown again, whatever becomes of the form.
TEXTS: Final = (
    "body", "text", "reason", "note", "question", "options", "aim", "why", "ask", "bio", "purpose", "rules", "claims",
    "words", "answer",
)  # fmt: skip


def refusal_page(view: "View", refusal: Refusal) -> Response:
    """The page of a refusal; for a reader who is not signed in, the way to the door."""
    typed = _typed(view)
    if refusal.status == 401 and not typed:
        target = view.here if view.request.method in ("GET", "HEAD") else _before(view)
        return RedirectResponse(
            "/sign-in?next=" + quote(target, safe="/%"), 303, {"Cache-Control": "no-store"}
        )
    if refusal.code == "step_up_needed" and not typed:
        target = view.here if view.request.method in ("GET", "HEAD") else _before(view)
        return RedirectResponse(
            "/sign-in/again?next=" + quote(target, safe="/%"), 303, {"Cache-Control": "no-store"}
        )
    response = page(
        view,
        "refusal.html",
        title=_title(refusal.status),
        status=refusal.status,
        head='<meta name="robots" content="noindex">',
        refusal=refusal,
        explained=explain(refusal.code),
        faults=_faults(refusal),
        **_again(view),
    )
    response.headers["Cache-Control"] = "no-store"
    if refusal.status in (429, 503):
        response.headers["Retry-After"] = str(refusal.details.get("retry_after", RETRY_AFTER))
    return response


def internal_error_page(view: "View") -> Response:
    """A bug: an id to quote, and nothing else that tells of it."""
    response = page(
        view,
        "failure.html",
        title=_("Something broke on our side"),
        status=500,
        request_id=request_id.get(),
        **_again(view),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _before(view: "View") -> str:
    """Where a POST came from, as far as its own path tells: a form's page is the path above it."""
    return quote(view.request.url.path.rsplit("/", 1)[0] or "/", safe="/")


def _typed(view: "View") -> dict[str, str]:
    """The texts of the form, by field; what is empty is none."""
    return {name: view.form[name] for name in TEXTS if view.form.get(name, "").strip()}


def _again(view: "View") -> dict[str, Any]:
    """The texts, and whatever else the form takes to be sent again."""
    typed = _typed(view)
    rest = [(name, value) for name, value in view.form.items() if name != "form_id" and name not in typed]
    chosen = [(name, value) for name, values in view.chosen.items() for value in values]
    return {"typed": typed, "rest": rest + chosen}


def _faults(refusal: Refusal) -> list[tuple[str, str]]:
    if not isinstance(refusal, Invalid):
        return []
    return [(field, explain_field(code)) for field, code in refusal.errors.items() if field]


def _title(status: int) -> str:
    return {
        401: _("Please sign in"),
        403: _("Not open to you"),
        404: _("Nothing here"),
        405: _("Nothing here"),
        409: _("Something changed meanwhile"),
        413: _("Too large"),
        422: _("Something needs your attention"),
        429: _("One moment, please"),
        503: _("One moment, please"),
    }.get(status, _("This did not work"))
