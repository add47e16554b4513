"""A month or a year, as `2026-11` or `2026`. Pure."""
import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from forum.kit.errors import Invalid

_PERIOD: Final = re.compile(r"(20[0-9]{2})(?:-(0[1-9]|1[0-2]))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``first`` until before ``end``; ``name`` says it as it is asked for."""

    name: str
    first: date
    end: date


def period_of(asked: str, today: date, *, years: bool = True) -> Period:
    """The current month where nothing is asked. Raises Invalid for ``period``, without ``years`` also for a year."""
    found = _PERIOD.fullmatch(asked or f"{today:%Y-%m}")
    if found is None:
        raise Invalid({"period": "not_valid"})
    year = int(found.group(1))
    if found.group(2) is None and not years:
        raise Invalid({"period": "months_only"})
    if found.group(2) is None:
        return Period(found.group(), date(year, 1, 1), date(year + 1, 1, 1))
    month = int(found.group(2))
    return Period(found.group(), date(year, month, 1), date(year + month // 12, month % 12 + 1, 1))


def before(period: Period) -> str:
    """The month, or the year, before it; empty before this century's."""
    if "-" not in period.name:
        return str(period.first.year - 1) if period.first.year > 2000 else ""
    year, month = (period.first.year, period.first.month - 1) if period.first.month > 1 else (period.first.year - 1, 12)
    return f"{year}-{month:02}" if year >= 2000 else ""
