"""The moments of a time poll on the reader's calendar and clock."""
from datetime import datetime

from babel.dates import format_date
from markupsafe import Markup

from forum.polls.moments import comes_twice
from forum.web.dates import moment
from forum.web.dates import zone as zone_of
from forum.web.language import formats


def day_of(at: datetime, zone: str) -> str:
    return str(format_date(at.astimezone(zone_of(zone)).date(), "EEE d MMMM y", locale=formats()))


def on_the_day(at: datetime, zone: str) -> Markup:
    """A moment to come, in full: a time of the day decides whether one is late."""
    machine, full, _ = moment(at, zone)
    return Markup('<time datetime="%s">%s</time>') % (machine, full)


def span(starts_at: datetime, ends_at: datetime, zone: str, asked_in: str) -> Markup:
    """Hours and minutes there; where clocks show the hour twice, with the name of the one that is meant.

    The title tells the same in the zone in which the poll was asked.
    """
    here, there = zone_of(zone), zone_of(asked_in)
    start, end = starts_at.astimezone(here), ends_at.astimezone(here)
    told = f"{start:%H:%M}–{end:%H:%M}"
    if end.date() != start.date():
        told = f"{start:%H:%M} – {format_date(end.date(), 'EEE', locale=formats())} {end:%H:%M}"
    if comes_twice(starts_at, str(here)):
        told += f" {start:%Z}"
    asked = f"{starts_at.astimezone(there):%Y-%m-%d %H:%M} {asked_in}"
    machine = starts_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="%s" title="%s">%s</time>') % (machine, asked, told)
