"""S-4: no column of a table is set by naming it, unless the operation says so."""
import msgspec
import pytest
from tortoise.models import Model

from forum.api.parsing import parse_body
from forum.groups import models as groups
from forum.kit.errors import Invalid
from forum.members import models as members
from forum.routes import API, ApiRoute
from forum.threads import models as threads

MODELS = [
    model
    for module in (groups, members, threads)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, Model) and model is not Model
]
COLUMNS = {name for model in MODELS for name in model._meta.fields_map} | {"is_admin", "role", "scopes"}
WRITES = [route for route in API if route.operation.body is not None]


@pytest.mark.parametrize("route", WRITES, ids=lambda route: route.operation.name)
def test_an_undeclared_column_is_refused_by_name(route: ApiRoute) -> None:
    schema = route.operation.body
    assert schema is not None
    declared = {field.encode_name for field in msgspec.structs.fields(schema)}
    assert "id" not in declared
    for column in COLUMNS - declared:
        with pytest.raises(Invalid) as refused:
            parse_body(msgspec.json.encode({column: 1}), schema)
        assert set(refused.value.errors) & {column, *declared}
        assert "unknown_field" in refused.value.errors.values() or "required" in refused.value.errors.values()
    assert schema.__struct_config__.forbid_unknown_fields
