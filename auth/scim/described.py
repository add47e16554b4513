"""What we serve, as the discovery endpoints announce it (RFC 7643 5 to 7)."""

from typing import Final

import scim2_models
from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    EnterpriseUser,
    ETag,
    Filter,
    Group,
    Patch,
    ResourceType,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
)
from scim2_models.resources.user import Email as LibrarysEmail

LARGEST_BODY: Final = 2_000_000
LARGEST_PAGE: Final = 200
MOST_OPERATIONS: Final = 100


class Email(LibrarysEmail):
    """We write to nobody at it, so whatever an organisation uses inside (`@corp.local`) is as good as any."""

    value: str | None = None


class User(scim2_models.User):  # type: ignore[type-arg]
    """RFC 7643 4.1. Its name is the schema's name."""

    emails: list[Email] | None = None  # type: ignore[assignment]


def provider() -> ScimProvider:
    """What we serve and announce (RFC 7643 5), and how patiently we read what well-known clients send."""
    bearer = AuthenticationScheme(
        type=AuthenticationScheme.Type.oauthbearertoken,
        name="Bearer token",
        description="The token that an administrator made for this client.",
    )
    return ScimProvider(
        models=[User, EnterpriseUser, Group],
        resource_types=[
            ResourceType.from_resource(User[EnterpriseUser]),  # type: ignore[misc]
            ResourceType.from_resource(Group),
        ],
        config=ServiceProviderConfig(
            patch=Patch(supported=True),
            bulk=Bulk(supported=True, max_operations=MOST_OPERATIONS, max_payload_size=LARGEST_BODY),
            filter=Filter(supported=True, max_results=LARGEST_PAGE),
            change_password=ChangePassword(supported=False),
            sort=Sort(supported=True),
            etag=ETag(supported=True),
            authentication_schemes=[bearer],
        ),
        # Entra removes members by value and replaces entries that are not there; others send attributes of their own.
        policy=ScimPolicy(
            unknown=ScimPolicy.Unknown.ignore,
            remove_value_as_filter=ScimPolicy.RemoveValue.apply,
            unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
        ),
    )
