"""The stage for the tests of this folder."""
from tests.browser.stage import pytest_pyfunc_call, pytest_sessionfinish, stage

__all__ = ["pytest_pyfunc_call", "pytest_sessionfinish", "stage"]
