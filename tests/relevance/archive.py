"""The test collections: documents, queries, and which of the ones answer the others."""

import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ARCHIVE = Path(__file__).parents[3] / "shared" / "data" / "search.tar.gz"


@dataclass(frozen=True, slots=True)
class Document:
    """As the collection has it; ``title`` may be empty."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Collection:
    """``judgments`` are grades by query and document; whatever is not among them answers nothing."""

    name: str
    language: str
    documents: tuple[Document, ...]
    queries: Mapping[str, str]
    judgments: Mapping[str, Mapping[str, int]]


def read(archive: Path) -> list[Collection]:
    """All collections of an archive, ``…/NAME/{corpus.jsonl,queries.jsonl,qrels.tsv,meta.json}``, by name."""
    with tarfile.open(archive) as packed:
        texts: dict[str, dict[str, str]] = {}
        for member in packed:
            if (file := packed.extractfile(member)) is not None:
                path = Path(member.name)
                texts.setdefault(path.parent.name, {})[path.name] = file.read().decode()
    return [_collection(name, files) for name, files in sorted(texts.items())]


def _collection(name: str, files: Mapping[str, str]) -> Collection:
    judgments: dict[str, dict[str, int]] = {}
    for line in files["qrels.tsv"].splitlines()[1:]:
        query, document, grade = line.split("\t")
        judgments.setdefault(query, {})[document] = int(grade)
    return Collection(
        name=name,
        language=str(json.loads(files["meta.json"])["lang"]),
        documents=tuple(
            Document(row["_id"], row["title"].strip(), row["text"].strip()) for row in _rows(files["corpus.jsonl"])
        ),
        queries={row["_id"]: row["text"] for row in _rows(files["queries.jsonl"])},
        judgments=judgments,
    )


def _rows(lines: str) -> Iterator[dict[str, str]]:
    # Not splitlines(), which also ends lines inside of JSON strings (U+2028).
    return (json.loads(line) for line in lines.split("\n") if line)
