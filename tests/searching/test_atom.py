"""The document of a feed, and what the log says of its address."""
import logging
from datetime import UTC, datetime
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from config.logging import JsonLines
from forum.searching.feeds import Addresses
from forum.web.atom import ATOM, Entry, Feed, atom
from tests.support.clients import BASE

NS = {"a": ATOM}


def test_the_key_stands_in_no_log() -> None:
    path = Addresses(BASE, b"secret").address(7, 1)
    record = logging.LogRecord("x", logging.ERROR, "x", 1, "GET %s failed", (path,), None)
    assert path.rpartition("/")[2] not in JsonLines().format(record)
    assert "/feeds/searches/7/" in JsonLines().format(record)


@given(text=st.text(max_size=80), other=st.text(max_size=40))
def test_it_is_well_formed_whatever_was_written(text: str, other: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    entry = Entry(f"{BASE}/p/1", text, other, text, "en", now, now, text)
    document = atom(Feed(f"{BASE}/feeds/1", other, f"{BASE}/feeds/1/k", BASE, now, [entry]))
    summary = ElementTree.fromstring(document).find("a:entry/a:summary", NS)
    assert summary is not None
