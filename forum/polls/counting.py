"""From rows to the pure tally and back to JSON."""
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import asyncpg
import msgspec

from forum.polls.ballots import Rules
from forum.polls.models import Method, PollKind
from forum.polls.tally import Tally, tally


def rules_of(poll: Mapping[str, Any] | asyncpg.Record) -> Rules:
    """The rules in a row of ``polls``, or in the document that is made of one."""
    return Rules(
        kind=PollKind(poll["kind"]),
        method=Method(poll["method"]) if poll["method"] else None,
        most_choices=poll["most_choices"],
        score_max=poll["score_max"],
        block_needs_reason=poll["block_needs_reason"],
        quorum=poll["quorum"],
        share=poll["share"],
    )


def count(rules: Rules, options: Sequence[int], counted: Iterable[tuple[Mapping[int, int], int]]) -> Tally:
    """The tally of ballots that come with how many of them are equal."""
    return tally(rules, options, [marks for marks, number in counted for _ in range(number)])


def marks_of(stored: str) -> dict[int, int]:
    return msgspec.json.decode(stored, type=dict[int, int])
