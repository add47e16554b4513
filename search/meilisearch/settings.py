"""The settings of the index, as code; an index made with others asks for a rebuild.

What is displayed is ids, never text: a hit is read again from PostgreSQL anyway. Two names among the displayed
attributes are marks that no document has: one tells which settings an index was made with, one which rebuild
made it. Meilisearch hands them back letter by letter, unlike its other settings.
"""

import hashlib
from collections.abc import Collection
from functools import cache

from meilisearch_python_sdk.models.settings import (
    LocalizedAttributes,
    MeilisearchSettings,
    MinWordSizeForTypos,
    Pagination,
    TypoTolerance,
)

from search import synonyms
from search.engine import MAX_LIMIT
from search.text import LANGUAGES

# Raise it whenever the documents change: indexes made before then ask for a rebuild. Other settings ask by themselves.
FORMAT = 2

KEY = "post_id"
SHOWN = ("post_id", "thread_id", "group_id", "number", "position")
# Where words are looked for, the most telling place first. A thread's title is its opening post's `title` and the
# replies' `topic`.
TITLES = ("title", "topic")
SEARCHED = ("title", "text", "topic")
FILTERED = ("group_id", "thread_id", "post_id", "position", "author", "language", "kind", "state")
CUTOFF_MS = 1_000  # then Meilisearch answers with what it has: the reader's patience is 1.5 s


def index_settings(build: str) -> MeilisearchSettings:
    """Everything that is set; `build` is the name of the rebuild."""
    settings = _settings()
    settings.displayed_attributes = [*SHOWN, "stamp", _made(), _built(build)]
    return settings


def is_ours(displayed: Collection[str]) -> bool:
    """Whether an index with these displayed attributes was made with these settings."""
    return _made() in displayed


def is_of(build: str, displayed: Collection[str]) -> bool:
    """Whether it was made by that rebuild."""
    return _built(build) in displayed


def _settings() -> MeilisearchSettings:
    return MeilisearchSettings(
        searchable_attributes=list(SEARCHED),
        filterable_attributes=list(FILTERED),
        sortable_attributes=["position", "post_id"],
        # `sort` first, so that newest-first is exactly that; without a sort it does nothing.
        ranking_rules=[
            "sort",
            "words",
            "typo",
            "proximity",
            "attribute",
            "exactness",
            "accepted:desc",
            "position:desc",
        ],
        # All of the text may be in any of the seven: this keeps Chinese from being cut as if it were Japanese.
        localized_attributes=[LocalizedAttributes(attribute_patterns=["*"], locales=list(LANGUAGES))],
        # A number with another digit is another number.
        typo_tolerance=TypoTolerance(
            disable_on_numbers=True,
            min_word_size_for_typos=MinWordSizeForTypos(one_typo=5, two_typos=9),
        ),
        synonyms=synonyms.others(synonyms.of_this_community()),
        pagination=Pagination(max_total_hits=MAX_LIMIT),
        facet_search=False,
        search_cutoff_ms=CUTOFF_MS,
    )


@cache
def _made() -> str:
    said = f"{FORMAT} {_settings().model_dump_json(exclude_none=True)}"
    return f"made-{hashlib.blake2b(said.encode(), digest_size=6).hexdigest()}"


def _built(build: str) -> str:
    return f"build-{build}"
