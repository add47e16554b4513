from itertools import islice

import pytest

from forum.transfer.community.naming import cut, display_name, group_title, name_key, slugs, thread_key, title_of


@pytest.mark.parametrize(
    "one, other",
    [
        (("a", "b:c"), ("a:b", "c")),
        (("a", "#" + "0" * 32), ("a", "%23" + "0" * 32)),
        (("g", "x" * 300), ("g", "x" * 301)),
        (("g" * 200, "x"), ("g" * 201, "x")),
        (("g", "Topic"), ("g", "topic ")),
    ],
)
def test_a_key_is_for_one_group_and_topic(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert thread_key(*one) != thread_key(*other)
    assert max(len(thread_key(*one)), len(thread_key(*other))) <= 300


def test_keys_hold_the_names_as_they_stand() -> None:
    assert thread_key("Routing", "Prefix lists ") == "community:Routing:Prefix lists "
    assert len(name_key("x" * 10_000)) <= 200


@pytest.mark.parametrize(
    "topic, title",
    [
        ("", "(no topic)"),
        ("\u200b", "(no topic)"),
        ("é", "Topic é"),
        (" a\tb ", "a b"),
        ("ok", "ok"),
        ("-" * 300, "-" * 199 + "…"),
    ],
)
def test_titles_have_a_length_that_fits(topic: str, title: str) -> None:
    assert title_of(topic) == title


def test_a_long_line_is_cut_at_a_word() -> None:
    assert cut("one two three", 13) == "one two three"
    assert cut("one two three", 12) == "one two…"
    assert cut("one two, three", 9) == "one two…"
    assert len(title_of("word " * 100)) <= 200


def test_an_address_is_not_shown_as_a_name() -> None:
    assert display_name("grace@example.org") == "grace"
    assert display_name("Grace @ home. Really") == "Grace @ home. Really"
    assert display_name("@grace") == "@grace"


def test_groups_get_addresses_of_their_shape() -> None:
    assert group_title("R") == "Group R"
    assert list(islice(slugs("Größe & Maß"), 2)) == ["grosse-mass", "grosse-mass-2"]
    assert next(slugs("路由")) == "group"
    every = list(slugs("x" * 80))
    assert len(set(every)) == len(every) and max(map(len, every)) == 60
