"""The moments of a time poll on the reader's calendar and clock."""
from datetime import datetime
from zoneinfo import ZoneInfo

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
    """Hours and minutes there; the title tells the same in the zone in which the poll was asked."""
    here, there = zone_of(zone), zone_of(asked_in)
    start, end = starts_at.astimezone(here), ends_at.astimezone(here)
    told = f"{_clock(starts_at, here)}–{_clock(ends_at, here)}"
    if end.date() != start.date():
        day = format_date(end.date(), "EEE", locale=formats())
        told = f"{_clock(starts_at, here)} – {day} {_clock(ends_at, here)}"
    asked = f"{starts_at.astimezone(there):%Y-%m-%d} {_clock(starts_at, there)} {asked_in}"
    machine = starts_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="%s" title="%s">%s</time>') % (machine, asked, told)


def _clock(at: datetime, zone: ZoneInfo) -> str:
    """14:30; where clocks show that hour twice, with the name of the one that is meant."""
    return f"{at.astimezone(zone):%H:%M %Z}" if comes_twice(at, zone.key) else f"{at.astimezone(zone):%H:%M}"
