"""Moments as a reader's eye takes them: short on the page, in full on a touch, both in their own zone."""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, get_month_names
from markupsafe import Markup

from forum.web.language import formats, gettext, spoken

MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86_400


class Moment(NamedTuple):
    """What a `<time>` shows: its machine form, the full text and the short one."""

    machine: str
    full: str
    short: str


@lru_cache(maxsize=600)
def zone(name: str) -> ZoneInfo:
    """The zone of that name, UTC for one that nobody knows."""
    return ZoneInfo(name if name in available_timezones() else "UTC")


def moment(at: datetime, zone_name: str, now: datetime | None = None) -> Moment:
    now = now or datetime.now(UTC)
    seconds = int((now - at).total_seconds())
    machine, full, day = _written(at, zone_name, spoken(), formats(), now.year)
    return Moment(machine, full, _short(seconds) or day)


def time_tag(at: datetime | None, zone_name: str, now: datetime | None = None) -> Markup:
    if at is None:
        return Markup("")
    machine, full, short = moment(at, zone_name, now)
    return Markup('<time datetime="%s" title="%s">%s</time>') % (machine, full, short)


def full_tag(at: datetime, zone_name: str) -> Markup:
    """With its time of day on the page itself: what ends within hours."""
    machine, full, _ = moment(at, zone_name)
    return Markup('<time datetime="%s">%s</time>') % (machine, full)


def _short(seconds: int) -> str | None:
    """`now`, `5 min`, `3 h`; None from a day on and for what is to come, where the date itself says more."""
    if seconds <= -MINUTE:
        return None
    if seconds < MINUTE:
        return gettext("now")
    if seconds < HOUR:
        return gettext("%(n)s min") % {"n": seconds // MINUTE}
    if seconds < DAY:
        return gettext("%(n)s h") % {"n": seconds // HOUR}
    return None


@lru_cache(maxsize=20_000)
def _written(at: datetime, zone_name: str, language: str, locale: str, year: int) -> tuple[str, str, str]:
    """Machine form, full text, day; ``language`` is there to keep the texts of two interfaces apart."""
    local = at.astimezone(zone(zone_name))
    month = get_month_names("abbreviated", locale=locale)[local.month]
    day = f"{local.day} {month}" if local.year == year else f"{local.day} {month} {local.year}"
    full = str(format_datetime(local, "d MMMM y, HH:mm z", locale=locale))
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), full, day


@lru_cache(maxsize=2000)
def _day(at: date, locale: str) -> str:
    return str(format_date(at, "d MMMM y", locale=locale))


def day_of_year(at: date) -> str:
    """A date that has no hour, and so no zone: 3 May 2027."""
    return _day(at, formats().replace("-", "_"))


def month_of_year(at: date) -> str:
    """A month and its year: May 2027."""
    return str(format_skeleton("yMMMM", at, locale=formats().replace("-", "_")))


@lru_cache(maxsize=16)
def countries(locale: str) -> dict[str, str]:
    """Codes and names of countries, by name."""
    found = Locale.parse(locale.replace("-", "_")).territories
    named = {code: str(name) for code, name in found.items() if len(code) == 2 and code not in NOT_COUNTRIES}
    return dict(sorted(named.items(), key=lambda item: item[1]))


@lru_cache(maxsize=16)
def languages(locale: str) -> dict[str, str]:
    """The languages that people here write in, named in the interface's language."""
    found = Locale.parse(locale.replace("-", "_")).languages
    return dict(sorted(((code, str(found[code])) for code in WRITTEN), key=lambda item: item[1]))


@lru_cache(maxsize=600)
def language_name(code: str, locale: str) -> str:
    """Any language's name, also of one that is not offered; the code itself where nobody has a name for it."""
    return str(Locale.parse(locale.replace("-", "_")).languages.get(code, code))


NOT_COUNTRIES: Final = frozenset({"EU", "EZ", "UN", "XA", "XB", "QO", "ZZ", "AC", "CP", "DG", "EA", "IC", "TA"})
WRITTEN: Final = (
    "am", "ar", "bg", "bn", "bs", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi",
    "hr", "hu", "hy", "id", "it", "ja", "ka", "kk", "km", "ko", "ky", "lo", "lt", "lv", "mk", "mn", "ms",
    "mt", "my", "ne", "nl", "no", "pl", "ps", "pt", "ro", "ru", "rw", "si", "sk", "sl", "so", "sq", "sr",
    "sv", "sw", "ta", "tg", "th", "tk", "tr", "uk", "ur", "uz", "vi", "wo", "yo", "zh", "zu",
)  # fmt: skip
