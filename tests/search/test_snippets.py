import pytest

from search.query import parse
from search.snippets import MAX_MARKED, Segment, _wanted, snippet


def marked(body: str, query: str, language: str = "en") -> list[str]:
    return [segment.text for segment in snippet(body, parse(query), language) if segment.is_match]


def test_the_words_are_marked_and_the_rest_is_left_alone():
    assert snippet("We hold elections soon", parse("election"), "en") == [
        Segment("We hold ", False),
        Segment("elections", True),
        Segment(" soon", False),
    ]


@pytest.mark.parametrize(
    ("language", "body", "query", "words"),
    [
        ("pt", "As decisões da reunião", "decisao reunioes", ["decisões", "reunião"]),
        ("fr", "L'élection de l'E\u0301cole", "election ecole", ["élection", "École"]),
        ("es", "El próximo AÑO", "proximo ano", ["próximo", "AÑO"]),
        ("ar", "نناقش حَوْكَمَة الإنترنت", "الحوكمة", ["حَوْكَمَة"]),
        ("ru", "Итоги выборов в Москве", "выборы", ["выборов"]),
        ("zh", "我们讨论机器学习和治理", "机器学习", ["机器学习"]),
        ("en", "the state of the art", "state of the art", ["state", "art"]),
        ("en", "to be or not", "to be", ["to", "be"]),
        ("en", "ＦＵＬＬ width and Œuvres", "full", ["ＦＵＬＬ"]),
        ("fr", "les Œuvres", "oeuvre", ["Œuvres"]),
        ("en", "unelected elections", "elections", ["elections"]),
        ("en", "policy development", '"policy development"', ["policy", "development"]),
        ("en", "draft charter", "charter -draft", ["charter"]),
    ],
)
def test_words_are_marked_as_they_were_found(language, body, query, words):
    assert marked(body, query, language) == words


def test_the_window_is_where_the_words_stand_together():
    body = "charter. " + "filler words go on " * 40 + "the charter of members is new. " + "and on " * 40
    shown = snippet(body, parse("charter members"), "en")
    assert "charter of members" in "".join(segment.text for segment in shown)
    assert shown[0] == shown[-1] == Segment("…", False)


def test_without_a_match_the_beginning_is_shown():
    shown = snippet("word " * 100, parse("nothing"), "en")
    assert shown[0].text.startswith("word word")
    assert shown[-1] == Segment("…", False)
    assert snippet("", parse("nothing"), "en") == []


@pytest.mark.parametrize(
    "body", ["a" * 5000, "中" * 5000, "election " * 1000, " \n\t" * 500, "x " * 5000 + "election"]
)
@pytest.mark.parametrize("query", ["election", "中", "", "a中 election"])
def test_a_snippet_is_never_longer_than_it_may_be(body, query):
    shown = snippet(body, parse(query))
    assert sum(len(segment.text) for segment in shown) <= 240
    assert all(segment.text for segment in shown)


def test_markup_is_text():
    assert marked("<script>alert(1)</script>", "alert") == ["alert"]


def test_of_very_many_words_only_so_many_are_marked():
    found = _wanted(parse(" ".join(f"w{n}" for n in range(200))), "en")
    assert len(found) == MAX_MARKED and "w0" in found


def test_words_that_were_meant_are_marked():
    shown = snippet("The Governance of names", parse("govermance"), "en", meant=("governance",))
    assert [segment.text for segment in shown if segment.is_match] == ["Governance"]
