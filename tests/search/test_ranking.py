"""What comes first: the words decide, and where they leave it open, the prior does."""

import pytest

from search.embedded import EmbeddedEngine
from search.ranking import HALF_LIFE, weight
from tests.search.making import document, query

pytestmark = pytest.mark.anyio

YEAR = 31_557_600
NOW = 1_735_689_600


async def found(engine: EmbeddedEngine, text: str, groups: tuple[int, ...] = (1,)) -> list[int]:
    return [hit.post_id for hit in (await engine.search(query(text, groups))).hits]


async def test_of_two_that_say_the_same_the_newer_comes_first_and_the_better_before_both(engine):
    old, new = (document("the charter of members", created_at=NOW - years * YEAR) for years in (9, 1))
    best = document("the charter, chapter by chapter", created_at=NOW - 15 * YEAR)
    await engine.index([old, new, best])
    assert await found(engine, "charter chapter") == [best.post_id, new.post_id, old.post_id]


async def test_an_accepted_answer_comes_before_its_like(engine):
    answers = [document("the charter of members", created_at=NOW, accepted=n == 1) for n in range(3)]
    await engine.index(answers)
    assert (await found(engine, "charter"))[0] == answers[1].post_id


async def test_words_side_by_side_come_before_words_apart(engine):
    apart = document("names of members and of all the groups that have a policy for them")
    near = document("members of all the groups that have a names policy for them and of")
    await engine.index([apart, near])
    assert await found(engine, "names policy") == [near.post_id, apart.post_id]


async def test_a_word_that_is_said_twice_weighs_more(engine):
    names, numbers = document("names of members"), document("numbers of members")
    await engine.index([names, numbers])
    assert (await found(engine, "names numbers numbers"))[0] == numbers.post_id
    assert (await found(engine, "names names numbers"))[0] == names.post_id


async def test_how_rare_a_word_is_counts_where_one_looks(engine):
    """Everywhere `privacy` is rarer than `charter`; in the group about it, it is not."""
    privacy = [document(f"privacy and topic{n}", group_id=2) for n in range(8)]
    wanted, other = document("a charter here", group_id=2), document("a privacy here", group_id=2)
    await engine.index([*privacy, other, wanted, *(document(f"charter for {n}") for n in range(60))])
    assert (await found(engine, "privacy charter", (2,)))[0] == wanted.post_id


async def test_quotation_marks_in_pasted_prose_only_rank(engine):
    post = document("the governance of names")
    await engine.index([post])
    pasted = "governance " + " ".join(f"word{n}" for n in range(40))
    assert await found(engine, f'{pasted} "another thing" "names of"') == [post.post_id]


@pytest.mark.parametrize("created_at", [-(10**12), 0, NOW, 10**12])
def test_no_date_makes_a_post_vanish_or_tower(created_at):
    assert 0.03 < weight(document("x", created_at=created_at)) < 33


def test_the_prior_is_as_mild_as_it_is_said_to_be():
    now, year, ten = (weight(document("x", created_at=NOW - years * YEAR)) for years in (0, 1, 10))
    assert now / year == pytest.approx(1.035, abs=0.001)
    assert now / ten == pytest.approx(1.41, abs=0.01)
    assert now / weight(document("x", created_at=int(NOW - HALF_LIFE))) == pytest.approx(2)
