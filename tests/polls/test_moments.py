"""Dates and times on a wall become instants and come back; what no clock shows is refused."""
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.kit.errors import Invalid
from forum.polls.moments import Moment, comes_twice, grid, moments

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Nairobi", "UTC")
MINUTES = st.integers(980_000_000 // 60, 4_100_000_000 // 60)
INSTANTS = MINUTES.map(lambda minute: datetime.fromtimestamp(minute * 60, UTC))


def starts(rows: list[tuple[str, str]], zone: str = "Europe/Berlin") -> list[datetime]:
    return [one.starts_at for one in moments(rows, zone, 60)]


def refused(rows: list[tuple[str, str]], zone: str = "Europe/Berlin") -> dict[str, str]:
    with pytest.raises(Invalid) as wrong:
        moments(rows, zone, 60)
    return wrong.value.errors


def test_instants_are_told_in_their_order() -> None:
    rows = [("2027-06-02", "09:00"), ("2027-06-01", "14:30"), (" 2027-01-10 ", "09:05:00")]
    assert [at.isoformat() for at in starts(rows)] == [
        "2027-01-10T08:05:00+00:00",
        "2027-06-01T12:30:00+00:00",
        "2027-06-02T07:00:00+00:00",
    ]


def test_a_time_that_no_clock_shows_is_refused_by_its_row() -> None:
    rows = [("2027-03-28", "01:59"), ("2027-03-28", "02:00"), ("2027-03-28", "02:59"), ("2027-03-28", "03:00")]
    assert refused(rows) == {"moments.1": "no_such_time", "moments.2": "no_such_time"}
    assert refused([("2011-12-30", "12:00")], "Pacific/Apia") == {"moments.0": "no_such_time"}
    assert starts(rows, "Africa/Nairobi")


def test_of_a_time_that_comes_twice_it_is_the_first_and_that_can_be_told() -> None:
    (at,) = starts([("2027-10-31", "02:30")])
    assert at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert comes_twice(at, "Europe/Berlin")
    assert comes_twice(at + timedelta(hours=1), "Europe/Berlin")
    assert not comes_twice(at, "Africa/Nairobi")
    assert not comes_twice(at - timedelta(hours=1), "Europe/Berlin")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("", "10:00"), "bad_date"),
        (("31.12.2027", "10:00"), "bad_date"),
        (("2027-02-29", "10:00"), "bad_date"),
        (("0001-01-01", "00:00"), "bad_date"),
        (("9999-12-31", "23:59"), "bad_date"),
        (("2027-01-01", ""), "bad_time"),
        (("2027-01-01", "24:00"), "bad_time"),
        (("2027-01-01", "10:00:30"), "bad_time"),
        (("2027-01-01", "10:00+02:00"), "bad_time"),
    ],
)
def test_what_is_no_date_or_time_is_refused_by_its_row(row: tuple[str, str], code: str) -> None:
    assert refused([("2027-01-01", "09:00"), row]) == {"moments.1": code}


def test_a_moment_comes_once_and_a_zone_has_a_name() -> None:
    assert refused([("2027-01-01", "09:00"), ("2027-01-01", "09:00:00")]) == {"moments.1": "double_moment"}
    assert refused([("2027-01-01", "09:00")], "Europe/Atlantis") == {"zone": "unknown_zone"}
    assert refused([], "../../etc/passwd") == {"zone": "unknown_zone"}


@pytest.mark.parametrize("minutes", [-60, 0, 4, 10_081, 10**12])
def test_a_length_is_minutes_to_a_week(minutes: int) -> None:
    with pytest.raises(Invalid) as wrong:
        moments([("2027-01-01", "09:00")], "UTC", minutes)
    assert wrong.value.errors == {"minutes": "out_of_range"}


def test_a_moment_lasts_its_minutes_whatever_the_clocks_do() -> None:
    assert moments([("2027-03-28", "01:30")], "Europe/Berlin", 90) == (
        Moment(datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 2, 0, tzinfo=UTC)),
    )


@given(st.sampled_from(ZONES), INSTANTS)
def test_what_a_clock_shows_comes_back_as_the_same_instant(zone: str, at: datetime) -> None:
    shown = at.astimezone(ZoneInfo(zone))
    (found,) = starts([(shown.strftime("%Y-%m-%d"), shown.strftime("%H:%M"))], zone)
    assert found == at or (comes_twice(at, zone) and timedelta(0) < at - found <= timedelta(hours=1))


@given(st.lists(INSTANTS, unique=True, max_size=12), st.sampled_from(ZONES))
def test_the_grid_holds_every_instant_once_on_its_day_there(instants: list[datetime], zone: str) -> None:
    days = grid(instants, zone)
    assert [at for day in days for at in day.instants] == sorted(instants)
    assert all(at.astimezone(ZoneInfo(zone)).date() == day.date for day in days for at in day.instants)
    assert [day.date for day in days] == sorted({day.date for day in days})


def test_one_instant_stands_on_different_days_of_different_readers() -> None:
    at = datetime(2027, 5, 1, 22, 0, tzinfo=UTC)
    assert grid([at], "America/New_York")[0].date == date(2027, 5, 1)
    assert grid([at], "Asia/Tokyo")[0].date == date(2027, 5, 2)
