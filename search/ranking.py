"""What makes a post come first, beside BM25 over its words.

The effects are in nDCG@10 by that of plain BM25 (bm25s), the mean over the seven collections of `make relevance` in
one index: 1.014 as it stands, and what it would be without each.
"""

from search.documents import Document

# Boosts over the body's 1.0. The opening post holds the title in its body as well. Without TITLE 0.990: a forum's
# questions 1.00 → 0.92, papers 1.05 → 1.00; twice as much helps papers (1.07) and hurts long queries (0.94 → 0.89).
# TOPIC, the title over a reply, is no part of the collections: it lets a reply be found by its thread's words.
TITLE = 0.5
TOPIC = 0.2

# Identifiers, RFC numbers, single ideographs, beside the words they are made of. Without it 1.0135 (a forum's questions
# 1.00 → 0.985); at 1.5, as it was, hyphenated words outweigh the rest (papers 1.060 → 1.054, at 3.0 1.02).
WHOLE = 0.5

# Words that follow each other in the query and stand at most SLOP places out of it in the text, for the first MAX_NEAR
# words. Without it 1.009: abstracts 1.034 → 1.012, a forum's questions 1.00 → 0.985. Three times as strong it costs
# more than it brings (1.02 of papers instead of 1.06, long queries 0.94 → 0.92), at slop 5 and 10 no less.
PROXIMITY = 0.1
SLOP = 2
MAX_NEAR = 8

# A query of more words was pasted: where its words stand tells nothing, and its quotation marks only rank.
# Without this 1.009 (queries of a hundred words 1.007 → 0.974).
PROSE = 24

# Of two posts that say the same, the one a year younger scores 3.5 % more, of ten years 41 %. Being exponential it
# needs no "today": it is worked out once, when the post is indexed. The collections know no dates, so it changes
# nothing there; on the benchmark's index multiplying by it makes a search of common words 1.1 ms slower (2.3 for 1.2).
HALF_LIFE = 20 * 365.25 * 86_400  # seconds
_FROM = 1_735_689_600  # 2025-01-01, weight 1.0; only ratios count
_REACH = 5.0  # half-lives either side, for dates that nobody believes

# An accepted answer over its like: as much as three years of age. Nothing on the collections, which know no answers.
ACCEPTED = 1.1


def weight(document: Document) -> float:
    """What a post's score is multiplied by: its prior."""
    age = (document.created_at - _FROM) / HALF_LIFE
    recency = 2.0 ** min(max(age, -_REACH), _REACH)
    return float(recency * (ACCEPTED if document.accepted else 1.0))
