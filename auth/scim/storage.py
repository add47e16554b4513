"""Where the SCIM server keeps one client's resources: PostgreSQL, each write one deed together with its effects."""

import json
import unicodedata
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar, cast

from scim2_models import (
    ForbiddenException,
    Group,
    InvalidValueException,
    Meta,
    NotFoundException,
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    ScimProvider,
    SearchRequest,
    UniquenessException,
    User,
)
from scim2_server.storage import AsyncScimStorage, SearchPage
from tortoise.exceptions import IntegrityError

from auth.scim import effects, resources
from auth.scim.people import Client, People, StaffAccountError
from auth.scim.resources import Row, Written
from auth.scim.search import is_storable, search

T = TypeVar("T")

NAME_LENGTH: Final = 500
EXTERNAL_ID_LENGTH: Final = 255
MOST_MEMBERS: Final = 20_000
# `password` is taken and forgotten (RFC 7643 4.1.1: never returned); `id` and `meta` have columns of their own.
NOT_KEPT: Final = ("password", "id", "meta")


class PostgresStorage(AsyncScimStorage):
    """One client's resources: no statement ever sees another's."""

    def __init__(self, client: Client, people: People, provider: ScimProvider) -> None:
        self._client, self._people, self._provider = client, people, provider

    async def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        return self._resource(await self._found(resource_type, resource_id))

    async def search(
        self,
        resource_types: list[ResourceType],
        search_request: SearchRequest[Any],
        *,
        position: Any = None,
    ) -> SearchPage:
        kinds = [_kind(one) for one in resource_types]
        return await search(self._client.id, kinds, search_request, self._resource)

    async def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        kind, written = _kind(resource_type), _written(resource)

        async def deed() -> Row:
            row = await resources.insert(self._client.id, kind, written)
            await self._take_effect(row, resource, "created")
            return row

        return self._resource(await self._together(deed))

    async def update(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> Resource[Any]:
        written = _written(resource)

        async def deed() -> Row:
            stored = await self._found(resource_type, resource.id, expected_version, lock=True)
            row = await resources.replace(self._client.id, stored.id, stored.version, written)
            assert row is not None, "it is locked"
            await self._take_effect(row, resource, "updated")
            return row

        return self._resource(await self._together(deed, resource.id))

    async def delete(
        self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None
    ) -> None:
        async def deed() -> None:
            row = await self._found(resource_type, resource_id, expected_version, lock=True)
            if row.kind == "User":
                await effects.user_deleted(self._people, self._client, row)
            else:
                await effects.group_deleted(self._people, self._client, row)
            await resources.delete(self._client.id, row.id)
            await self._note(row, "deleted", row.member_id, row.group_id)

        await self._together(deed, resource_id)

    async def _take_effect(self, row: Row, resource: Resource[Any], deed: str) -> None:
        member_id = group_id = None
        if row.kind == "User":
            member_id = await effects.user_written(self._people, self._client, row, cast(User[Any], resource))
        else:
            group_id = await effects.group_written(self._people, self._client, row, cast(Group, resource))
        await self._note(row, deed, member_id, group_id)

    async def _note(self, row: Row, deed: str, member_id: int | None, group_id: int | None) -> None:
        action = f"scim.{row.kind.lower()}_{deed}"
        await self._people.note(self._client, action, resource=row.id, member_id=member_id, group_id=group_id)

    async def _together(self, deed: Callable[[], Awaitable[T]], resource_id: str | None = None) -> T:
        try:
            return await self._people.together(deed)
        except IntegrityError as error:
            raise UniquenessException(
                detail="Another of your resources has this name or stands for this person."
            ) from error
        except StaffAccountError as error:
            await self._people.refused("staff_account", client=self._client, resource=resource_id)
            raise ForbiddenException(
                detail="This person has a role on the site. Only the site's administrators can suspend them."
            ) from error

    async def _found(
        self,
        resource_type: ResourceType,
        resource_id: str | None,
        expected_version: str | None = None,
        *,
        lock: bool = False,
    ) -> Row:
        row = await resources.find(self._client.id, _kind(resource_type), resource_id, lock=lock)
        if row is None:
            raise NotFoundException
        if expected_version is not None and expected_version != _version(row):
            raise PreconditionFailedException
        return row

    def _resource(self, row: Row) -> Resource[Any]:
        model = cast(type[Resource[Any]], self._provider.model_for(row.kind))
        resource = model.model_validate(row.data)
        resource.id = row.id
        resource.meta = Meta(
            resource_type=row.kind,
            created=row.created_at,
            last_modified=row.updated_at,
            version=_version(row),
        )
        return resource


def _kind(resource_type: ResourceType) -> str:
    return str(resource_type.name)


def _version(row: Row) -> str:
    return f'W/"{row.version}"'


def _written(resource: Resource[Any]) -> Written:
    """The columns of a resource; raises InvalidValueException for what cannot be kept."""
    name = resource.user_name if isinstance(resource, User) else cast(Group, resource).display_name
    if not name or len(name) > NAME_LENGTH:
        raise InvalidValueException(detail=f"A name has 1 to {NAME_LENGTH} characters.")
    if resource.external_id is not None and len(resource.external_id) > EXTERNAL_ID_LENGTH:
        raise InvalidValueException(detail=f"externalId has at most {EXTERNAL_ID_LENGTH} characters.")
    if isinstance(resource, Group) and len(resource.members or ()) > MOST_MEMBERS:
        raise InvalidValueException(detail=f"A group has at most {MOST_MEMBERS} members.")
    kept = {key: value for key, value in resource.model_dump().items() if key not in NOT_KEPT}
    data = json.dumps(kept, ensure_ascii=False)
    if not is_storable(data) or "\\u0000" in data:
        raise InvalidValueException(detail="A text holds characters that cannot be kept.")
    return Written(unique_name=_compared(name), external_id=resource.external_id, data=data)


def _compared(name: str) -> str:
    """As names are compared, without their case: the library's own default for `userName` and `displayName`."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).lower())
