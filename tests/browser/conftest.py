"""The stage for the tests of this folder."""
import pytest

from tests.browser.stage import empty_stage, pytest_pyfunc_call, pytest_sessionfinish, stage

__all__ = ["empty_stage", "pytest_pyfunc_call", "pytest_sessionfinish", "stage"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--new-picture", action="store_true", help="make the README's picture anew")
