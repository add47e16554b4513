"""What is counted of searches, and what leaves no trace: the pure part."""
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.searching import trending
from forum.searching.trending import FEW, MOST_CHARACTERS, Tallies, Tally, as_counted
from search.query import parse

pytestmark = pytest.mark.anyio

TODAY = date(2026, 3, 1)


class Store:
    """What was handed over; ``broken`` takes nothing."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, date], Tally] = {}
        self.calls = 0
        self.broken = False

    async def __call__(self, tallies: list[Tally]) -> None:
        self.calls += 1
        if self.broken:
            raise TimeoutError
        self.rows |= {(tally.run, tally.day): tally for tally in tallies}

    def people(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for tally in self.rows.values():
            found[tally.query] = found.get(tally.query, 0) + tally.people
        return found


@pytest.mark.parametrize(
    ("q", "counted"),
    [
        ("Route Servers", "route servers"),
        ('"Politique  d’accès" lang:fr sort:new after:2025', "politique d'acces"),
        ("RFC 9110?", "rfc 9110"),
        ("C++ .org", "c++ .org"),
        ("数据 保护", "数据 保护"),
        ("=cmd|' /C calc'!A0", None),
        ("-draft", None),
        ("from:ada peering", None),
        ("from: ada", None),
        ("@ada said", None),
        ("ada@example.org", None),
        ("https://example.org/x", None),
        ("example.org", None),
        ("+356 2133 3323", None),
        ("call 21333323", None),
        ("board minutes group:hidden-group", None),
        ("one two three four five six seven", None),
        ("x" * 61, None),
        ("x", None),
        ("", None),
    ],
)
def test_what_may_name_somebody_is_not_counted(q: str, counted: str | None) -> None:
    assert as_counted(parse(q)) == counted


@given(q=st.text(max_size=200))
def test_whatever_is_typed_is_counted_as_a_short_line_or_not_at_all(q: str) -> None:
    query = as_counted(parse(q))
    if query is not None:
        assert 2 <= len(query) <= MOST_CHARACTERS and "@" not in query and query[0] not in "=+-"


async def test_fewer_than_five_people_leave_no_trace() -> None:
    tallies, store = Tallies(), Store()
    for member in [*range(FEW - 1)] * 3:
        tallies.note(member, "peering", found=True, today=TODAY)
    await tallies.flush(store)
    assert store.calls == 0
    tallies.note(99, "peering", found=True, today=TODAY + timedelta(days=1))
    await tallies.flush(store)
    assert store.people() == {"peering": FEW}
    await tallies.flush(store)
    assert store.calls == 1, "nothing new, nothing said"


async def test_what_could_not_be_stored_waits() -> None:
    tallies, store = Tallies(), Store()
    for member in range(FEW):
        tallies.note(member, "peering", found=False, today=TODAY)
    store.broken = True
    with pytest.raises(TimeoutError):
        await tallies.flush(store)
    store.broken = False
    tallies.note(FEW, "peering", found=False, today=TODAY)
    await tallies.flush(store)
    assert store.people() == {"peering": FEW + 1}


async def test_a_person_counts_again_after_thirty_days_in_a_count_of_its_own() -> None:
    tallies, store = Tallies(), Store()
    for day in (TODAY, TODAY + timedelta(days=29), TODAY + timedelta(days=30)):
        for member in range(FEW):
            tallies.note(member, "peering", found=True, today=day)
    await tallies.flush(store)
    assert [(tally.day, tally.people) for tally in store.rows.values()] == [(TODAY + timedelta(days=30), FEW)]


async def test_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trending, "MOST_QUERIES", 3)
    tallies, store = Tallies(), Store()
    for query in ("first", "second", "third", "fourth"):
        for member in range(FEW):
            tallies.note(member, query, found=True, today=TODAY)
    await tallies.flush(store)
    assert set(store.people()) == {"second", "third", "fourth"}
