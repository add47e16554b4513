"""What reads rosters in this process, installed by whoever starts it."""
from dataclasses import dataclass

from auth.directory import Directory
from auth.lti.campus import Campus
from auth.places import Places


@dataclass(frozen=True, slots=True)
class Readers:
    """The way to the platforms, and to the people and places of the forum."""

    campus: Campus
    directory: Directory
    places: Places


_readers: Readers | None = None


def install(readers: Readers | None) -> None:
    global _readers
    _readers = readers


def readers() -> Readers:
    """RuntimeError in a process without the site's secret: it cannot sign for us."""
    if _readers is None:
        raise RuntimeError("rosters are read where site.secret_key is set")
    return _readers
