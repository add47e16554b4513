"""What every engine must do, whichever one stands behind the contract."""

import pytest

from search.engine import QueryError, SearchEngine
from search.query import Sort
from tests.search.making import document, query

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["embedded", "meilisearch"])
def engine(request: pytest.FixtureRequest) -> SearchEngine:
    return request.getfixturevalue(request.param)


async def found(
    engine: SearchEngine, text: str, groups: tuple[int, ...] = (1,), **fields: object
) -> list[int]:
    return [hit.post_id for hit in (await engine.search(query(text, groups, **fields))).hits]


async def test_an_indexed_post_is_found_at_once(engine):
    post = document("Names are short and easy to remember", thread_id=70, group_id=3, number=4)
    await engine.index([post])
    (hit,) = (await engine.search(query("remembered names", (3,)))).hits
    assert (hit.post_id, hit.thread_id, hit.group_id, hit.number) == (post.post_id, 70, 3, 4)
    assert hit.score > 0
    assert await engine.count() == 1


async def test_indexing_again_replaces(engine):
    await engine.index([document("apples", post_id=900)])
    await engine.index([document("pears", post_id=900)])
    assert await found(engine, "apples") == []
    assert await found(engine, "pears") == [900]
    assert await engine.count() == 1


async def test_the_last_of_two_versions_in_one_batch_counts(engine):
    await engine.index([document("apples", post_id=900), document("pears", post_id=900)])
    assert await found(engine, "apples") == []
    assert await engine.count() == 1


async def test_deleted_posts_are_gone_and_the_others_stay(engine):
    await engine.index([document("apples", post_id=901), document("apples", post_id=902)])
    await engine.delete([901, 12345])
    assert await found(engine, "apples") == [902]
    assert await engine.count() == 1


async def test_deleting_nothing_is_no_error(engine):
    await engine.delete([])
    await engine.index([])
    assert await engine.count() == 0


async def test_only_the_groups_of_the_actor_are_searched(engine):
    mine, theirs = document("budget", group_id=1), document("budget", group_id=2)
    await engine.index([mine, theirs])
    assert await found(engine, "budget", (1,)) == [mine.post_id]
    assert await found(engine, "budget", (2, 7)) == [theirs.post_id]
    assert sorted(await found(engine, "budget", (1, 2))) == sorted([mine.post_id, theirs.post_id])
    assert await found(engine, "budget", ()) == []
    assert await found(engine, "budget", (3,)) == []


async def test_the_group_filter_holds_for_every_kind_of_query(engine):
    await engine.index([document("budget plan RFC 9110", group_id=2, author="ada", language="en")])
    for text in ("budget", '"budget plan"', "rfc9110", "author:ada", "lang:en", "-other", "sort:new plan"):
        assert await found(engine, text, (1,)) == [], text
        assert len(await found(engine, text, (2,))) == 1, text


async def test_a_thread_is_one_hit_with_its_best_post(engine):
    await engine.index(
        [
            document("Welcome to all", title="Hello", post_id=910, thread_id=60),
            document("budget budget budget", title="Hello", post_id=911, thread_id=60, number=2),
            document(
                "a long remark that names the budget only in passing", post_id=912, thread_id=60, number=3
            ),
        ]
    )
    (hit,) = (await engine.search(query("budget"))).hits
    assert (hit.post_id, hit.number) == (911, 2)


async def test_one_long_thread_does_not_crowd_out_the_others(engine):
    crowd = [document("budget", thread_id=61, number=n + 1) for n in range(120)]
    quiet = document("a remark about the budget among many other things that are said here")
    await engine.index([*crowd, quiet])
    assert len(await found(engine, "budget", limit=2)) == 2


async def test_title_words_find_the_opening_post_before_the_replies(engine):
    opening = document("Please add yours.", title="Remote participation", thread_id=62)
    reply = document("Mine is there.", title="Remote participation", thread_id=62, number=2)
    await engine.index([reply, opening])
    assert await found(engine, "remote participation") == [opening.post_id]


async def test_any_word_will_do_but_more_words_rank_higher(engine):
    both = document("privacy by encryption")
    one = document("privacy by policy")
    await engine.index([one, both])
    assert await found(engine, "encryption privacy") == [both.post_id, one.post_id]
    assert await found(engine, "what about quantum encryption and privacy") == [both.post_id, one.post_id]


async def test_stop_words_count_only_when_nothing_else_is_left(engine):
    await engine.index([document("to be or not to be", post_id=913), document("the privacy", post_id=914)])
    assert await found(engine, "what is the privacy") == [914]
    assert await found(engine, "to be or not to be") == [913]


async def test_phrases_must_stand_as_written(engine):
    right = document("We speak of policy development here")
    wrong = document("The development of policy is slow")
    await engine.index([right, wrong])
    assert await found(engine, '"policy development"') == [right.post_id]
    assert await found(engine, "“Policy Development”") == [right.post_id]
    assert len(await found(engine, '"policy"')) == 2


async def test_a_phrase_bends_its_words_where_the_analysis_is_ours(embedded):
    post = document("We speak of policy development here")
    await embedded.index([post])
    assert await found(embedded, '"policy developments"') == [post.post_id]


async def test_a_quotation_nobody_wrote_only_ranks_when_there_are_words_beside_it(engine):
    post = document("The development of policy is slow")
    await engine.index([post])
    assert await found(engine, '"slow policy"') == []
    assert await found(engine, 'development "slow policy"') == [post.post_id]


async def test_excluded_words_and_phrases_are_excluded(engine):
    draft, final = document("charter, first draft"), document("charter, final text")
    await engine.index([draft, final])
    assert await found(engine, "charter -draft") == [final.post_id]
    assert await found(engine, 'charter -"final text"') == [draft.post_id]
    assert await found(engine, "-draft") == [final.post_id]


async def test_author_and_language_narrow(engine):
    ada = document("charter", author="Ada", language="en")
    ana = document("charter", author="ana", language="pt-BR")
    await engine.index([ada, ana])
    assert await found(engine, "charter author:ada") == [ada.post_id]
    assert await found(engine, "from:@ANA") == [ana.post_id]
    assert await found(engine, "charter lang:pt") == [ana.post_id]
    assert await found(engine, "charter lang:en") == [ada.post_id]
    assert sorted(await found(engine, "author:ada author:ana")) == sorted([ada.post_id, ana.post_id])


async def test_sorting_by_date_asks_for_every_word_first(engine):
    old = document("charter of members", created_at=100)
    new = document("members and charter", created_at=300)
    other = document("members only", created_at=500)
    await engine.index([new, other, old])
    assert await found(engine, "charter members sort:new") == [new.post_id, old.post_id]
    assert await found(engine, "charter members", sort=Sort.NEW) == [new.post_id, old.post_id]
    assert await found(engine, "members banana", sort=Sort.NEW) == [other.post_id, new.post_id, old.post_id]
    assert len(await found(engine, "charter members sort:new", sort=Sort.RELEVANCE)) == 3


async def test_an_empty_query_finds_nothing(engine):
    await engine.index([document("charter")])
    for text in ("", "   ", '""', "-", "?!", "sort:new"):
        assert await found(engine, text) == [], text


@pytest.mark.parametrize("limit", [0, -1, 1_001])
async def test_limits_outside_the_contract_are_refused(limit):
    with pytest.raises(QueryError):
        query("charter", limit=limit)


async def test_limit_is_a_number_of_threads(engine):
    await engine.index([document("charter") for _ in range(130)])
    assert len(await found(engine, "charter", limit=100)) == 100
    assert len(await found(engine, "charter", limit=7)) == 7


async def test_identifiers_are_found_whole_however_they_are_written(engine):
    rfc = document("The semantics are in RFC 9110, section 9.")
    glued = document("as rfc9110 says", title="HTTP")
    cve = document("Patch CVE-2024-1234 today")
    near = document("Patch CVE-2023-1234 of 2024 today")
    await engine.index([rfc, glued, near, cve])
    assert set(await found(engine, "rfc9110")) == {rfc.post_id, glued.post_id}
    assert set(await found(engine, "RFC 9110")) == {rfc.post_id, glued.post_id}
    assert (await found(engine, "cve-2024-1234"))[0] == cve.post_id


async def test_the_name_that_is_shown_and_the_one_to_be_mentioned_by_both_find_an_author(engine):
    post = document("charter", author="ada", author_name="Ada Lovelace")
    await engine.index([post])
    assert await found(engine, 'charter from:"ada lovelace"') == [post.post_id]
    assert await found(engine, "charter from:ADA") == [post.post_id]
    assert await found(engine, "charter from:lovelace") == []


async def test_in_title_looks_nowhere_else(engine):
    titled = document("We meet on Monday", title="The budget of the network", thread_id=80)
    reply = document("Fine", title="The budget of the network", thread_id=80, number=2)
    other = document("We speak of the budget", title="Monday")
    await engine.index([reply, titled, other])
    assert await found(engine, "in:title budget") == [titled.post_id]
    assert await found(engine, 'in:title "the budget"') == [titled.post_id]
    assert len(await found(engine, "budget")) == 2


async def test_kind_and_state_narrow(engine):
    talk = document("charter")
    solved = document("charter", kind="question", answered=True)
    open_ = document("charter", kind="question")
    await engine.index([talk, solved, open_])
    assert await found(engine, "charter is:answered") == [solved.post_id]
    assert await found(engine, "charter is:unanswered") == [open_.post_id]
    assert sorted(await found(engine, "charter kind:question")) == sorted([solved.post_id, open_.post_id])
    assert await found(engine, "kind:discussion") == [talk.post_id]


async def test_posts_with_a_link_narrow(engine):
    with_link, without = document("charter", has_link=True), document("charter")
    await engine.index([with_link, without])
    assert await found(engine, "charter has:link") == [with_link.post_id]


async def test_dates_narrow_and_a_day_begins_at_midnight_utc(engine):
    march = 1_740_787_200  # 2025-03-01T00:00:00Z
    before, at, later = (document("charter", created_at=march + seconds) for seconds in (-1, 0, 86_400 * 40))
    await engine.index([before, at, later])
    assert await found(engine, "charter before:2025-03") == [before.post_id]
    assert sorted(await found(engine, "charter after:2025-03")) == sorted([at.post_id, later.post_id])
    assert await found(engine, "charter after:2025-03-01 before:2025-03-02") == [at.post_id]
    assert await found(engine, "after:2025 before:2025-03") == [before.post_id]


async def test_one_thread_can_be_searched_post_by_post(engine):
    posts = [document("the charter again", thread_id=81, number=n + 1) for n in range(3)]
    await engine.index([*posts, document("the charter elsewhere")])
    assert sorted(await found(engine, "charter", thread_id=81)) == [post.post_id for post in posts]


async def test_by_date_every_post_counts_and_a_position_leads_to_the_next_page(engine):
    posts = [document("charter", thread_id=82, number=n + 1, created_at=500 + n // 2) for n in range(7)]
    await engine.index(posts)
    seen: list[int] = []
    older = None
    while answer := (await engine.search(query("charter sort:new", limit=3, older=older))).hits:
        seen += [hit.post_id for hit in answer]
        older = answer[-1].position
    assert seen == [post.post_id for post in reversed(posts)]
    assert await found(engine, "charter sort:new", newer=posts[4].position) == seen[:2]


async def test_after_the_last_post_with_all_the_words_there_is_no_next_page(engine):
    some = [document("charter only", created_at=100 + n) for n in range(3)]
    both = [document("charter of members", created_at=500 + n) for n in range(2)]
    await engine.index([*some, *both])
    assert await found(engine, "charter members sort:new") == [both[1].post_id, both[0].post_id]
    assert await found(engine, "charter members sort:new", older=both[0].position) == []
    assert await found(engine, "charter bananas sort:new", older=some[1].position) == [some[0].post_id]


async def test_the_index_tells_what_it_holds(engine):
    posts = [document("charter", post_id=2_000 + n) for n in range(3)]
    await engine.index(posts)
    assert await engine.stamps(2_000, 2_001) == {post.post_id: post.stamp for post in posts[:2]}
    assert await engine.stamps(5_000, 6_000) == {}
    await engine.index([document("charter, amended", post_id=2_000)])
    assert (await engine.stamps(2_000, 2_000))[2_000] != posts[0].stamp
