"""The answer to a deep linking request: one link that leads to a group (LTI Deep Linking 2.0, 4.5)."""

import time
from typing import Any, Final

from auth.lti.keys import OwnKeys
from auth.lti.launch import CLAIM, DEEP_LINKING, VERSION
from auth.lti.platforms import Platform
from auth.lti.transactions import Choosing
from auth.places import Pick
from auth.sessions.cookies import new_token

LASTS_SECONDS: Final = 300


async def answer(
    platform: Platform, choosing: Choosing, pick: Pick, *, keys: OwnKeys, base_url: str
) -> str:
    """The signed response, with what the platform gave to be echoed."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": platform.client_id,
        "aud": [platform.issuer],
        "iat": now,
        "exp": now + LASTS_SECONDS,
        "nonce": new_token(),
        CLAIM + "deployment_id": choosing.deployment_id,
        CLAIM + "message_type": "LtiDeepLinkingResponse",
        CLAIM + "version": VERSION,
        DEEP_LINKING + "content_items": [
            {
                "type": "ltiResourceLink",
                "title": pick.title,
                "url": base_url + "/lti/launch",
                "custom": {"group": pick.slug},
            }
        ],
    }
    if choosing.data is not None:
        claims[DEEP_LINKING + "data"] = choosing.data
    return await keys.sign(claims)
