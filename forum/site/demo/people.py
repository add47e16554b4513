"""The 1,600 members: the faces, the people written by hand, and the others made of name parts."""
import random
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from auth.actor import Status
from forum.kit.text import slugify
from forum.members.models import Gender, Sector
from forum.site.demo.cast import FACES, Face
from forum.site.demo.discussions import Person
from forum.site.demo.plan import MemberPlan

MEMBERS: Final = 1600
COUNTRIES: Final = 132
# Per mille of the members, as the course platform counted its participants.
SHARES: Final = {
    Sector.GOVERNMENT: 612,
    Sector.CIVIL_SOCIETY: 164,
    Sector.INTERNATIONAL_ORGANISATION: 136,
    Sector.BUSINESS: 40,
    Sector.ACADEMIA: 36,
    Sector.MEDIA: 8,
    Sector.OTHER: 4,
}
WOMEN: Final = 804
UNSAID: Final = 30
WAITING: Final = 9
_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Country:
    code: str
    region: str
    weight: int
    languages: tuple[str, ...]
    time_zone: str


def countries() -> list[Country]:
    """Read ``countries.txt``."""
    lines = (_HERE / "countries.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return [Country(code, region, int(w), tuple(langs.split(",")), tz) for code, region, w, langs, tz in rows]


def make_members(rng: random.Random, now: datetime, written: list[Person]) -> list[MemberPlan]:
    """Return all members, ids from 1: faces, hand-written people, generated ones."""
    members = [_from_face(number, face, now) for number, face in enumerate(FACES, start=1)]
    for person in written:
        members.append(_from_person(len(members) + 1, person, now))
    places = countries()
    unknown = {member.country for member in members} - {place.code for place in places}
    if unknown or len(places) != COUNTRIES:
        raise ValueError(f"countries.txt: {len(places)} countries, without {sorted(unknown)}")
    members += _generated(rng, now, places, members)
    return members


def _from_face(number: int, face: Face, now: datetime) -> MemberPlan:
    return MemberPlan(
        id=number,
        username=face.username,
        name=face.name,
        country=face.country,
        sector=face.sector,
        gender=face.gender,
        languages=face.languages,
        time_zone=face.time_zone,
        bio=face.bio,
        created_at=now - timedelta(days=2 if face.status is Status.PENDING else 1000 + number),
        email=face.email,
        status=face.status,
        staff=face.staff,
        suspended_until=now + face.suspended_for if face.suspended_for else None,
        suspension_reason=face.suspension_reason,
        subject=face.subject,
        written=True,
    )


def _from_person(number: int, person: Person, now: datetime) -> MemberPlan:
    return MemberPlan(
        id=number,
        username=person.username,
        name=person.name,
        country=person.country,
        sector=person.sector,
        gender=person.gender,
        languages=person.languages,
        time_zone=person.time_zone,
        bio=person.bio,
        created_at=now - timedelta(days=person.days_ago or 500 + 5 * number),
        written=True,
    )


def _generated(
    rng: random.Random, now: datetime, places: list[Country], before: list[MemberPlan]
) -> Iterator[MemberPlan]:
    missing = MEMBERS - len(before)
    sectors = _sectors(rng, Counter(member.sector for member in before))
    genders = _genders(rng, sum(member.gender is Gender.FEMALE for member in before), missing)
    bios = tomllib.loads((_HERE / "bios.toml").read_text(encoding="utf-8"))
    names = _Names(rng, before)
    spread = places * 3 + rng.choices(places, [place.weight for place in places], k=missing - 3 * len(places))
    rng.shuffle(spread)
    for index, (place, sector, gender) in enumerate(zip(spread, sectors, genders, strict=True)):
        waiting = index < WAITING
        name, username = names.make(place.region, gender)
        yield MemberPlan(
            id=len(before) + 1 + index,
            username=username,
            name=name,
            country=place.code,
            sector=sector,
            gender=gender,
            languages=_languages(rng, place),
            time_zone=place.time_zone,
            bio="" if waiting else _bio(rng, bios, place, sector),
            created_at=now - timedelta(hours=rng.uniform(3, 120) if waiting else _age(rng)),
            status=Status.PENDING if waiting else Status.ACTIVE,
        )


def _age(rng: random.Random) -> float:
    """Hours since somebody joined: three years and a little, more of them lately."""
    return 24 * (20 + 1100 * float(rng.random() ** 1.2))


def _sectors(rng: random.Random, taken: Counter[Sector]) -> list[Sector]:
    """Fill each sector up to its share, the largest remainders first."""
    exact = {sector: MEMBERS * share / 1000 for sector, share in SHARES.items()}
    counts = {sector: int(value) for sector, value in exact.items()}
    by_remainder = sorted(exact, key=lambda sector: counts[sector] - exact[sector])
    for sector in by_remainder[: MEMBERS - sum(counts.values())]:
        counts[sector] += 1
    left = [sector for sector, count in counts.items() for _ in range(count - taken[sector])]
    rng.shuffle(left)
    return left


def _genders(rng: random.Random, women: int, missing: int) -> list[Gender | None]:
    genders: list[Gender | None] = [Gender.FEMALE] * (WOMEN - women)
    genders += [None] * UNSAID
    genders += [Gender.MALE] * (missing - len(genders))
    rng.shuffle(genders)
    return genders


def _languages(rng: random.Random, place: Country) -> tuple[str, ...]:
    more = [code for code in ("en", "fr", "es") if code not in place.languages and rng.random() < 0.3]
    return (*place.languages, *more)


def _bio(rng: random.Random, bios: dict[str, dict[str, list[str]]], place: Country, sector: Sector) -> str:
    table = bios.get(place.languages[0], bios["en"])
    if rng.random() > 0.45:
        return ""
    role = rng.choice(table[sector.value])
    return f"{role} {rng.choice(table['interest'])}" if rng.random() < 0.6 else role


class _Names:
    """Joins name parts, each full name once."""

    def __init__(self, rng: random.Random, before: list[MemberPlan]) -> None:
        self.rng = rng
        self.parts = tomllib.loads((_HERE / "names.toml").read_text(encoding="utf-8"))
        self.names = {member.name for member in before}
        self.usernames = {member.username for member in before}

    def make(self, region: str, gender: Gender | None) -> tuple[str, str]:
        """Return a name and its username."""
        parts = self.parts[region]
        given = parts[gender.value] if gender else parts["female"] + parts["male"]
        while True:
            first, family = self.rng.choice(given), self.rng.choice(parts["family"])
            name = f"{family} {first}" if region == "chinese" else f"{first} {family}"
            if name not in self.names:
                break
        self.names.add(name)
        stem = slugify(name)[:36].rstrip("-")
        username, number = stem, 2
        while username in self.usernames:
            username, number = f"{stem}-{number}", number + 1
        self.usernames.add(username)
        return name, username
