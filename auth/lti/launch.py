"""What a platform says when it sends somebody here, checked in the order of the standards.

Paragraphs: `SF` is the 1EdTech Security Framework 1.0, `Core` is LTI Core 1.3, `DL` is LTI Deep Linking 2.0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    ClaimError,
    InvalidKeyIdError,
    JoseError,
    UnsupportedAlgorithmError,
)

from auth.actor import GroupRole
from auth.directory import Claims
from auth.lti import platforms
from auth.lti.contexts import Course
from auth.lti.keys import PlatformKeys, UnreachableError
from auth.lti.platforms import Platform
from auth.lti.roles import leads, role_of
from auth.oidc.claims import claims_of

CLAIM: Final = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINKING: Final = "https://purl.imsglobal.org/spec/lti-dl/claim/"
ROSTER: Final = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
VERSION: Final = "1.3.0"
RESOURCE_LINK, DEEP_LINK = "LtiResourceLinkRequest", "LtiDeepLinkingRequest"

LEEWAY_SECONDS: Final = 60
TOKEN_LENGTH: Final = 64_000
ID_LENGTH: Final = 255
DATA_LENGTH: Final = 20_000
_WRONG_CLAIM: Final = {
    "iss": "wrong_issuer",
    "aud": "wrong_audience",
    "nonce": "wrong_nonce",
    "exp": "expired_token",
    "iat": "token_of_the_future",
    "nbf": "token_of_the_future",
}


class LaunchRefusedError(Exception):
    """``reason`` is the code of the audit log and of the page."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Where and how a deep link is to be handed in (DL 4.4.1)."""

    return_url: str
    data: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Launch:
    """A launch that may be believed; ``wish`` is a group's slug from our own deep link, in a frame or not."""

    platform: Platform
    deployment: int
    deployment_id: str
    claims: Claims
    role: GroupRole
    leads: bool
    course: Course | None
    wish: str | None
    framed: bool
    deep_link: Settings | None


async def checked(platform: Platform, raw: str, nonce: str, keys: PlatformKeys, *, local: bool) -> Launch:
    """The launch in an ID token; LaunchRefusedError says what is wrong with it."""
    said = await _signed(platform, raw, keys)
    _check_claims(platform, said, nonce)
    if said.get(CLAIM + "version") != VERSION:  # Core 5.3.2
        raise LaunchRefusedError("wrong_version")
    deployment_id = said.get(CLAIM + "deployment_id")  # Core 5.3.3
    known = _is_id(deployment_id) and await platforms.deployment(platform.id, str(deployment_id))
    if not known:
        raise LaunchRefusedError("unknown_deployment")
    message = said.get(CLAIM + "message_type")  # Core 5.3.1, DL 4.4.2
    if message not in (RESOURCE_LINK, DEEP_LINK):
        raise LaunchRefusedError("unknown_message")
    who = claims_of(platform.source, said)  # Core 5.3.6: without `sub` nobody in particular
    if who is None:
        raise LaunchRefusedError("anonymous")
    roles = said.get(CLAIM + "roles")
    if not isinstance(roles, list):  # Core 5.3.7: required, may be empty
        raise LaunchRefusedError("no_roles")
    return Launch(
        platform=platform,
        deployment=int(known),
        deployment_id=str(deployment_id),
        claims=_without_address(who),
        role=role_of(roles),
        leads=leads(roles),
        course=_course(said, platform, local=local),
        wish=_wish(said),
        framed=_mapping(said, CLAIM + "launch_presentation").get("document_target") == "iframe",
        deep_link=_deep_link(said, platform, local=local) if message == DEEP_LINK else None,
    )


async def _signed(platform: Platform, raw: str, keys: PlatformKeys) -> dict[str, Any]:
    """SF 5.1.3, steps 1 and 3: RS256 by a key that the platform publishes."""
    if not raw or len(raw) > TOKEN_LENGTH:
        raise LaunchRefusedError("unreadable_token")
    try:
        return await keys.claims(platform, raw)
    except UnreachableError as error:
        raise LaunchRefusedError("unreachable") from error
    except UnsupportedAlgorithmError as error:
        raise LaunchRefusedError("wrong_algorithm") from error
    except InvalidKeyIdError as error:
        raise LaunchRefusedError("unknown_key") from error
    except BadSignatureError as error:
        raise LaunchRefusedError("wrong_signature") from error
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise LaunchRefusedError("unreadable_token") from error


def _check_claims(platform: Platform, said: Mapping[str, Any], nonce: str) -> None:
    """SF 5.1.3, steps 2 and 4 to 9; the nonce was used up with the transaction."""
    registry = jwt.JWTClaimsRegistry(
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": platform.issuer},
        aud={"essential": True, "value": platform.client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        registry.validate(dict(said))
    except ClaimError as error:
        raise LaunchRefusedError(_WRONG_CLAIM.get(error.claim, "wrong_claim")) from error
    except (JoseError, ValueError, TypeError) as error:
        raise LaunchRefusedError("wrong_claim") from error
    several = isinstance(said["aud"], list) and len(said["aud"]) > 1
    if (several or "azp" in said) and said.get("azp") != platform.client_id:
        raise LaunchRefusedError("wrong_party")


def _without_address(who: Claims) -> Claims:
    """A platform's e-mail proves nothing: it is never stored, and never links."""
    return Claims(
        provider=who.provider,
        issuer=who.issuer,
        subject=who.subject,
        name=who.name,
        preferred_username=None,
        language=who.language,
        time_zone=who.time_zone,
    )


def _course(said: Mapping[str, Any], platform: Platform, *, local: bool) -> Course | None:
    """Core 5.4.1; without a context the launch is of no course."""
    context = _mapping(said, CLAIM + "context")
    if not _is_id(context.get("id")):
        return None
    url = _mapping(said, ROSTER).get("context_memberships_url")
    label, title = text_of(context.get("label"), 120), text_of(context.get("title"), 200)
    return Course(
        context_id=context["id"],
        label=label,
        title=title or label,
        memberships_url=url if platforms.is_safe(url, local=local) else None,
    )


def _wish(said: Mapping[str, Any]) -> str | None:
    """The slug that our deep link carries; teachers can write there, so it leads somewhere and opens nothing."""
    slug = _mapping(said, CLAIM + "custom").get("group")
    plain = isinstance(slug, str) and len(slug) <= 60 and slug.isascii() and slug.replace("-", "").isalnum()
    return slug if plain else None


def _deep_link(said: Mapping[str, Any], platform: Platform, *, local: bool) -> Settings:
    settings = _mapping(said, DEEP_LINKING + "deep_linking_settings")
    return_url, data = settings.get("deep_link_return_url"), settings.get("data")
    accepted = settings.get("accept_types")
    if not isinstance(accepted, list) or "ltiResourceLink" not in accepted:
        raise LaunchRefusedError("link_not_accepted")
    if not platforms.is_safe(return_url, local=local):
        raise LaunchRefusedError("foreign_return")
    if data is not None and not (isinstance(data, str) and len(data) <= DATA_LENGTH and _can_be_kept(data)):
        raise LaunchRefusedError("unreadable_token")
    return Settings(return_url=str(return_url), data=data)


def _mapping(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = said.get(name)
    return value if isinstance(value, dict) else {}


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= ID_LENGTH and value.isprintable()


def _can_be_kept(text: str) -> bool:
    """Neither half a character nor a NUL: no database takes them."""
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def text_of(value: object, longest: int) -> str:
    """One printable line, cut; nothing for what is no text."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())[:longest]
