import json
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.engine import Query
from search.query import ParsedQuery, Sort, parse
from search.snippets import snippet
from tests.search.making import document

NAUGHTY = Path("/work/shared/data/safety.tar.gz")

HOSTILE = [
    "\x00", "a\x00b", '"', '"""', '-"', "-" * 4096, '"' * 4096, "a" * 4096, "中" * 4096, "a " * 2048,
    ":" * 4096, "author:", "author:author:", "lang:\ud800", "\ud800\udfff", "sort:sort:new", "-sort:new",
    "(((", "*", "title:x OR body:y", "a AND", "[1 TO", "/re(gex/", "~~", "^9", "\\", "{}", "ﷺ", "\u202e",
    "lang:zz", "author:\x00", 'author:"', "-author:x", "٣", "½", "\u0301", "group:" + "x" * 4000,
]  # fmt: skip


def test_everything_at_once():
    read = parse(
        'models "policy development" -draft -"first draft" from:@Ada group:Privacy lang:pt-BR sort:new'
    )
    assert read == ParsedQuery(
        words=("models",),
        phrases=("policy development",),
        without=("draft", "first draft"),
        authors=("Ada",),
        groups=("privacy",),
        languages=("pt",),
        sort=Sort.NEW,
    )


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
    ],
)
def test_anything_else_is_a_word(typed, read):
    assert parse(typed) == read


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=400))
def test_any_string_is_a_query(typed):
    read = parse(typed)
    hash(read)
    snippet(typed, read)


@given(st.text(alphabet='"-: aé中\x00authorsortlang', max_size=200))
def test_any_mix_of_the_operators_is_a_query(typed):
    assert parse(typed) == parse(typed)


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
            await engine.search(Query(text, (1,)))
        segments = snippet(typed, parse(typed))
        assert sum(len(segment.text) for segment in segments) <= 240
