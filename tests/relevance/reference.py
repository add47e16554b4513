"""What plain BM25 finds in a collection by itself, with the same parameters for all of them (bm25s)."""

import re
from collections.abc import Sequence

import bm25s
import Stemmer

from tests.relevance.archive import Collection
from tests.relevance.metrics import DEPTH

# The library's own defaults: Lucene's variant.
METHOD, K1, B = "lucene", 1.5, 0.75

_STEMMERS = {"en": "english", "es": "spanish", "fr": "french", "pt": "portuguese", "ru": "russian"}
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+|[^\\W\u3400-\u4dbf\u4e00-\u9fff]+")


def rankings(collection: Collection) -> dict[str, list[str]]:
    """The first hundred documents for each query."""
    documents = collection.documents
    index = bm25s.BM25(method=METHOD, k1=K1, b=B)
    texts = [f"{document.title} {document.text}" for document in documents]
    index.index(_tokens(texts, collection.language), show_progress=False)
    asked = _tokens(list(collection.queries.values()), collection.language)
    found, scores = index.retrieve(asked, k=min(DEPTH, len(documents)), show_progress=False, n_threads=1)
    return {
        query: [documents[number].id for number, score in zip(numbers, its, strict=True) if score > 0]
        for query, numbers, its in zip(collection.queries, found.tolist(), scores.tolist(), strict=True)
    }


def _tokens(texts: Sequence[str], language: str) -> list[list[str]]:
    """The library's tokenizer, stop words and Snowball's stems; of Chinese pairs of characters."""
    if language == "zh":
        return [_pairs(text.lower()) or [""] for text in texts]
    stemmer = Stemmer.Stemmer(_STEMMERS[language])
    made = bm25s.tokenize(
        list(texts), stopwords=language, stemmer=stemmer, return_ids=False, show_progress=False
    )
    assert isinstance(made, list)
    return made


def _pairs(text: str) -> list[str]:
    found: list[str] = []
    for run in _CHINESE.findall(text):
        is_chinese = "\u3400" <= run[0] <= "\u9fff" and len(run) > 1
        found.extend(run[n : n + 2] for n in range(len(run) - 1)) if is_chinese else found.append(run)
    return found
