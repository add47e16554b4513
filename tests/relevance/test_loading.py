"""Documents become threads within the forum's limits, and archives are read as they are packed."""

import io
import json
import tarfile
from pathlib import Path

from tests.relevance.archive import Collection, Document, read
from tests.relevance.loading import NO_TEXT, threads


def test_a_document_is_a_thread_with_its_text_and_its_title() -> None:
    long = "word " * 50
    found = list(
        threads(
            Collection(
                name="tiny",
                language="en",
                documents=(
                    Document("d1", "A title", "The text."),
                    Document("d2", "", "No title."),
                    Document("d3", long.strip(), "Under a long title."),
                    Document("d4", "Nothing in it", ""),
                ),
                queries={},
                judgments={},
            ),
            first=7,
        )
    )
    assert [one.id for one in found] == [7, 8, 9, 10]
    assert [one.key for one in found] == [f"relevance:tiny:d{n}" for n in range(1, 5)]
    assert found[0].title == "A title"
    assert found[0].body == "The text."
    assert found[1].title == "document d2"
    assert len(found[2].title) <= 200
    assert found[2].title.endswith("…")
    assert found[2].body.startswith(long.strip())
    assert found[3].body == NO_TEXT


def test_an_archive_holds_a_folder_for_each_collection(tmp_path: Path) -> None:
    packed = tmp_path / "search.tar.gz"
    files = {
        "corpus.jsonl": json.dumps({"_id": "d", "title": " ", "text": "two\u2028lines"}, ensure_ascii=False) + "\n",
        "queries.jsonl": json.dumps({"_id": "q", "text": "lines?"}) + "\n",
        "qrels.tsv": "query-id\tcorpus-id\tscore\nq\td\t2\n",
        "meta.json": json.dumps({"lang": "fr"}),
    }
    with tarfile.open(packed, "w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"./search/_norm/tiny/{name}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    assert read(packed) == [
        Collection("tiny", "fr", (Document("d", "", "two\u2028lines"),), {"q": "lines?"}, {"q": {"d": 2}})
    ]
