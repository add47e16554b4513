"""What many people look for, counted in this process without keeping who they are.

A search changes nothing in the database, so tallies live in memory: for each query the people who asked it, as hashes
under a salt that is drawn at the start and lies nowhere else. Once five different people have asked the same, how many
they were is stored, once a minute; fewer leave no trace. What a process knew is lost when it ends: an accepted cost.
"""
import asyncio
import hashlib
import logging
import re
import secrets
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from auth.actor import Actor
from forum.kit.errors import Refusal
from forum.kit.transaction import UNAVAILABLE
from forum.searching.commands import keep_tallies
from search import text
from search.query import ParsedQuery

FEW: Final = 5
PERIOD: Final = timedelta(days=30)
MINUTE: Final = 60.0
MOST_WORDS: Final = 6
MOST_CHARACTERS: Final = 60
MOST_QUERIES: Final = 5_000  # of this process; the ones not asked for longest go first
MOST_PEOPLE: Final = 5_000  # of one query

# Names that are mentioned, addresses of mail and of pages, operators half typed, numbers that are somebody's.
_PERSONAL: Final = re.compile(r"[@:/\\]|\bwww\.|\w\.[^\W\d_]{2}|\d{5}")
_DIGITS: Final = re.compile(r"\d")
_EDGES: Final = re.compile(r"^[^\w.]+|[^\w+#]+$")

log = logging.getLogger(__name__)


class Tally(NamedTuple):
    """How many people began to ask a query on a day, in one ``run`` of counting."""

    run: int
    day: date
    query: str
    found: bool
    people: int


@dataclass(slots=True)
class _Asked:
    since: date
    run: int = field(default_factory=lambda: secrets.randbits(62))
    people: set[bytes] = field(default_factory=set)
    by_day: Counter[date] = field(default_factory=Counter)
    stored: Counter[date] = field(default_factory=Counter)


class Tallies:
    """Counts of one process; nobody is counted twice for a query within 30 days."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(16)
        self._asked: OrderedDict[tuple[str, bool], _Asked] = OrderedDict()

    def note(self, member_id: int, query: str, *, found: bool, today: date) -> None:
        asked = self._asked.get((query, found))
        if asked is None or today - asked.since >= PERIOD:
            asked = self._asked[query, found] = _Asked(today)
        self._asked.move_to_end((query, found))
        if len(self._asked) > MOST_QUERIES:
            self._asked.popitem(last=False)
        who = hashlib.blake2b(f"{member_id} {query}".encode(), digest_size=8, key=self._salt).digest()
        if who not in asked.people and len(asked.people) < MOST_PEOPLE:
            asked.people.add(who)
            asked.by_day[today] += 1

    async def flush(self, store: Callable[[list[Tally]], Awaitable[None]]) -> None:
        """Hand over what enough people have asked and is not stored yet; what ``store`` refuses waits."""
        due = [
            (asked, Tally(asked.run, day, query, found, people))
            for (query, found), asked in self._asked.items()
            if len(asked.people) >= FEW
            for day, people in asked.by_day.items()
            if people != asked.stored[day]
        ]
        if due:
            await store([tally for _, tally in due])
        for asked, tally in due:
            asked.stored[tally.day] = tally.people


tallies = Tallies()


def note(actor: Actor, parsed: ParsedQuery, *, found: bool) -> None:
    """A member in person has searched everything they may read; visitors and programs are not counted."""
    if actor.member_id is None or actor.session_id is None or actor.viewer_id is not None:
        return
    if (query := as_counted(parsed)) is not None:
        tallies.note(actor.member_id, query, found=found, today=datetime.now(UTC).date())


def as_counted(parsed: ParsedQuery) -> str | None:
    """The words of a query, folded, without its filters; None for what is not counted.

    That is what may tell of a person, and what is asked of one group: its words are its members' business.
    """
    said = " ".join((*parsed.words, *parsed.phrases))
    if parsed.authors or parsed.groups or _PERSONAL.search(said) or len(_DIGITS.findall(said)) > MOST_WORDS:
        return None
    words = [word for each in text.fold(said).split() if (word := _EDGES.sub("", each))]
    query = " ".join(words)
    return query if 1 <= len(words) <= MOST_WORDS and 2 <= len(query) <= MOST_CHARACTERS else None


async def flush() -> None:
    """Store what is due; while the database is away it waits for the next minute."""
    try:
        await tallies.flush(keep_tallies)
    except (*UNAVAILABLE, Refusal) as error:
        log.info("tallies of searches wait: %r", error)


async def keep() -> None:
    """For the life of a process that answers searches."""
    while True:
        await asyncio.sleep(MINUTE)
        await flush()
