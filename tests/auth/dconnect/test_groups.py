"""What the other site says of groups: in those it may speak of, and of its own places only."""

import pytest

from auth.dconnect.groups import said_of_groups, wanted

ALLOWED = ("alumni", "py-101", "py-102")


@pytest.mark.parametrize(
    ("said", "held", "expected"),
    [
        ({}, ["alumni"], None),
        ({"groups": "alumni,py-101"}, [], ["alumni", "py-101"]),
        ({"groups": "py-102"}, ["alumni"], ["py-102"]),
        ({"groups": ""}, ["alumni"], []),
        ({"groups": " alumni , ,py-101 "}, [], ["alumni", "py-101"]),
        ({"groups": "staff,alumni,Alumni"}, [], ["alumni"]),
        ({"add_groups": "py-102"}, ["py-101"], ["py-101", "py-102"]),
        ({"add_groups": "staff"}, [], []),
        ({"remove_groups": "py-101"}, ["py-101", "alumni"], ["alumni"]),
        ({"remove_groups": "somebody-elses"}, ["alumni"], ["alumni"]),
        ({"add_groups": "alumni", "remove_groups": "alumni"}, [], []),
        ({"groups": "alumni", "add_groups": "py-101", "remove_groups": "alumni"}, ["py-102"], ["py-101"]),
        ({"add_groups": ""}, ["no-longer-allowed", "alumni"], ["alumni"]),
    ],
)
def test_what_is_said_is_what_is_wanted(said: dict[str, str], held: list[str], expected: list[str] | None) -> None:
    assert wanted(said_of_groups(said), held, ALLOWED) == expected


def test_what_is_no_list_of_texts_says_nothing() -> None:
    assert wanted({"groups": "alumni", "add_groups": None}, ["py-101"], ALLOWED) is None
    assert wanted({"groups": ["alumni", 7]}, [], ALLOWED) == ["alumni"]
