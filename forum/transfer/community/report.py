"""What an import did, for the operator who started it."""
from dataclasses import dataclass, field
from typing import Final

# So many broken lines are told one by one; beyond, they are only counted.
TOLD: Final = 10_000


@dataclass(slots=True)
class Report:
    """Counts of what was added; ``skipped`` were here before, or stood in the file twice.

    ``broken`` are (line number, reason) in the order of the file, at most 10,000; ``broken_count`` counts
    them all. ``empty`` messages held nothing to read, ``oversize`` ones more than 32,000 code points; both
    are in. ``seconds`` is the time of the whole run.
    """

    groups: int = 0
    members: int = 0
    threads: int = 0
    posts: int = 0
    skipped: int = 0
    empty: int = 0
    oversize: int = 0
    broken: list[tuple[int, str]] = field(default_factory=list)
    broken_count: int = 0
    seconds: float = 0.0

    def refuse(self, line: int, reason: str) -> None:
        """Note why a line of the file, counted from 1, stays outside."""
        self.broken_count += 1
        if len(self.broken) < TOLD:
            self.broken.append((line, reason))
