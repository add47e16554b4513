import time

import pytest

from forum.transfer.community import converting
from forum.transfer.community.converting import NO_TEXT, Converted, convert


def test_a_message_becomes_markdown_html_and_text_with_links_to_those_it_names() -> None:
    found = convert("<p>Dear @Ada, <em>see</em> @nobody</p>", {"ada": "/m/ada-2"})

    assert isinstance(found, Converted)
    assert found.body == "Dear @Ada, *see* @nobody" and found.text == "Dear @Ada, see @nobody"
    assert 'href="/m/ada-2"' in found.html and "/m/nobody" not in found.html
    assert not found.empty and not found.oversize


@pytest.mark.parametrize("html", ["", "   ", "<p></p>", "<p>\u200b</p>", "<script></script>"])
def test_what_holds_nothing_to_read_says_so(html: str) -> None:
    found = convert(html, {})
    assert isinstance(found, Converted) and found.empty and found.body == NO_TEXT


@pytest.mark.parametrize("length, oversize", [(32_000, False), (32_001, True), (200_000, True)])
def test_long_messages_are_marked(length: int, oversize: bool) -> None:
    found = convert("x" * length, {})
    assert isinstance(found, Converted) and found.oversize is oversize


def test_what_is_too_long_or_breaks_a_parser_comes_back_as_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "200,000" in str(convert("x" * 200_001, {}))

    def broken(_html: str) -> str:
        raise ValueError("not an address")

    monkeypatch.setattr(converting, "to_markdown", broken)
    assert convert("<p>x</p>", {}) == "cannot be converted (ValueError: not an address) - at `$.html`"


def test_a_message_cannot_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(_html: str) -> str:
        while True:
            time.sleep(0.001)

    monkeypatch.setattr(converting, "SECONDS_TO_CONVERT", 0.05)
    monkeypatch.setattr(converting, "to_markdown", endless)
    previous = converting.signal.signal(converting.signal.SIGALRM, converting._ring)
    try:
        assert "seconds to convert" in str(convert("<p>x</p>", {}))
    finally:
        converting.signal.signal(converting.signal.SIGALRM, previous)
