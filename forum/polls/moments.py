"""The moments of a time poll, from dates and times on somebody's wall to instants and back to another's; pure."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from forum.kit.errors import Invalid

YEARS: Final = range(2000, 2101)
MINUTES: Final = range(5, 7 * 24 * 60 + 1)


class Moment(NamedTuple):
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A row of the grid: a date in the reader's zone, and the instants (UTC) that fall on it, in order.

    They stay in UTC because Python holds a time that comes twice in its zone equal to no instant at all (PEP 495).
    """

    date: date
    instants: tuple[datetime, ...]


def moments(rows: Sequence[tuple[str, str]], zone: str, minutes: int) -> tuple[Moment, ...]:
    """Each ``minutes`` long and in order, from rows of an ISO date and a time in the zone, ``("2027-03-28", "14:30")``.

    Of a time that comes twice, when clocks are set back, it is the earlier (``comes_twice`` tells); one that never
    comes, when they are set forward, is refused. Invalid names ``zone`` (``unknown_zone``), ``minutes``
    (``out_of_range``) or the row, counted from 0: ``moments.2`` (``bad_date``, ``bad_time``, ``no_such_time``,
    ``double_moment``).
    """
    if zone not in available_timezones():
        raise Invalid({"zone": "unknown_zone"})
    if minutes not in MINUTES:
        raise Invalid({"minutes": "out_of_range"})
    wrong: dict[str, str] = {}
    found: set[datetime] = set()
    for number, row in enumerate(rows):
        try:
            instant = _instant(*row, ZoneInfo(zone))
        except _WrongRowError as refused:
            wrong[f"moments.{number}"] = refused.code
            continue
        if instant in found:
            wrong[f"moments.{number}"] = "double_moment"
        found.add(instant)
    if wrong:
        raise Invalid(wrong)
    return tuple(Moment(at, at + timedelta(minutes=minutes)) for at in sorted(found))


def instant(day: str, time_of_day: str, zone: str) -> datetime:
    """One moment (UTC) as in a row of ``moments``; Invalid's only field is ``moment``."""
    try:
        return _instant(day, time_of_day, ZoneInfo(zone))
    except _WrongRowError as refused:
        raise Invalid({"moment": refused.code}) from refused


def comes_twice(instant: datetime, zone: str) -> bool:
    """Whether the clocks of the zone show this instant's time once more, before or after it."""
    local = instant.astimezone(ZoneInfo(zone))
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def grid(instants: Iterable[datetime], zone: str) -> tuple[Day, ...]:
    """The days of the reader's zone in which the instants fall."""
    days: dict[date, list[datetime]] = {}
    for instant in sorted(instants):
        days.setdefault(instant.astimezone(ZoneInfo(zone)).date(), []).append(instant)
    return tuple(Day(date=day, instants=tuple(found)) for day, found in days.items())


class _WrongRowError(Exception):
    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def _instant(day_text: str, time_text: str, zone: ZoneInfo) -> datetime:
    try:
        day = date.fromisoformat(day_text.strip())
    except ValueError as error:
        raise _WrongRowError("bad_date") from error
    # Other years are typing mistakes, and near the ends of the calendar some zones leave it.
    if day.year not in YEARS:
        raise _WrongRowError("bad_date")
    try:
        clock = time.fromisoformat(time_text.strip())
    except ValueError as error:
        raise _WrongRowError("bad_time") from error
    if clock.tzinfo or clock.second or clock.microsecond:
        raise _WrongRowError("bad_time")
    local = datetime.combine(day, clock, tzinfo=zone)  # fold=0, the earlier of two
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise _WrongRowError("no_such_time")
    return instant
