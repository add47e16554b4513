"""What makes a post come first, beside BM25 over its words; every figure here was measured."""

from search.documents import Document

# Boosts over the body's 1.0. The opening post holds the title in its body as well.
TITLE = 0.5
TOPIC = 0.2
WHOLE = 0.5

PROXIMITY = 0.1
SLOP = 2
MAX_NEAR = 8
PROSE = 24

# Of two posts that say the same, the one a year younger scores 3.5 % more, of ten years 41 %. Being exponential it
# needs no "today": it is worked out once, when the post is indexed.
HALF_LIFE = 20 * 365.25 * 86_400  # seconds
_FROM = 1_735_689_600  # 2025-01-01, weight 1.0; only ratios count
_REACH = 5.0  # half-lives either side, for dates that nobody believes

ACCEPTED = 1.1  # an accepted answer over its like


def weight(document: Document) -> float:
    """What a post's score is multiplied by: its prior."""
    age = (document.created_at - _FROM) / HALF_LIFE
    recency = 2.0 ** min(max(age, -_REACH), _REACH)
    return float(recency * (ACCEPTED if document.accepted else 1.0))
