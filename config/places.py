"""Rules that make places in groups of what a provider says, as an operator writes them: checked at start, in full.

A pattern runs on what a provider sends, so one that could take for ever is refused: Python's expressions backtrack.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from importlib import import_module
from typing import Any, Final, get_args, get_type_hints

from config.settings import PlaceRule

VALUE_LENGTH: Final = 255
_WAYS: Final = ("exact", "prefix", "pattern")
_KEYS: Final = tuple(item.name for item in fields(PlaceRule))
_REQUIRED: Final = {item.name for item in fields(PlaceRule) if item.default is MISSING}
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_CAPTURE: Final = re.compile(r"\{(\w+)\}")
# Python's own parser of expressions; there is no other way to ask one what it repeats.
_parser: Final[Any] = import_module("re._parser")
_VARIABLE_REPEATS: Final = 3


class BadRulesError(ValueError):
    """Every mistake in a list of rules: where in it (`[2].pattern`) and what would be right."""

    def __init__(self, mistakes: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{where}: {words}" for where, words in mistakes))
        self.mistakes = mistakes


def place_rules(tables: object) -> tuple[PlaceRule, ...]:
    """`[[auth.providers.NAME.places]]` as rules, in their order; BadRulesError with all that is wrong."""
    if not isinstance(tables, list | tuple) or not all(isinstance(table, dict) for table in tables):
        raise BadRulesError([("", "must be tables in the settings file, [[auth.providers.NAME.places]] for each rule")])
    mistakes = [(f"[{n}]{where}", words) for n, table in enumerate(tables, 1) for where, words in _mistakes(table)]
    if mistakes:
        raise BadRulesError(mistakes)
    return tuple(PlaceRule(**table) for table in tables)


def _mistakes(table: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    hints = get_type_hints(PlaceRule)
    for name, value in table.items():
        if name not in _KEYS:
            near = difflib.get_close_matches(name, _KEYS, n=1)
            yield f".{name}", "there is no such key" + (f"; did you mean {near[0]}?" if near else "")
        elif not isinstance(value, str) or not value or not value.isprintable() or len(value) > VALUE_LENGTH:
            yield f".{name}", f"must be a text in quotes, of 1 to {VALUE_LENGTH} characters on one line"
        elif name in ("role", "on_leave") and value not in get_args(hints[name]):
            yield f".{name}", "must be " + " or ".join(f'"{choice}"' for choice in get_args(hints[name]))
    for name in sorted(_REQUIRED - table.keys()):
        yield f".{name}", "is missing"
    given = [way for way in _WAYS if way in table]
    if len(given) != 1:
        yield "", "must hold exactly one of exact, prefix and pattern"
        return
    text, group = table[given[0]], table.get("group")
    if isinstance(text, str) and isinstance(group, str):
        yield from _template_mistakes(given[0], text, group)


def _template_mistakes(way: str, text: str, group: str) -> Iterator[tuple[str, str]]:
    captures = {"exact": set[str](), "prefix": {"rest"}}.get(way)
    if captures is None:
        try:
            compiled = re.compile(text)
            unbounded = _backtracks(_parser.parse(text))
        except (re.error, OverflowError, RecursionError) as error:
            yield ".pattern", f"is no regular expression: {error}"
            return
        if unbounded:
            yield ".pattern", unbounded
        captures = {*map(str, range(1, compiled.groups + 1)), *compiled.groupindex}
    for name in _CAPTURE.findall(group):
        if name not in captures:
            yield ".group", f"names {{{name}}}, which this rule does not capture"
    if not _SLUG.fullmatch(_CAPTURE.sub("x", group)):
        yield ".group", "must be a group's address: small letters, digits and hyphens, with captures as {1} or {name}"


def _backtracks(parsed: Any) -> str | None:
    """Why a pattern could take for ever on a text that almost matches; None: it cannot."""
    repeats = list(_repeats(parsed))
    for _least, most, body in repeats:
        if most > 1 and any(kind == "branch" for kind in _kinds(body)):
            return "must not repeat a choice (a|b)*: on some texts that takes for ever"
        if most > 1 and any(least != most for least, most, _body in _repeats(body)):
            return "must not repeat what is repeated inside, such as (a+)*: on some texts that takes for ever"
    if sum(most - least > 9 for least, most, _ in repeats) > _VARIABLE_REPEATS:
        return f"must hold at most {_VARIABLE_REPEATS} repeats such as * or +"
    return None


def _repeats(parsed: Any) -> Iterator[tuple[int, int, Any]]:
    for operation, argument in parsed:
        if str(operation) in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            yield int(argument[0]), int(argument[1]), argument[2]
        for part in _parts(argument):
            yield from _repeats(part)


def _kinds(parsed: Any) -> Iterator[str]:
    for operation, argument in parsed:
        yield str(operation).lower()
        for part in _parts(argument):
            yield from _kinds(part)


def _parts(argument: Any) -> Iterator[Any]:
    """The expressions inside of one operation's argument, however deep its tuples and lists."""
    if isinstance(argument, _parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for each in argument:
            yield from _parts(each)
