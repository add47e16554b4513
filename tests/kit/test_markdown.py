"""Bodies as readers see them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.kit.markdown import Rendered, render
from forum.kit.markdown.sanitise import sanitise

REL = 'rel="nofollow ugc noopener"'
BEN = {"ben": "/members/ben", "a_b": "/members/a_b"}


def html(body: str) -> str:
    return render(body, mention_href=BEN).html.strip()


def test_headings_begin_below_the_pages_own_and_end_at_h6() -> None:
    shown = html("# a\n\n## b\n\n###### c")
    assert '<h3 dir="auto">a</h3>' in shown
    assert '<h4 dir="auto">b</h4>' in shown
    assert '<h6 dir="auto">c</h6>' in shown
    assert html("#### d") == '<h3 dir="auto">d</h3>'


def test_raw_html_is_text() -> None:
    assert html("<b>x</b> <!-- y -->") == '<p dir="auto">&lt;b&gt;x&lt;/b&gt; &lt;!-- y --&gt;</p>'


@pytest.mark.parametrize("address", ["http://a.example/x", "https://a.example", "mailto:a@b.example"])
def test_links_to_the_web_and_to_mailboxes(address: str) -> None:
    assert f'<a href="{address}" {REL}>x</a>' in html(f"[x]({address})")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:x",
        "data:text/html,x",
        "//a.example",
        "/logout",
        "#x",
        "ftp://a",
        "https:x",
    ],
)
def test_other_links_stay_text(address: str) -> None:
    assert "<a" not in html(f"[x]({address}) <{address}> ![y]({address})")


@pytest.mark.parametrize(
    ("body", "address"),
    [
        ("see https://a.example/b_c_d.", "https://a.example/b_c_d"),
        ("(https://a.example/b_(c))", "https://a.example/b_(c)"),
        ("**https://a.example/**", "https://a.example/"),
        ("https://a.example/x。", "https://a.example/x"),
        ("https://a.example/@ben, @x", "https://a.example/@ben"),
    ],
)
def test_bare_addresses_become_links_without_the_sentences_marks(body: str, address: str) -> None:
    assert f'href="{address}"' in html(body)


def test_bare_domains_and_file_names_stay_text() -> None:
    assert "<a" not in html("main.py example.org a@b.example xhttps://a.example `https://a.example`")


def test_an_image_is_a_link_that_says_its_text_or_name() -> None:
    assert html("![a *cat*](https://a.example/c.png)") == (
        f'<p dir="auto"><a href="https://a.example/c.png" {REL}>a cat</a></p>'
    )
    assert ">c d.png</a>" in html("![](https://a.example/c%20d.png?x=1)")
    assert html("[![in](https://a.example/c.png)](https://b.example)").count("<a") == 1


def test_code_keeps_its_language_if_it_is_one() -> None:
    assert '<pre><code class="language-c++">' in html("```C++ title=x\nx\n```")
    assert "<pre><code>" in html('```"><script>\nx\n```')


def test_table_cells_say_their_side_without_styles() -> None:
    shown = html("|a|b|\n|-|-:|\n|1|2|")
    assert '<td dir="auto" class="align-right">2</td>' in shown
    assert "style" not in shown


def test_footnotes_of_two_bodies_do_not_meet() -> None:
    shown = render("x[^1]\n\n[^1]: note", anchor="p7").html
    assert 'href="#fn-p7-1"' in shown
    assert 'id="fn-p7-1"' in shown
    with pytest.raises(ValueError, match="anchor"):
        render("x", anchor='"><')


@pytest.mark.parametrize(
    "body",
    [
        "@ben",
        "hi @Ben!",
        "(@ben)",
        "_@ben_",
        "**@ben**",
        "@ben's",
        "> @ben",
        "@ben, @ben.",
        "| @ben |\n|-|",
        "@a_b",
        "é @ben",
    ],
)
def test_known_names_become_links(body: str) -> None:
    assert '<a class="mention" href="/members/' in html(body)


@pytest.mark.parametrize(
    "body",
    [
        "x@ben",
        "é@ben",
        "@ben@a.example",
        "/@ben",
        "@@ben",
        "`@ben`",
        "    @ben",
        "[@ben](https://a.example)",
        "@benn",
        "\\@ben",
        "me.@ben",
        "@ben" + "x" * 60,
        "<me@ben.example>",
        "@ſben",
        "[x](https://a.example '@ben')",
    ],
)
def test_no_mention_here(body: str) -> None:
    rendered = render(body, mention_href=BEN)
    assert 'class="mention"' not in rendered.html
    assert "ben" not in rendered.mentions


def test_mentions_are_distinct_lower_case_and_at_most_fifty() -> None:
    assert render("@Ben @ben @cem `@dot` _@eva_").mentions == ("ben", "cem", "eva_", "eva")
    assert len(render(" ".join(f"@m{n}" for n in range(99))).mentions) == 50


def test_an_address_of_a_mention_is_escaped() -> None:
    assert 'href="/m/&quot;x"' in render("@ben", mention_href={"ben": '/m/"x'}).html


def test_the_text_is_what_is_read() -> None:
    body = "# T\n\n*a*\nb [c](https://d.example) `e` ![f](https://g.example/h.png)\n\n"
    body += "> q\n\n- i\n- @ben\n\n```x\ncode\n```\n\n|k|l|\n|-|-|\n|m|n|\n"
    assert render(body).text == "T\na\nb c e f\nq\ni\n@ben\ncode\nk l \nm n"


def test_nothing_is_lost_beyond_the_depth() -> None:
    assert "deep" in render(">" * 60 + " deep").text
    assert html(">" * 60 + " deep").count("<blockquote>") == 20
    nested = "\n".join("  " * level + f"- item{level}" for level in range(40))
    assert "item39" in render(nested).text


def test_tables_have_a_width_and_a_length() -> None:
    wide = "|a" * 51 + "|\n" + "|-" * 51 + "|\n"
    assert "<table>" not in html(wide)
    long = render("|a|\n|-|\n" + "|b|\n" * 600 + "\n" + "long " * 3_000)
    assert long.html.count("<tr>") == 501
    assert long.text.count("b") == 600


def test_a_body_that_is_not_text_at_all_is_shown_anyway() -> None:
    assert "\ufffd" in render("a\ud800b\x00").html
    assert render("") == Rendered("", "", ())


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab @_*[]()!<>`~#-+|:^\\&;\n\t1.\"'/é", max_size=120))
def test_any_text_renders_to_html_that_cleaning_leaves_alone(body: str) -> None:
    shown = render(body, mention_href={"ab": "/m/ab"}).html
    assert sanitise(shown) == shown
