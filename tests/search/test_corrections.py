"""What was probably meant: unknown words are searched as their likeliest neighbours, rare ones are asked about."""

import pytest

from search.embedded import EmbeddedEngine
from search.engine import Answer, Correction
from search.snapshots import COMPLETIONS
from tests.search.making import document, query
from tests.search.test_languages import POSTS

pytestmark = pytest.mark.anyio

# One letter wrong, missing, too many or in its neighbour's place; as it was meant, folded.
TYPOS = [
    ("en", "goverrnance", "governance"), ("en", "DISUCSSED", "discussed"), ("en", "Narobi", "nairobi"),
    ("fr", "oevre", "oeuvre"), ("fr", "géneralle", "generale"), ("fr", "commmune", "commune"),
    ("es", "comuindad", "comunidad"), ("es", "rueniones", "reuniones"), ("es", "próxino", "proximo"),
    ("pt", "publicdas", "publicadas"), ("pt", "decissões", "decisoes"), ("pt", "assocaição", "associacao"),
    ("ru", "октебре", "октябре"), ("ru", "упарвление", "управление"), ("ru", "интренетом", "интернетом"),
    ("ar", "حوكنة", "حوكمة"), ("ar", "الحوكنة", "حوكمة"), ("ar", "المدرشة", "مدرسة"), ("ar", "نناقس", "نناقش"),
]  # fmt: skip


async def ask(engine: EmbeddedEngine, text: str, groups: tuple[int, ...] = (1,), **fields: object) -> Answer:
    return await engine.search(query(text, groups, **fields))


async def found(engine: EmbeddedEngine, text: str, groups: tuple[int, ...] = (1,), **fields: object) -> list[int]:
    return [hit.post_id for hit in (await ask(engine, text, groups, **fields)).hits]


async def test_a_typo_in_any_language_is_searched_as_what_was_meant(engine):
    posts = {language: document(text, language=language) for language, text in POSTS.items()}
    await engine.index(posts.values())
    missed = []
    for language, typed, meant in TYPOS:
        answer = await ask(engine, typed)
        first = [hit.post_id for hit in answer.hits][:1]
        if first != [posts[language].post_id] or [said.meant for said in answer.corrections] != [meant]:
            missed.append((typed, answer))
    assert missed == []


async def test_letters_may_be_wrong_in_number_as_the_word_is_long(engine):
    await engine.index([document("the charter of participation, and a cat")])
    assert [said.meant for said in (await ask(engine, "chartre")).corrections] == ["charter"]
    assert [said.meant for said in (await ask(engine, "partcipaton")).corrections] == ["participation"]
    for too_far in ("chrtre", "pertcipaton", "cot", "ct"):
        assert await ask(engine, too_far) == Answer(), too_far


async def test_the_nearest_then_the_most_frequent_word_is_meant(engine):
    words = ["planet", "plant", "plant", "plants", "slant"]
    await engine.index([document(word) for word in words])
    (said,) = (await ask(engine, "plany")).corrections
    assert said == Correction("plany", "plant", searched=True)


async def test_what_is_known_is_left_alone(engine):
    await engine.index([document("charter"), *(document("charters and chapters") for _ in range(60))])
    for known in ("charter", "charters", "chapter", "CHARTERED"):
        assert (await ask(engine, known)).corrections == (), known


async def test_a_rare_word_is_searched_as_it_is_and_a_frequent_neighbour_proposed(engine):
    rare = document("the chorter of 1921")
    await engine.index([rare, *(document("charter") for _ in range(50))])
    answer = await ask(engine, "chorter")
    assert [hit.post_id for hit in answer.hits] == [rare.post_id]
    assert answer.corrections == (Correction("chorter", "charter", searched=False),)


async def test_words_of_other_groups_are_neither_meant_nor_known(engine):
    await engine.index([document("wellington", group_id=2), document("willington", group_id=1), document("charter")])
    assert [said.meant for said in (await ask(engine, "wallington", (2,))).corrections] == ["wellington"]
    assert [said.meant for said in (await ask(engine, "wallington", (1,))).corrections] == ["willington"]
    assert await ask(engine, "wallington", (3,)) == Answer()
    # As if it stood nowhere: else a correction would tell that it stands somewhere.
    assert [said.meant for said in (await ask(engine, "wellington", (1,))).corrections] == ["willington"]


async def test_words_of_other_groups_keep_none_from_being_meant(engine):
    """Whoever plants a word near one that they suspect elsewhere, and asks for a third near both, learns nothing."""
    planted = [document("wellingtnn"), document("willington"), document("wallingtan"), document("wallingtan")]
    await engine.index(planted)
    asked = ("wellingtam", "willingtnn", "wallingxan", "wallington")
    before = [await ask(engine, typed) for typed in asked]
    assert all(answer.corrections for answer in before)
    near = ["wellingtan", "willingtan", "wallingtxn", "wallinton", "wallingto", "wallingtons", "willington"]
    await engine.index(document(" ".join(near), group_id=2) for _ in range(9))
    after = [await ask(engine, typed) for typed in asked]
    assert [answer.corrections for answer in after] == [answer.corrections for answer in before]


async def test_a_word_of_a_deleted_post_is_unknown_at_once(engine):
    gone = document("wellington")
    await engine.index([gone, document("charter")])
    await engine.delete([gone.post_id])
    assert await ask(engine, "wallington") == Answer()


@pytest.mark.parametrize(
    "exact",
    ['"govermance"', "charter -govermance", "rfc9111", "govermance.org", "ada@govermance.org", "9111", "互联罔"],
)
async def test_what_names_something_exactly_is_never_corrected(engine, exact):
    await engine.index([document("governance, charter, RFC 9110, example.org, 9110 互联网")])
    assert (await ask(engine, exact)).corrections == ()


async def test_a_reader_may_insist(engine):
    await engine.index([document("governance")])
    assert (await ask(engine, "govermance", verbatim=True)) == Answer()


async def test_only_the_wrong_word_is_corrected_and_the_others_rank(engine):
    both, one = document("the governance of names"), document("names and numbers")
    await engine.index([one, both])
    answer = await ask(engine, "govermance names")
    assert [hit.post_id for hit in answer.hits] == [both.post_id, one.post_id]
    assert [(said.typed, said.meant) for said in answer.corrections] == [("govermance", "governance")]
    assert await found(engine, "govermance names sort:new") == [both.post_id]


async def test_an_unfinished_word_counts_as_a_beginning(engine):
    post, other = document("Réunion of the governance group"), document("something else")
    await engine.index([post, other])
    for typed in ("gove", "governan", "the gov", "reun", "réu", "group gover"):
        assert await found(engine, typed, unfinished=True) == [post.post_id], typed
    assert await found(engine, "gove") == []
    assert await found(engine, "gove something", unfinished=True) == [other.post_id]
    assert await found(engine, "gove?", unfinished=True) == []


@pytest.mark.parametrize(("language", "typed"), [("ru", "управл"), ("ar", "حوك"), ("ar", "الحوك"), ("zh", "机器学")])
async def test_beginnings_in_other_scripts(engine, language, typed):
    posts = {language: document(text, language=language) for language, text in POSTS.items()}
    await engine.index(posts.values())
    assert await found(engine, typed, unfinished=True) == [posts[language].post_id]


async def test_two_letters_begin_words_of_titles(engine):
    titled, other = document("Monday", title="Governance of names"), document("gold")
    await engine.index([titled, other])
    assert await found(engine, "go", unfinished=True) == [titled.post_id]
    assert await found(engine, "g", unfinished=True) == []


async def test_words_of_other_groups_keep_none_from_being_completed(engine):
    """Else words that begin like one elsewhere, as many as are completed, would tell of it letter by letter."""
    words = [f"zeb{chr(97 + n)}ra" for n in range(COMPLETIONS)]
    planted = [document(word, title=f"{word[:2]}{word[3:]}") for word in words]
    await engine.index([*planted, *(document("something else") for _ in range(40))])
    seen = {typed: sorted(await found(engine, typed, unfinished=True)) for typed in ("zeb", "ze")}
    assert all(ids == [post.post_id for post in planted] for ids in seen.values())
    await engine.index(document("zebulon zebedee", title="zebulon zebedee", group_id=2) for _ in range(3))
    for typed, ids in seen.items():
        assert sorted(await found(engine, typed, unfinished=True)) == ids, typed


async def test_an_unfinished_word_is_not_corrected(engine):
    await engine.index([document("governance")])
    assert await ask(engine, "govermance", unfinished=True) == Answer()
    assert (await ask(engine, "govermance gov", unfinished=True)).corrections[0].meant == "governance"
