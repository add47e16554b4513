"""Refusals as pages: what happened, what to do, and the text that was typed."""

from typing import TYPE_CHECKING, Final
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


def refusal_page(view: "View", refusal: Refusal) -> Response:
    """The page of a refusal; for a reader who is not signed in, the way to the door."""
    typed = bool(view.form.get("body", "").strip())
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
        again=_typed_fields(view) if typed else None,
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
        again=_typed_fields(view) if view.form.get("body", "").strip() else None,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _before(view: "View") -> str:
    """Where a POST came from, as far as its own path tells: a form's page is the path above it."""
    return quote(view.request.url.path.rsplit("/", 1)[0] or "/", safe="/")


def _typed_fields(view: "View") -> dict[str, str]:
    return {name: value for name, value in view.form.items() if name != "form_id"}


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
