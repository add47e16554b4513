"""What an operator says of the search engine."""

from pathlib import Path

from config.settings import Secret
from tests.config.reading import mistakes, read


def test_meilisearch_needs_its_address_and_its_key(tmp_path: Path) -> None:
    said = mistakes(FORUM_SEARCH_ENGINE="meilisearch")
    assert "search.url: is missing" in said and "search.key: is missing" in said
    said = mistakes(FORUM_SEARCH_ENGINE="meilisearch", FORUM_SEARCH_URL="meili", FORUM_SEARCH_KEY="short")
    assert "2 settings are wrong" in said and "must be an address" in said and "short" not in said
    (key := tmp_path / "key").write_text("m" * 32 + "\n", encoding="utf-8")
    search = read(
        FORUM_SEARCH_ENGINE="meilisearch", FORUM_SEARCH_URL="http://meilisearch:7700", FORUM_SEARCH_KEY_FILE=str(key)
    ).search
    assert (search.url, search.key, search.index) == ("http://meilisearch:7700", Secret("m" * 32), "plenary")
    assert "search.index" in mistakes(FORUM_SEARCH_INDEX="no blanks")
