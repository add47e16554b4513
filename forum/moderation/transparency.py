"""The half-years of the transparency report, and what was counted in one as a document and as a table."""
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from forum.moderation.models import AppealOutcome, CaseOrigin, Decision, FlagReason, SanctionKind
from forum.moderation.schemas import TransparencyReport, VerdictCount

Counts = Mapping[tuple[str, str, str], int]


class HalfYear(NamedTuple):
    """January to June is the first half, July to December the second, in UTC."""

    year: int
    half: int

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.half}"

    @property
    def begins(self) -> date:
        return date(self.year, 1 if self.half == 1 else 7, 1)

    @property
    def after(self) -> "HalfYear":
        return HalfYear(self.year, 2) if self.half == 1 else HalfYear(self.year + 1, 1)

    @property
    def before(self) -> "HalfYear":
        return HalfYear(self.year, 1) if self.half == 2 else HalfYear(self.year - 1, 2)


def half_year_of(day: date) -> HalfYear:
    return HalfYear(day.year, 1 if day.month <= 6 else 2)


def report(period: HalfYear, found: Mapping[str, Any]) -> TransparencyReport:
    """The document; ``found`` is the answer of ``queries/transparency.py``."""
    counts: Counts = {(what, first, second): count for what, first, second, count in found["counts"]}

    def each(what: str, kinds: Any) -> dict[str, int]:
        return {kind.value: counts.get((what, kind.value, ""), 0) for kind in kinds}

    return TransparencyReport(
        period=str(period),
        begins=period.begins,
        ends=period.after.begins - timedelta(days=1),
        complete=found["complete"],
        earlier=str(period.before) if found["earlier"] else None,
        later=str(period.after) if found["complete"] else None,
        flags=each("flag", FlagReason),
        cases=each("case", CaseOrigin),
        verdicts=_verdicts(counts),
        median_hours=_rounded(found["median_hours"]),
        within_a_day=_rounded(found["within_a_day"], 3),
        appeals=counts.get(("appeal", "", ""), 0),
        outcomes=each("outcome", AppealOutcome),
        appeal_median_hours=_rounded(found["appeal_median_hours"]),
        automatic_hides=counts.get(("automatic", "", ""), 0),
        automatic_hides_confirmed=counts.get(("confirmed", "", ""), 0),
        sanctions=each("sanction", SanctionKind),
        undone=counts.get(("undone", "", ""), 0),
    )


def _verdicts(counts: Counts) -> list[VerdictCount]:
    reasons = [(reason.value, reason) for reason in FlagReason] + [("", None)]
    return [
        VerdictCount(decision, reason, count)
        for decision in Decision
        for value, reason in reasons
        if (count := counts.get(("verdict", decision.value, value), 0))
    ]


def _rounded(number: float | None, digits: int = 1) -> float | None:
    return None if number is None else round(number, digits)


def table(made: TransparencyReport) -> Iterator[tuple[str, str, str, str]]:
    """Rows of period, what was counted, which kind of it, and the number; empty where nothing gave a number."""
    rows: list[tuple[str, str, float | None]] = [
        *(("flags", reason, count) for reason, count in made.flags.items()),
        *(("cases", origin, count) for origin, count in made.cases.items()),
        *(("verdicts", f"{one.decision.value} {one.reason.value if one.reason else ''}".strip(), one.count)
          for one in made.verdicts),
        ("median_hours", "", made.median_hours),
        ("within_a_day", "", made.within_a_day),
        ("appeals", "", made.appeals),
        *(("outcomes", outcome, count) for outcome, count in made.outcomes.items()),
        ("appeal_median_hours", "", made.appeal_median_hours),
        ("automatic_hides", "", made.automatic_hides),
        ("automatic_hides_confirmed", "", made.automatic_hides_confirmed),
        *(("sanctions", kind, count) for kind, count in made.sanctions.items()),
        ("undone", "", made.undone),
    ]  # fmt: skip
    for what, kind, number in rows:
        yield made.period, what, kind, "" if number is None else str(number)
