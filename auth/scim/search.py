"""Finding resources (RFC 7644 3.4.2): the indexes answer what clients ask all day, the library decides the rest.

`userName eq "…"`, `externalId eq "…"`, `id eq "…"`, a Group's `displayName eq "…"`, alone or joined by `and`, become
conditions of the statement; whatever is found is still asked of the filter itself. Any other filter, and any order but
by name or age, is worked out over all the client's resources, a handful in memory at a time and at most so many.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from scim2_models import Resource, ScimFilter, SearchRequest, TooManyException
from scim2_models.path import CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator
from scim2_server.storage import SearchPage

from auth.scim import resources
from auth.scim.resources import EVERYTHING, Narrowed, Row, as_id

READ_AT_ONCE: Final = 200
MOST_READ: Final = 5_000
LAST_INDEX: Final = 2**31

USER_NAME: Final = "urn:ietf:params:scim:schemas:core:2.0:User:userName"
GROUP_NAME: Final = "urn:ietf:params:scim:schemas:core:2.0:Group:displayName"

Model = Callable[[Row], Resource[Any]]
Key = tuple[bool, Any, str]


async def search(client_id: int, kinds: Sequence[str], asked: SearchRequest[Any], model: Model) -> SearchPage:
    """One page of one client's resources; ``model`` makes a resource of a row."""
    narrowed = _narrowed(asked.filter) if len(kinds) == 1 else EVERYTHING
    if narrowed is None:
        return SearchPage(0, [])
    if asked.filter is not None and narrowed != EVERYTHING:
        found = [model(row) for row in await resources.page(client_id, kinds, narrowed, most=READ_AT_ONCE)]
        matching = [one for one in found if asked.filter.match(one)]
        return SearchPage(len(matching), asked.sort(matching)[_slice(asked)])
    order = _order(asked) if len(kinds) == 1 or asked.sort_by is None else None
    if asked.filter is not None or order is None:
        return await _read_all(client_id, kinds, asked, model)
    wanted = _slice(asked)
    rows = await resources.page(
        client_id,
        kinds,
        order=order,
        skip=wanted.start,
        most=asked.count,
        members=_wants_members(asked),
    )
    return SearchPage(await resources.count(client_id, kinds), [model(row) for row in rows])


async def _read_all(client_id: int, kinds: Sequence[str], asked: SearchRequest[Any], model: Model) -> SearchPage:
    """Keeps of each match only what orders it, and loads the page at the end."""
    if await resources.count(client_id, kinds) > MOST_READ:
        raise TooManyException(detail="Please filter by userName, externalId, id or displayName with eq.")
    keys: list[Key] = []
    last: UUID | None = None
    while rows := await resources.after(client_id, kinds, last, READ_AT_ONCE):
        last = as_id(rows[-1].id)
        keys += [_key(asked, one) for one in map(model, rows) if asked.filter is None or asked.filter.match(one)]
    keys.sort(reverse=_descends(asked))
    ids = [key[2] for key in keys[_slice(asked)]]
    rows = await resources.by_ids(client_id, ids, members=_wants_members(asked))
    by_id = {row.id: model(row) for row in rows}
    return SearchPage(len(keys), [by_id[one] for one in ids if one in by_id])


def _key(asked: SearchRequest[Any], resource: Resource[Any]) -> Key:
    """Those without a value come last, first when descending (RFC 7644 3.4.2.3)."""
    value = asked.sort_value(resource)
    return value is None, value if value is not None else "", str(resource.id)


def _descends(asked: SearchRequest[Any]) -> bool:
    return asked.sort_by is not None and asked.sort_order == SearchRequest.SortOrder.descending


def _slice(asked: SearchRequest[Any]) -> slice:
    start = min((asked.start_index or 1) - 1, LAST_INDEX)
    return slice(start, None if asked.count is None else start + min(asked.count, LAST_INDEX))


def _order(asked: SearchRequest[Any]) -> str | None:
    """The order in which an index has them, None when no index does."""
    if asked.sort_by is None:
        return "created"
    binding = asked.sort_by.resolve()
    if binding is None or binding.urn not in (USER_NAME, GROUP_NAME):
        return None
    return "name down" if _descends(asked) else "name"


def _wants_members(asked: SearchRequest[Any]) -> bool:
    if asked.attributes:
        return any("members" in str(path).casefold() for path in asked.attributes)
    return not any(str(path).casefold() == "members" for path in asked.excluded_attributes or ())


def _narrowed(asked: ScimFilter[Any] | None) -> Narrowed | None:
    """What the indexes can answer of a filter, EVERYTHING where they cannot; None: nothing can match."""
    if asked is None:
        return EVERYTHING
    terms: dict[str, str] = {}
    for node in _conjunction(asked.ast):
        if not isinstance(node, Comparison) or node.op != CompareOperator.eq or not isinstance(node.value, str):
            continue
        binding = asked.resolve_comparison(node.attr_path, strict=False)
        if binding is not None:
            terms.setdefault(binding.urn, binding.comparable(node.value))
    if any(not is_storable(value) for value in terms.values()):
        return None
    number = None
    external = next((value for urn, value in terms.items() if urn.endswith(":externalId")), None)
    if (said := next((value for urn, value in terms.items() if urn.endswith(":id")), None)) is not None:
        number = as_id(said)
        if number is None:
            return None
    name = terms.get(USER_NAME, terms.get(GROUP_NAME))
    return Narrowed(unique_name=name, external_id=external, id=number)


def _conjunction(node: FilterNode) -> Iterator[FilterNode]:
    """What must all be true for the filter to be."""
    if isinstance(node, LogicalExpr) and node.op == LogicalOperator.and_:
        for term in node.terms:
            yield from _conjunction(term)
    else:
        yield node


def is_storable(text: str) -> bool:
    """Whether PostgreSQL takes it: no NUL, no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
