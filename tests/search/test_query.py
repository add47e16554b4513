import json
import tarfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query import MAX_FILTERS, Filter, ParsedQuery, Sort, parse, without
from search.snippets import snippet
from tests.search.making import document, query

NAUGHTY = Path("/work/shared/data/safety.tar.gz")

HOSTILE = [
    "\x00", "a\x00b", '"', '"""', '-"', "-" * 4096, '"' * 4096, "a" * 4096, "中" * 4096, "a " * 2048,
    ":" * 4096, "author:", "author:author:", "lang:\ud800", "\ud800\udfff", "sort:sort:new", "-sort:new",
    "(((", "*", "title:x OR body:y", "a AND", "[1 TO", "/re(gex/", "~~", "^9", "\\", "{}", "ﷺ", "\u202e",
    "lang:zz", "author:\x00", 'author:"', "-author:x", "٣", "½", "\u0301", "group:" + "x" * 4000,
]  # fmt: skip


def test_everything_at_once():
    read = parse(
        'models "policy development" -draft -"first draft" from:@Ada group:Privacy lang:pt-BR in:title '
        "kind:question is:answered has:link after:2025 before:2025-03-09 sort:new"
    )
    assert read == ParsedQuery(
        words=("models",),
        phrases=("policy development",),
        without=("draft", "first draft"),
        groups=("privacy",),
        authors=("Ada",),
        languages=("pt",),
        kinds=("question",),
        title_only=True,
        answered=True,
        has_link=True,
        after=date(2025, 1, 1),
        before=date(2025, 3, 9),
        sort=Sort.NEW,
    )


def test_what_was_understood_is_shown_back_each_with_the_query_without_it():
    read = parse('the  charter lang:fr from:"Ada L" of 2025')
    assert read.filters == (
        Filter("lang", "fr", 'the  charter from:"Ada L" of 2025'),
        Filter("from", "Ada L", "the  charter lang:fr of 2025"),
    )


def test_the_narrower_of_two_dates_counts_and_the_last_of_two_orders():
    read = parse("after:2024 after:2025 before:2026 before:2025-06 sort:new sort:relevance")
    assert (read.after, read.before) == (date(2025, 1, 1), date(2025, 6, 1))
    assert read.sort is Sort.RELEVANCE


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", ParsedQuery()),
        ('open "quote', ParsedQuery(words=("open", "quote"))),
        ("colour:red", ParsedQuery(words=("colour:red",))),
        ("http://example.org/a", ParsedQuery(words=("http://example.org/a",))),
        ("sort:sideways", ParsedQuery(words=("sort:sideways",))),
        ("lang:klingon!", ParsedQuery(words=("lang:klingon!",))),
        ("author:", ParsedQuery(words=("author:",))),
        ('author:"Ada L"', ParsedQuery(authors=("Ada L",))),
        ("CVE-2024-1234", ParsedQuery(words=("CVE-2024-1234",))),
        ("a - b", ParsedQuery(words=("a", "-", "b"))),
        ("--verbose", ParsedQuery(words=("-verbose",))),
        ("«bonjour monde»", ParsedQuery(phrases=("bonjour monde",))),
        ("a\x00b", ParsedQuery(words=("a", "b"))),
        ("SORT:New", ParsedQuery(sort=Sort.NEW)),
        ("after:2025-13", ParsedQuery(words=("after:2025-13",))),
        ("before:2025-02-30", ParsedQuery(words=("before:2025-02-30",))),
        ("after:٢٠٢٥", ParsedQuery(words=("after:٢٠٢٥",))),
        ("after:yesterday", ParsedQuery(words=("after:yesterday",))),
        ("is:unanswered", ParsedQuery(answered=False)),
        ("is:nice", ParsedQuery(words=("is:nice",))),
        ("has:wings", ParsedQuery(words=("has:wings",))),
        ("in:brief", ParsedQuery(words=("in:brief",))),
        ("in:TITLE", ParsedQuery(title_only=True)),
        ("kind:Question", ParsedQuery(kinds=("question",))),
        ("-lang:fr", ParsedQuery(without=("lang:fr",))),
    ],
)
def test_anything_else_is_a_word(typed, read):
    assert parse(typed) == read


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=400))
def test_any_string_is_a_query(typed):
    read = parse(typed)
    hash(read)
    snippet(typed, read)


OPERATORS = st.sampled_from(
    ["lang:", "from:", "group:", "in:title", "is:answered", "has:link", "after:", "before:", "2025-03", "kind:",
     "sort:new", '"', "-", ":", " ", "  ", "fr", "charter", "中", "\x00"]
)  # fmt: skip


@given(st.lists(OPERATORS, max_size=60).map("".join))
def test_taking_a_filter_away_leaves_the_others_and_the_words(typed):
    """Where the parts stand apart; glued ones may become other words when one is cut out of them."""
    read = parse(typed)
    assert len(read.filters) <= MAX_FILTERS
    for understood in read.filters:
        assert len(parse(understood.rest).filters) <= len(read.filters)


def test_all_operators_of_some_names_are_left_out_however_many():
    typed = "lang:fr " * 30 + '  charter sort:new lang:?! -lang:es "lang:fr" LANG:en ' + "lang:fr" * 2
    assert without(typed, {"lang"}) == 'charter sort:new lang:?! -lang:es "lang:fr" lang:frlang:fr'
    assert without(" no  filters ", {"lang"}) == " no  filters "
    assert not parse(without("lang:fr " * 500, {"lang"})).filters


@given(st.lists(OPERATORS, max_size=60).map("".join))
def test_whatever_is_left_out_of_something_is_a_query(typed):
    parse(without(typed, {"lang", "from", "sort", "after", "before"}))


PARTS = st.sampled_from(["lang:fr", "from:ada", "kind:question", "charter", '"of members"', "-draft"])


@given(st.lists(PARTS, max_size=12))
def test_removing_every_filter_one_after_the_other_ends_with_the_words_alone(parts):
    typed = " ".join(parts)
    words = parse(typed)
    while found := parse(typed).filters:
        typed = found[0].rest
    left = parse(typed)
    assert (left.words, left.phrases, left.without) == (words.words, words.phrases, words.without)
    assert not (left.languages or left.authors or left.kinds)


def test_what_is_past_the_longest_query_is_left_out():
    assert parse("a " * 2048 + "author:late").authors == ()


def naughty() -> list[str]:
    if not NAUGHTY.exists():
        return []
    with tarfile.open(NAUGHTY) as archive:
        listed = archive.extractfile("./safety/blns/blns.json")
        assert listed is not None
        return json.load(listed)


@pytest.mark.anyio
@pytest.mark.parametrize("source", ["ours", "blns"])
async def test_no_string_breaks_index_search_or_snippet(engine, source):
    strings = HOSTILE if source == "ours" else naughty()
    if not strings:
        pytest.skip("the naughty strings are not on this machine")
    posts = [document(text, title=text[:200], author=text[:40], language="") for text in strings]
    await engine.index(posts)
    assert await engine.count() == len(posts)
    for typed in strings:
        for text in (typed, f'"{typed}"', f"-{typed}", f"author:{typed}", f"{typed} sort:new"):
            await engine.search(query(text))
        segments = snippet(typed, parse(typed))
        assert sum(len(segment.text) for segment in segments) <= 240
