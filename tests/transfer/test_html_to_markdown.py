"""Imported HTML, as Markdown that renders to the same thing."""

import gzip
import itertools
import json
from pathlib import Path

import pytest

from forum.kit.markdown import render
from forum.kit.text import clean_body
from forum.transfer.html_to_markdown import to_markdown

DATA = Path(__file__).parents[3] / "shared/data/community46.jsonl.gz"
FORMULA = (
    '<span class="katex"><span class="katex-mathml">'
    "<math><semantics><mrow><mi>x</mi></mrow><annotation encoding="
    '"application/x-tex">x &lt; \\sqrt{2}</annotation></semantics></math></span>'
    '<span class="katex-html" aria-hidden="true">'
    '<span class="base"><span class="strut"></span><span class="mord">x</span></span></span></span>'
)


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>a <strong>b</strong> <em>c</em> <del>d</del></p>", "a **b** *c* ~~d~~"),
        (f"<p>if {FORMULA}, then</p>", "if `x < \\sqrt{2}`, then"),
        ('<p><span class="katex-display">' + FORMULA + "</span></p>", "`x < \\sqrt{2}`"),
        ('<p><span class="emoji emoji-1f602" title="joy">:joy:</span></p>', "😂"),
        ('<p><img alt=":merge:" class="emoji" src="/x.png"></p>', ":merge:"),
        ('<p><img alt="a cat" src="https://a.example/c.png"></p>', "a cat"),
        ('<p><img src="https://a.example/c%20d.png?x"></p>', "c d.png"),
        ('<p><a href="https://a.example/x">https://a.example/x</a></p>', "<https://a.example/x>"),
        ('<p><a href="https://a.example/(x">[y]</a></p>', "[\\[y\\]](<https://a.example/(x>)"),
        ('<p><a href="#narrow/x">said</a> <a href="javascript:x">y</a></p>', "said y"),
        ('<p><span class="user-mention" data-user-id="1">@ada</span></p>', "@ada"),
        ('<p><time datetime="2026-01-28T17:20:00Z">x</time></p>', "2026-01-28 17:20 UTC"),
        ("<blockquote>\n<p>a</p>\n<p>b</p>\n</blockquote>\n<p>c</p>", "> a\n>\n> b\n\nc"),
        ("<ul>\n<li>a<ul><li>b</li></ul></li>\n</ul>", "- a\n  - b"),
        ('<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>', "3. a\n4. b"),
        (
            '<div class="codehilite" data-code-language="Lean4"><pre><span></span><code>'
            '<span class="k">def</span> a_b\n'
            "```\n</code></pre></div>",
            "````lean4\ndef a_b\n```\n````",
        ),
        (
            '<div class="spoiler-block"><div class="spoiler-header">\n'
            '<p>end</p></div><div class="spoiler-content">\n<p>x</p>'
            "</div></div>",
            "> **Spoiler:** end\n>\n> x",
        ),
        (
            "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b|c</td></tr></tbody></table>",
            "| a |\n| --- |\n| b\\|c |",
        ),
        (
            '<p>x <a href="/u/a.png">a.png</a></p><div class="message_inline_image">'
            '<a href="/u/a.png" title="a.png">'
            '<img src="/t/a.png"></a></div>',
            "x a.png",
        ),
        (
            '<div class="message_inline_image"><a href="/u/a%20b.png"><img src="/t/a.png"></a></div>',
            "a b.png",
        ),
    ],
)
def test_elements(html: str, markdown: str) -> None:
    assert to_markdown(html).strip() == markdown


@pytest.mark.parametrize(
    "text",
    [
        "# no",
        "1. no",
        "a * b * c",
        "_x_",
        "snake_case_name",
        "`x`",
        "[a](b)",
        "[a]: b",
        "&amp;copy;",
        "&lt;b&gt;",
        "~~no~~",
        "- no",
        "\\* no",
        "&gt; no",
        "---",
        "| a |",
        "x\\",
        "![a](b)",
        "+ x",
        "2) x",
        "[^1]",
        "===",
    ],
)
def test_text_stays_text(text: str) -> None:
    read = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    rendered = render(to_markdown(f"<p>{text}</p>"))
    assert rendered.text == read
    assert rendered.html.startswith('<p dir="auto">')
    assert rendered.html.count("<") == 2


def test_characters_that_no_text_may_hold_are_dropped() -> None:
    assert clean_body(to_markdown("<p>a\x08b\ufffec&#x1;</p>")).startswith("abc")


def test_hostile_html_is_harmless() -> None:
    assert to_markdown("<script>alert(1)</script><p onclick=x>a</p>").strip() == "a"
    assert "deep" in to_markdown("<div>" * 5_000 + "deep")


@pytest.mark.skipif(not DATA.exists(), reason="the community is not here")
def test_a_real_community_comes_through() -> None:
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        for line in itertools.islice(lines, 0, None, 50):
            body = clean_body(to_markdown(json.loads(line)["html"]), at_most=200_000)
            assert not render(body).degraded
