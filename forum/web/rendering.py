"""Pages out of pieces: a frame that is made once for each kind of reader, and the page's own content.

Content comes from a Jinja template (autoescaped; user text is only ever a value) or, where it must be fast,
from joined strings. The frame is kept by reader, so that a page costs its own content and nothing more.
"""

import re
from collections.abc import Hashable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from babel.numbers import format_decimal
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from auth.actor import Opened, Silence
from forum.web import dates, language, static
from forum.web.messages import explain, explain_field

if TYPE_CHECKING:
    from forum.web.page import View

DOMAINS: Final = (
    "members", "groups", "threads", "reading", "initiatives", "polls", "moderation", "curation",
    "notifications", "searching", "courses", "provisioning", "site",
)  # fmt: skip
PRIVATE: Final = {"Cache-Control": "private, no-cache", "Vary": "Cookie"}
_HOLE: Final = re.compile("\x01([a-z]+)\x02")


def _loader() -> ChoiceLoader:
    loaders = [PackageLoader("forum.web")]
    for domain in DOMAINS:
        try:
            loaders.append(PackageLoader(f"forum.{domain}"))
        except ValueError:
            continue  # a domain without pages of its own
    return ChoiceLoader(loaders)


@pass_context
def _when(context: Context, at: datetime | None) -> Markup:
    return dates.time_tag(at, context.get("zone", "UTC"))


@pass_context
def _in_full(context: Context, at: datetime) -> Markup:
    return dates.full_tag(at, context.get("zone", "UTC"))


@lru_cache(maxsize=5000)
def _grouped(number: int, locale: str) -> str:
    return str(format_decimal(number, locale=locale.replace("-", "_")))


def _initials(name: str) -> str:
    words = [word for word in name.split() if word[0].isalnum()]
    picked = words[:1] + words[1:][-1:]
    # The sign between them keeps Arabic letters from joining into a word.
    return "\u200c".join(word[0] for word in picked).upper() or "?"


def avatar(username: str, name: str) -> Markup:
    """Initials on one of eight tints; the name stands beside it, so it says nothing to a screen reader."""
    tint = sum(username.encode()) % 8
    return Markup('<span class="av t%s" aria-hidden="true">%s</span>') % (tint, _initials(name))


def kept(template: str, thing: Hashable, at: datetime | None, zone: str, **values: Hashable) -> Markup:
    """A small template of one frozen thing, kept for all who are shown it alike.

    ``at`` is the time whose age it tells: "3 h" is part of what it is kept by.
    """
    age = dates.moment(at, zone).short if at is not None else ""
    return _kept(template, thing, age, zone, language.spoken(), tuple(sorted(values.items())))


@lru_cache(maxsize=8000)
def _kept(
    template: str, thing: Hashable, age: str, zone: str, spoken: str, values: tuple[tuple[str, Hashable], ...]
) -> Markup:
    return Markup(_env.get_template(template).render(thing=thing, zone=zone, **dict(values)))  # noqa: S704 - autoescaped


def _environment() -> Environment:
    env = Environment(
        loader=_loader(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    env.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.policies["ext.i18n.trimmed"] = True
    env.filters["when"] = _when
    env.filters["in_full"] = _in_full
    env.filters["day"] = dates.day_of_year
    env.filters["grouped"] = lambda number: _grouped(number, language.formats())
    env.globals.update(
        asset=static.address,
        avatar=avatar,
        direction=language.direction,
        explain=explain,
        explain_field=explain_field,
        kept=kept,
        language_name=lambda code: dates.language_name(code, language.formats()),
        country_name=lambda code: dates.countries(language.formats()).get(code, code),
    )
    return env


_env: Final = _environment()


class Frame(NamedTuple):
    """What a frame depends on: the reader, their choices, the site; not the page."""

    language: str
    site: str
    username: str
    name: str
    unread: int
    staff: bool
    admin: bool
    moderates: bool
    waiting: bool
    viewing: bool
    theme: str
    keys: str
    section: str
    demo: str = ""
    opened: tuple[Opened, ...] = ()
    silence: Silence | None = None
    silenced_somewhere: bool = False
    zone: str = ""


@lru_cache(maxsize=1000)
def _pieces(frame: Frame) -> tuple[str, ...]:
    """The frame cut at its holes: text, hole's name, text, hole's name, …, text."""
    holes = {name: Markup(f"\x01{name}\x02") for name in ("title", "head", "next", "content", "said")}  # noqa: S704 - our names
    shown = _env.get_template("base.html").render(
        frame=frame, zone=frame.zone, lang=frame.language, dir=language.direction(frame.language), **holes
    )
    return tuple(_HOLE.split(shown))


def fragment(template: str, view: "View", /, **values: Any) -> Markup:
    """A template's text, with what every template knows of the request."""
    return Markup(_env.get_template(template).render(**_known(view), **values))  # noqa: S704 - autoescaped


def _known(view: "View") -> dict[str, Any]:
    return {"view": view, "actor": view.actor, "web": view.web, "zone": view.zone, "form_id": view.form_id}


def page(
    view: "View",
    template: str,
    /,
    *,
    title: str,
    section: str = "",
    status: int = 200,
    head: str = "",
    **values: Any,
) -> Response:
    """A whole page around a template's content."""
    content = fragment(template, view, title=title, **values)
    return whole(view, content, title=title, section=section, status=status, head=head)


def bare(view: "View", template: str, /, *, title: str, status: int = 200, **values: Any) -> Response:
    """A whole page without the site's frame around it: for a platform's frame or window."""
    content = fragment(template, view, title=title, **values)
    shown = fragment("bare.html", view, title=title, content=content, lang=language.spoken())
    return HTMLResponse(shown, status, PRIVATE)


def whole(
    view: "View", content: str, *, title: str, section: str = "", status: int = 200, head: str = ""
) -> Response:
    """A whole page around finished HTML; ``head`` is safe HTML too, ``title`` is text."""
    holes: Mapping[str, str] = {
        "title": str(escape(title)),
        "head": head,
        "next": view.here,
        "content": content,
        "said": view.said,
    }
    pieces = _pieces(view.frame(section))
    parts = [piece if n % 2 == 0 else holes[piece] for n, piece in enumerate(pieces)]
    return HTMLResponse("".join(parts), status, PRIVATE)
