"""The sentences that moderators choose from."""
import pytest

from forum.moderation.canned import CANNED, canned
from forum.moderation.models import Decision, FlagReason

SPOKEN = set(Decision) - {Decision.NO_ACTION}


@pytest.mark.parametrize("language", ["en", "fr", "es", "pt", "ar", "ru", "zh"])
def test_each_language_speaks_of_every_reason_and_decision(language: str) -> None:
    texts = canned(language)
    assert [(one.reason, one.decision) for one in texts] == [
        (reason, decision) for reason in FlagReason for decision in Decision if decision in SPOKEN
    ]
    assert len({one.text for one in texts}) == len(texts)
    assert all(20 < len(one.text) < 400 and one.text[-1] in ".。" and "  " not in one.text for one in texts)


def test_no_sentence_was_left_in_another_language() -> None:
    assert len({one.text for texts in CANNED.values() for one in texts}) == 7 * 24


def test_a_language_that_is_none_of_ours_is_answered_in_english() -> None:
    assert canned("sw") == canned("en")
