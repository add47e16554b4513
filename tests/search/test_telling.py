"""What a text is about, and whether another one is about it, in the scripts that are written here."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query import Sort, parse
from search.telling import MAX_TELLING, exactly, likeness, shared


@pytest.mark.parametrize(
    ("title", "about", "not_about"),
    [
        ("How do we run a small exchange point?", "A small exchange and its costs", "How do we do it?"),
        ("Une charte pour les données ouvertes", "Les données ouvertes en Afrique", "Pour les autres"),
        ("تشغيل نقطة تبادل صغيرة", "نقطة التبادل الصغيرة في بلدنا", "كيف حالكم جميعا"),
        ("Как измерить доступность сети", "Измерение доступности сети", "Как это было"),
        ("如何运营一个互联网交换中心", "互联网交换中心的费用", "今天天气很好"),
    ],
)
def test_two_words_in_common_tell(title: str, about: str, not_about: str) -> None:
    like = likeness(title)
    assert shared(like, about, "") >= 2
    assert shared(like, not_about, "") < 2


def test_what_is_said_again_counts_and_what_says_nothing_does_not() -> None:
    like = likeness("A question", "Peering is cheap. We like peering. The the the once.", "en")
    assert like.words == ("question", "Peering")
    assert likeness("What is it about?").words == ()
    assert likeness("").words == ()


@given(title=st.text(max_size=80), body=st.text(max_size=200), language=st.sampled_from(("", "en", "ar", "zh", "xx")))
def test_any_text_is_like_something_or_nothing(title: str, body: str, language: str) -> None:
    like = likeness(title, body, language)
    assert len(like.words) <= MAX_TELLING
    assert shared(like, body, language) >= 0


def test_exactly_asks_for_every_telling_word() -> None:
    asked = exactly(parse('route the servers "small exchange" -draft group:ixp sort:relevance'))
    assert asked.words == () and asked.sort is Sort.NEW
    assert asked.phrases == ("small exchange", "route", "servers")
    assert (asked.without, asked.groups) == (("draft",), ("ixp",))
    assert exactly(parse("to be or not to be")).phrases == ("to", "be", "or", "not", "to", "be")
