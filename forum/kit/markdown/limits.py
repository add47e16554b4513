"""Keeps the parser's work in proportion to the text, whatever the text is.

markdown-it is close to linear on what people write. These rules count its work, so that a text which makes
it look at the same characters again and again, or is nothing but marks, is given up early (``CostError``);
depths and tables are capped in such a way that what is refused stays as it was written.
"""
from collections.abc import Callable
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

MAX_DEPTH: Final = 20
MAX_COLUMNS: Final = 50
MAX_ROWS: Final = 500
MAX_CELLS: Final = 2_500
MAX_FOOTNOTE_LABEL: Final = 100
MAX_FOOTNOTE_CALLS: Final = 300
IMAGES_DEEP: Final = 2
MAX_RUN: Final = 20
# Steps of the parser, about 3 µs each. Written text needs one for some five characters; the fixed part is
# for short texts, which may be as strange as they like.
STEPS: Final = 6_000
STEPS_PER_CHARACTER: Final = 0.6
STEPS_PER_BLOCK: Final = 10
STEPS_PER_LINE: Final = 2
STEPS_PER_CELL: Final = 3
STEPS_PER_BRACKET: Final = 3
STEPS_PER_EMPHASIS: Final = 2

BlockRule = Callable[[StateBlock, int, int, bool], bool]
InlineRule = Callable[[StateInline, bool], bool]


class CostError(Exception):
    """The text needs more work than its length can justify."""


def steps_for(length: int) -> int:
    """Return how many steps a text of so many code points may take."""
    return STEPS + int(length * STEPS_PER_CHARACTER)


def new_budget(steps: int) -> dict[str, Any]:
    """Return what one render may spend."""
    return {
        "steps": steps,
        "cells": MAX_CELLS,
        "notes": MAX_FOOTNOTE_CALLS,
        "depth": 0,
        "images": 0,
    }


def install(md: MarkdownIt) -> None:
    """Put the limits around the rules of a parser that has all its rules already."""
    block, inline = md.block.ruler, md.inline.ruler
    for name in ("blockquote", "list", "footnote_def"):
        _around(block, name, _contained)
    _around(block, "blockquote", _counted_line)
    _around(block, "table", _capped)
    _around(inline, "text", _counted_token)
    _around(inline, "emphasis", _short_run)
    _around(inline, "strikethrough", _counted_tilde)
    _around(inline, "link", _counted_bracket)
    _around(inline, "image", _counted_bracket)
    _around(inline, "image", _shallow)
    _around(inline, "footnote_ref", _few_and_short)


def _around(ruler: Any, name: str, limit: Callable[[Any], Any]) -> None:
    rule = ruler.__rules__[ruler.__find__(name)]
    ruler.at(name, limit(rule.fn), {"alt": list(rule.alt)})


def pay(env: Any, steps: int) -> None:
    """Take steps from what is left; raises ``CostError`` when there is nothing."""
    env["steps"] -= steps
    if env["steps"] < 0:
        raise CostError


class BoundedInline(ParserInline):
    """The inline parser, which pays for each look-ahead and does not look into brackets too deep."""

    def skipToken(self, state: StateInline) -> None:  # noqa: N802 - markdown-it's name
        """Step over one token, or to the end when brackets are nested too deep."""
        pay(state.env, 1)
        if state.level >= MAX_DEPTH:
            state.pos = state.posMax
            return
        super().skipToken(state)


def _counted_token(rule: InlineRule) -> InlineRule:
    def counted_token(state: StateInline, silent: bool) -> bool:
        pay(state.env, 1)
        return rule(state, silent)

    return counted_token


def _counted_tilde(rule: InlineRule) -> InlineRule:
    def counted_tilde(state: StateInline, silent: bool) -> bool:
        if state.src[state.pos] != "~":
            return False
        pay(state.env, 2 * STEPS_PER_EMPHASIS)
        return rule(state, silent)

    return counted_tilde


def _counted_bracket(rule: InlineRule) -> InlineRule:
    def counted_bracket(state: StateInline, silent: bool) -> bool:
        if state.src[state.pos] not in "![":
            return False
        pay(state.env, STEPS_PER_BRACKET)
        return rule(state, silent)

    return counted_bracket


def _short_run(rule: InlineRule) -> InlineRule:
    """Leave a long row of asterisks or underscores alone: nobody means ten levels of emphasis."""

    def short_run(state: StateInline, silent: bool) -> bool:
        mark = state.src[state.pos]
        if mark not in "*_":
            return False
        pay(state.env, STEPS_PER_EMPHASIS)
        if not state.src.startswith(mark * (MAX_RUN + 1), state.pos):
            return rule(state, silent)
        start = state.pos
        while state.pos < state.posMax and state.src[state.pos] == mark:
            state.pos += 1
        if not silent:
            state.append_pending(state.src[start : state.pos])
        return True

    return short_run


def _counted_line(rule: BlockRule) -> BlockRule:
    """Count where every line is asked whether a quote begins there, by each block that may end there.

    A quote reads its lines before what is in it, and so does a quote in that one.
    """

    def counted_line(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        pay(state.env, STEPS_PER_LINE)
        if not silent and state.parentType == "blockquote":
            pay(state.env, (end - start) // 3)
        return rule(state, start, end, silent)

    return counted_line


def _contained(rule: BlockRule) -> BlockRule:
    """Refuse a container beyond the depth."""

    def contained(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        if state.env["depth"] >= MAX_DEPTH:
            return False
        state.env["depth"] += 1
        try:
            return rule(state, start, end, silent)
        finally:
            state.env["depth"] -= 1

    return contained


def _capped(rule: BlockRule) -> BlockRule:
    """Refuse a table that is too wide; let what is too long go on as a paragraph.

    This is the first rule that each block is tried with, so blocks are counted here.
    """

    def capped(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        if not silent:
            pay(state.env, STEPS_PER_BLOCK)
        if not rule(state, start, end, True):
            return False
        line = state.src[state.bMarks[start + 1] : state.eMarks[start + 1]]
        columns = line.strip(" \t|").count("|") + 1
        rows = min(MAX_ROWS, state.env["cells"] // columns - 1)
        if columns > MAX_COLUMNS or rows < 1:
            return False
        if silent:
            return True
        found = rule(state, start, min(end, start + 2 + rows), False)
        cells = columns * (state.line - start)
        state.env["cells"] -= cells
        pay(state.env, cells * STEPS_PER_CELL)
        return found

    return capped


def _shallow(rule: InlineRule) -> InlineRule:
    """Refuse images within the text of images within the text of images: each is parsed anew."""

    def shallow(state: StateInline, silent: bool) -> bool:
        if silent:
            return rule(state, silent)
        if state.env["images"] >= IMAGES_DEEP:
            return False
        state.env["images"] += 1
        try:
            return rule(state, silent)
        finally:
            state.env["images"] -= 1

    return shallow


def _few_and_short(rule: InlineRule) -> InlineRule:
    """Look for a footnote's bracket no further than a label is long, and show only so many."""

    def few_and_short(state: StateInline, silent: bool) -> bool:
        if state.src[state.pos] != "[" or state.env["notes"] <= 0:
            return False
        if state.src.find("]", state.pos, state.pos + MAX_FOOTNOTE_LABEL) < 0 or not rule(state, silent):
            return False
        state.env["notes"] -= 0 if silent else 1
        return True

    return few_and_short
