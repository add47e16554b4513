"""What was meant is searched or proposed, and told only where a text that may be read has it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.searching.rebuild import rebuild
from forum.searching.refining import FAMILIES, as_written, narrowed, respelled, without
from search.engine import Correction
from search.query import parse
from tests.cast import STRANGER, Cast
from tests.searching.planting import run, threads
from tests.support.clients import Client

pytestmark = pytest.mark.anyio
As = Callable[..., Client]


async def test_an_unknown_word_is_searched_as_what_was_meant(client: As, cast: Cast) -> None:
    await threads(cast, 2, "A note on Interopérabilité here", "members")
    await rebuild()
    found = (await client("cem").get("/api/v1/search?q=interoperabilyte+lang:en")).json()
    assert found["corrections"] == [
        {"typed": "interoperabilyte", "meant": "interopérabilité", "searched": True, "q": "interopérabilité lang:en"}
    ]
    hit = found["items"][0]
    (start, end), *_ = hit["marks"]
    assert hit["snippet"][start:end] == "Interopérabilité"
    page = (await client("cem", browser=True).get("/search?q=interoperabilyte")).text
    assert "Showing results for" in page and "<bdi>interopérabilité</bdi>" in page
    assert "/search?q=interoperabilyte&amp;verbatim=1" in page
    insisted = (await client("cem").get("/api/v1/search?q=interoperabilyte&verbatim=true")).json()
    assert insisted["items"] == insisted["corrections"] == []
    insisted_page = (await client("cem", browser=True).get("/search?q=interoperabilyte&verbatim=1")).text
    assert "exactly as typed" in insisted_page and "Showing results for" not in insisted_page
    outside = (await client(STRANGER).get("/api/v1/search?q=interoperabilyte")).json()
    assert outside["items"] == outside["corrections"] == []


async def test_a_rare_word_has_a_proposal(client: As, cast: Cast) -> None:
    await threads(cast, 1, "marmelade")
    await threads(cast, 60, "marmalade")
    await rebuild()
    found = (await client(STRANGER).get("/api/v1/search?q=marmelade")).json()
    assert found["corrections"] == [
        {"typed": "marmelade", "meant": "marmalade", "searched": False, "q": "marmalade"}
    ]
    assert len(found["items"]) == 1
    assert 'Did you mean <a href="/search?q=marmalade">' in (
        await client(STRANGER, browser=True).get("/search?q=marmelade")
    ).text


async def test_a_word_that_nobody_may_read_any_more_is_not_proposed(client: As, cast: Cast) -> None:
    await threads(cast, 1, "marmelade")
    made = await threads(cast, 60, "marmalade")
    await rebuild()
    await run("UPDATE threads SET group_id = $2 WHERE id = ANY($1::bigint[])", made, cast.groups["closed"])
    for asked in ("marmelade", "marmalate"):
        found = (await client(STRANGER).get("/api/v1/search", params={"q": asked, "facets": True})).json()
        assert found["corrections"] == [] and "marmalade" not in str(found)


def test_a_query_with_one_thing_changed() -> None:
    q = '"two words" LANG:fr -not from:ada lang:es after:2020'
    assert without(q, "language") == '"two words" -not from:ada after:2020'
    assert narrowed(without(q, "year"), "year", "2024").endswith("lang:es after:2024 before:2025")
    assert narrowed("", "group", "privacy") == "group:privacy"
    corrections = [Correction("Libertees", "libertés", True), Correction("c.t", r"\1", True)]
    assert respelled("(libertees) c.t libertees2 cat", corrections) == r"(libertés) \1 libertees2 cat"


@given(st.text(alphabet='ab "-:lang:fr from:ada after:2024 before:', max_size=60), st.sampled_from(sorted(FAMILIES)))
def test_whatever_was_typed_a_choice_replaces_those_of_its_kind(q: str, family: str) -> None:
    bare = without(q, family)
    before, after = parse(bare), parse(narrowed(bare, family, "2024" if family == "year" else "new"))
    assert not {each.name for each in before.filters} & FAMILIES[family]
    assert (before.words, before.phrases, before.without) == (after.words, after.phrases, after.without)
    added = {each.name for each in after.filters} & FAMILIES[family]
    assert added and len(after.filters) == len(before.filters) + len(added)


def test_a_word_as_it_is_written() -> None:
    texts = [("Nothing here", "en"), ("Les Libertés, la liberté", "fr")]
    assert as_written("libertes", texts) == "libertés"
    assert as_written("liberte", texts) == "liberté"
    assert as_written("egalite", texts) is None
