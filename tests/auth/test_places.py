"""From the values of a claim to places, by the rules: pure, and the same in the preview and at sign-in."""

from typing import Any

import pytest

from auth.actor import GroupRole
from auth.oidc.places import NotSettledError, find, findings
from auth.places import Wanted
from config.settings import PlaceRule

RULES = (
    PlaceRule(exact="admins", group="secretariat", role="facilitator"),
    PlaceRule(prefix="/courses/", group="course-{rest}", on_leave="remove"),
    PlaceRule(pattern=r"(?i)dip_(\d{4})(?:_(?P<part>\w+))?", group="diplomacy-{1}-{part}"),
    PlaceRule(pattern=r"admins?", group="never", role="reader"),
)


def placed(*values: Any) -> list[Any]:
    """The place of each value, or what is wrong with it."""
    return [one.wanted or one.problem for one in findings({"groups": list(values)}, "groups", RULES)]


def test_the_first_rule_that_fits_counts() -> None:
    assert placed("admins", "admin") == [
        Wanted(group="secretariat", role=GroupRole.FACILITATOR),
        Wanted(group="never", role=GroupRole.READER),
    ]


def test_what_is_captured_becomes_a_part_of_an_address() -> None:
    assert placed("/courses/Net Governance", "/courses/é/ü", "DIP_2026_Geneva", "dip_2026") == [
        Wanted(group="course-net-governance", ends_at_once=True),
        Wanted(group="course", ends_at_once=True),
        Wanted(group="diplomacy-2026-geneva"),
        Wanted(group="diplomacy-2026"),
    ]


def test_patterns_are_of_the_whole_value_and_what_fits_no_rule_says_so() -> None:
    assert placed("dip_2026_a b", "xadmins", "Admins", "") == ["no_rule"] * 4
    assert placed("/courses/" + "x" * 60) == ["no_group"]
    assert placed("/courses/" + "x" * 250) == ["too_long"]


def test_what_is_no_text_is_passed_over_and_twice_is_once() -> None:
    assert placed("admins", 7, None, {"name": "admins"}, "admins") == placed("admins")


@pytest.mark.parametrize(
    ("said", "path", "found"),
    [
        ({"groups": ["a"]}, "groups", ["a"]),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", ["a"]),
        ({"https://a.example/groups": ["a"]}, "https://a.example/groups", ["a"]),
        ({"https://a.example": {"b.c": {"d": "e"}}}, "https://a.example.b.c.d", "e"),
        ({"a": "text"}, "a.b", None),
        ({"a": {}}, "a.b", None),
        ({}, "a", None),
    ],
)
def test_a_path_with_dots_is_followed(said: dict[str, Any], path: str, found: Any) -> None:
    assert find(said, path) == found


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({}, "claim_missing"),
        ({"groups": None}, "claim_missing"),
        ({"groups": {"a": True}}, "claim_not_a_list"),
        ({"groups": 7}, "claim_not_a_list"),
        ({"groups": ["a"] * 201}, "too_many_values"),
    ],
)
def test_a_claim_that_is_not_whole_says_nothing(said: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotSettledError) as caught:
        findings(said, "groups", RULES)
    assert caught.value.reason == reason


def test_one_text_is_a_list_of_one() -> None:
    assert [one.value for one in findings({"groups": "admins"}, "groups", RULES)] == ["admins"]


def test_slow_patterns_end() -> None:
    slow = PlaceRule(pattern=r"(.*)a(.*)b(.*)c", group="g")
    values = [f"{'ab' * 120}{number}" for number in range(200)]
    try:
        assert len(findings({"groups": values}, "groups", [slow])) == 200
    except NotSettledError as unsaid:
        assert unsaid.reason == "too_slow"
