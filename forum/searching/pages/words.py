"""Filters and facets in the reader's words."""

from forum.web.dates import language_name
from forum.web.language import formats
from forum.web.language import gettext as _


def facet_names() -> dict[str, str]:
    """The facets in the order of the page."""
    return {
        "group": _("Group"),
        "kind": _("Kind"),
        "language": _("Language"),
        "year": _("Year"),
        "author": _("Written by"),
    }


def kind_names() -> dict[str, str]:
    return {"discussion": _("Discussion"), "question": _("Question"), "announcement": _("Announcement")}


def value_name(family: str, value: str, label: str) -> str:
    """A facet's value: codes get their names, names stay."""
    if family == "language":
        return language_name(value, formats())
    if family == "kind":
        return kind_names().get(value, value)
    return label


def describe(name: str, value: str) -> str:
    """A filter as it was understood."""
    value = value.lower() if name != "from" and name != "author" else value.removeprefix("@")
    match name:
        case "group":
            return _("in %(group)s") % {"group": value}
        case "from" | "author":
            return _("by %(name)s") % {"name": value}
        case "lang":
            return language_name(value, formats())
        case "kind":
            return kind_names().get(value, value)
        case "in":
            return _("in titles")
        case "is":
            return _("answered") if value == "answered" else _("unanswered")
        case "has":
            return _("with a link")
        case "after":
            return _("since %(date)s") % {"date": value}
        case "before":
            return _("before %(date)s") % {"date": value}
        case _:
            return f"{name}:{value}"
