"""From the values of a claim to places in groups, by the rules in the settings; pure, so that a preview is true."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Any, Final

from auth.actor import GroupRole
from auth.places import Wanted
from config.places import VALUE_LENGTH
from config.settings import PlaceRule

VALUES: Final = 200
# Patterns that could take for ever are refused at start; what slow ones there are stop here, all values together.
SECONDS: Final = 0.25
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_CAPTURE: Final = re.compile(r"\{(\w+)\}")
_APART: Final = re.compile(r"[^a-z0-9]+")


class NotSettledError(Exception):
    """The claim does not say all: ``claim_missing``, ``claim_not_a_list``, ``too_many_values`` or ``too_slow``.

    Whoever is not said to be in a group would leave it, so a claim that is not there, or not whole, says nothing.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What became of one value: the rule that fits it (counted from 1) and the place, or why there is none.

    ``problem``: no_rule · no_group (what was captured makes no group's address) · too_long.
    """

    value: str
    rule: int | None = None
    wanted: Wanted | None = None
    problem: str | None = None


def findings(said: Mapping[str, Any], claim: str, rules: Sequence[PlaceRule]) -> list[Finding]:
    """Each value of the claim, and the place that the first rule which fits it makes; raises NotSettledError."""
    until = monotonic() + SECONDS
    found = []
    for value in values_of(said, claim):
        found.append(_finding(value, rules))
        if monotonic() > until:
            raise NotSettledError("too_slow")
    return found


def values_of(said: Mapping[str, Any], claim: str) -> list[str]:
    """The claim's texts: a list of them or a single one; what else stands in the list is passed over."""
    value = find(said, claim)
    if value is None:
        raise NotSettledError("claim_missing")
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        raise NotSettledError("claim_not_a_list")
    if len(value) > VALUES:
        raise NotSettledError("too_many_values")
    return list(dict.fromkeys(one for one in value if isinstance(one, str)))


def find(said: Mapping[str, Any], path: str) -> Any:
    """What stands at a path with dots; a name may hold dots itself (`https://example.org/groups`)."""
    if path in said:
        return said[path]
    for head, rest in _splits(path):
        inner = said.get(head)
        if isinstance(inner, Mapping) and (value := find(inner, rest)) is not None:
            return value
    return None


def _splits(path: str) -> Iterator[tuple[str, str]]:
    for at, letter in enumerate(path):
        if letter == ".":
            yield path[:at], path[at + 1 :]


def _finding(value: str, rules: Sequence[PlaceRule]) -> Finding:
    if len(value) > VALUE_LENGTH:
        return Finding(value=value[:VALUE_LENGTH] + "…", problem="too_long")
    for number, rule in enumerate(rules, 1):
        if (captured := _captured(value, rule)) is None:
            continue
        group = _CAPTURE.sub(lambda name: _slug_part(captured[name[1]]), rule.group)
        if not _SLUG.fullmatch(group := group.strip("-")):
            return Finding(value=value, rule=number, problem="no_group")
        wanted = Wanted(group=group, role=GroupRole(rule.role), ends_at_once=rule.on_leave == "remove")
        return Finding(value=value, rule=number, wanted=wanted)
    return Finding(value=value, problem="no_rule")


def _captured(value: str, rule: PlaceRule) -> Mapping[str, str] | None:
    """What the rule captures of a value that it fits; None: it does not."""
    if rule.exact is not None:
        return {} if value == rule.exact else None
    if rule.prefix is not None:
        return {"rest": value.removeprefix(rule.prefix)} if value.startswith(rule.prefix) else None
    found = _compiled(rule.pattern or "").fullmatch(value)
    if found is None:
        return None
    numbered = {str(number): text or "" for number, text in enumerate(found.groups(), 1)}
    return numbered | {name: text or "" for name, text in found.groupdict().items()}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _slug_part(text: str) -> str:
    """`DIP_2026/Geneva` → `dip-2026-geneva`"""
    return _APART.sub("-", text.lower()).strip("-")
