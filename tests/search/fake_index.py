"""One index of the small Meilisearch: its settings, its documents, how they are filtered and searched."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import ge, gt, le, lt
from typing import Any

from search.text import fold

SETTINGS = {
    "searchableAttributes": ["*"], "filterableAttributes": [], "sortableAttributes": [], "displayedAttributes": ["*"],
    "rankingRules": ["words", "typo", "proximity", "attribute", "sort", "exactness"], "localizedAttributes": None,
    "typoTolerance": {"enabled": True}, "synonyms": {}, "pagination": {"maxTotalHits": 1000}, "facetSearch": True,
    "searchCutoffMs": None, "stopWords": [], "distinctAttribute": None,
}  # fmt: skip
WORDS = 10  # of a query that are read
TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")


class Refused(Exception):  # noqa: N818  an answer, not a mistake
    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.body = status, {"message": message, "code": code, "type": "invalid_request", "link": ""}


@dataclass
class Index:
    uid: str
    settings: dict[str, Any] = field(default_factory=lambda: dict(SETTINGS))
    documents: dict[int, dict[str, Any]] = field(default_factory=dict)
    updated: datetime = field(default_factory=lambda: datetime.now(UTC))

    def view(self) -> dict[str, Any]:
        when = self.updated.isoformat().replace("+00:00", "Z")
        return {"uid": self.uid, "primaryKey": "post_id", "createdAt": when, "updatedAt": when}


# Filters

_TOKENS = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([A-Za-z0-9_.-]+)|(!=|>=|<=|[=<>,\[\]]))')


def conditions(filters: Any) -> Iterator[tuple[str, str, list[str]]]:
    """Attribute, operator and values of each condition; a real server's parser is as strict."""
    for one in [filters] if isinstance(filters, str) else filters:
        tokens = []
        at = 0
        while at < len(one.rstrip()):
            match = _TOKENS.match(one, at)
            if not match:
                raise Refused(400, "invalid_search_filter", f"cannot read {one[at:]}")
            quoted, word, sign = match.groups()
            tokens.append(("value", quoted) if quoted is not None else ("word", word) if word else ("sign", sign))
            at = match.end()
        yield _condition(tokens, one)


def _condition(tokens: list[tuple[str, str]], said: str) -> tuple[str, str, list[str]]:
    (_, attribute), (_, operator), *rest = tokens
    kinds, texts = [kind for kind, _ in rest], [text for _, text in rest]
    if operator == "IN":
        values = texts[1:-1:2]
        right = texts[0] == "[" and texts[-1] == "]" and set(texts[2:-1:2]) <= {","} and "sign" not in kinds[1:-1:2]
    elif operator in ("=", "!=", ">=", "<=", ">", "<"):
        values, right = texts, len(texts) == 1 and kinds != ["sign"]
    else:
        values, operator, right = [operator, texts[-1]], "TO", texts[:1] == ["TO"] and len(texts) == 2
    if not right:
        raise Refused(400, "invalid_search_filter", f"cannot read {said}")
    return attribute, operator, values


def filtered(index: Index, filters: Any) -> Iterator[dict[str, Any]]:
    wanted = list(conditions(filters or []))
    for attribute, _, _ in wanted:
        if attribute not in index.settings["filterableAttributes"]:
            raise Refused(400, "invalid_search_filter", f"Attribute `{attribute}` is not filterable.")
    for one in index.documents.values():
        if all(_holds(one[attribute], operator, values) for attribute, operator, values in wanted):
            yield one


def _holds(held: Any, operator: str, values: list[str]) -> bool:
    if operator in ("=", "IN", "!="):
        among = {str(one).lower() for one in (held if isinstance(held, list) else [held])}
        return bool(among & {value.lower() for value in values}) == (operator != "!=")
    numbers = [float(value) for value in values]
    if operator == "TO":
        return numbers[0] <= held <= numbers[1]
    compare = {">": gt, "<": lt, ">=": ge, "<=": le}[operator]
    return bool(compare(held, numbers[0]))


# Search

_PART = re.compile(r'(?:(?<=\s)|^)(-?)"([^"]*)"|(?:(?<=\s)|^)-([^\s"]+)|([^\s"]+)')


@dataclass(frozen=True)
class _Asked:
    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]
    without: tuple[tuple[str, ...], ...]
    prefix: bool


def tokens(text: str) -> list[str]:
    return TOKEN.findall(fold(text))


def _read(q: str) -> _Asked:
    words: list[str] = []
    phrases: list[tuple[str, ...]] = []
    without: list[tuple[str, ...]] = []
    for minus, quoted, excluded, bare in _PART.findall(q):
        if minus or excluded:
            without.append(tuple(tokens(quoted or excluded)))
        elif quoted:
            phrases.append(tuple(tokens(quoted)))
        else:
            words += tokens(bare)
    room = max(0, WORDS - len(phrases))
    return _Asked(tuple(words[:room]), tuple(phrases), tuple(without), bool(words) and not q.endswith(" "))


def found(index: Index, body: dict[str, Any]) -> list[dict[str, Any]]:
    asked, settings = _read(body["q"] or ""), index.settings
    attributes = body["attributesToSearchOn"] or settings["searchableAttributes"]
    if not set(attributes) <= set(settings["searchableAttributes"]):
        raise Refused(400, "invalid_search_attributes_to_search_on", "not searchable")
    distinct = body.get("distinct")
    if distinct and distinct not in settings["filterableAttributes"]:
        raise Refused(400, "invalid_search_distinct", "not filterable")
    order = [one.split(":") for one in [*(body["sort"] or []), "accepted:desc", "position:desc"]]
    if body["sort"] and order[0][0] not in settings["sortableAttributes"]:
        raise Refused(400, "invalid_search_sort", "not sortable")
    texts = {
        one["post_id"]: [tokens(one[attribute]) for attribute in attributes]
        for one in filtered(index, body["filter"])
    }
    whole = {number: [tokens(index.documents[number][a]) for a in settings["searchableAttributes"]] for number in texts}
    universe = {
        number
        for number, held in texts.items()
        if all(any(_at(phrase, some) for some in held) for phrase in asked.phrases)
        and not any(_at(phrase, some) for phrase in asked.without for some in whole[number])
    }
    matched = {n: _matched(asked, texts[n]) for n in universe}
    universe = _kept(asked, matched, body["matchingStrategy"])
    ranked = sorted(
        universe,
        key=lambda n: (
            [-index.documents[n][name] for name, _ in order[: len(body["sort"] or [])]],
            -sum(bool(places) for places in matched[n]),
            _distance(matched[n]),
            min((place for places in matched[n] for place in places), default=(0, 0)),
            [-index.documents[n][name] for name, _ in order],
        ),
    )
    hits: dict[Any, dict[str, Any]] = {}
    for rank, number in enumerate(ranked):
        document = index.documents[number]
        hit = {name: document[name] for name in body["attributesToRetrieve"]}
        if body["showRankingScore"]:
            some = sum(bool(places) for places in matched[number]) / max(1, len(matched[number]))
            hit["_rankingScore"] = max(0.01, some - rank / 10_000)
        hits.setdefault(document[distinct] if distinct else number, hit)
    return list(hits.values())[: min(body["limit"], settings["pagination"]["maxTotalHits"])]


def _matched(asked: _Asked, held: list[list[str]]) -> list[list[tuple[int, int]]]:
    """For each word where it stands: attribute and place. Two words may stand for one and one for two."""
    words = asked.words
    found = []
    for at, word in enumerate(words):
        spellings = {word, *(a + b for a, b in itertools.pairwise(words[max(0, at - 1) : at + 2]))}
        prefix = asked.prefix and at == len(words) - 1
        found.append(
            [
                (attribute, place)
                for attribute, some in enumerate(held)
                for place, token in enumerate(some)
                if token in spellings
                or (prefix and token.startswith(word))
                or (place + 1 < len(some) and token + some[place + 1] == word)
            ]
        )
    for phrase in asked.phrases:
        found.append([(number, 0) for number, some in enumerate(held) if _at(phrase, some)])
    return found


def _kept(asked: _Asked, matched: dict[int, list[list[tuple[int, int]]]], strategy: str) -> set[int]:
    if not asked.words:
        return set(matched)
    by_word = [{n for n, found in matched.items() if found[at]} for at in range(len(asked.words))]
    if strategy == "all":
        return set.intersection(*by_word)
    # Words that stand nowhere go first, then the commonest: the rarest must be there.
    assert strategy == "frequency"
    return min((some for some in by_word if some), key=len, default=set())


def _distance(found: list[list[tuple[int, int]]]) -> int:
    total = 0
    for here, there in itertools.pairwise(found):
        near = [b[1] - a[1] if b[1] > a[1] else a[1] - b[1] + 1 for a in here for b in there if a[0] == b[0]]
        total += min([8, *near])
    return total


def _at(phrase: tuple[str, ...], some: list[str]) -> bool:
    return any(tuple(some[at : at + len(phrase)]) == phrase for at in range(len(some)))
