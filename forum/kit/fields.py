"""Texts of a form or a JSON body, cleaned, or refused by the name of their field."""
from collections.abc import Callable

from forum.kit.errors import Invalid
from forum.kit.text import TextError, clean_body, clean_line


def line_field(text: str, field: str, *, least: int = 0, most: int = 200) -> str:
    """One line of ``least`` to ``most`` code points."""
    return _named(field, lambda: clean_line(text, at_least=least, at_most=most))


def body_field(text: str, field: str, *, least: int = 1, most: int = 32_000) -> str:
    """A text of several lines, ``least`` to ``most`` code points."""
    return _named(field, lambda: clean_body(text, at_least=least, at_most=most))


def _named(field: str, clean: Callable[[], str]) -> str:
    try:
        return clean()
    except TextError as error:
        raise Invalid({field: error.code}) from error
