"""What everything that speaks with learning platforms shares, in the web and in the worker alike."""

import httpx2

from auth.lti.keys import PURPOSE, OwnKeys, PlatformKeys
from auth.outbound import Outbound
from auth.sessions.sealing import Seal
from config.settings import Settings


class Campus:
    """One per process: our keys, theirs, and the way to them."""

    def __init__(self, settings: Settings, client: httpx2.AsyncClient) -> None:
        self.base_url = settings.site.base_url.rstrip("/")
        # People are (issuer, subject) whatever the door: no platform may speak for a provider's people.
        self.reserved = frozenset(provider.issuer for provider in settings.auth.providers)
        self.outbound = Outbound(client, settings.limits)
        self.own = OwnKeys(Seal(settings.site.secret_key, PURPOSE))
        self.theirs = PlatformKeys(self.outbound)

    @property
    def is_local(self) -> bool:
        """A site on loopback (the demo, tests) may speak with platforms there without TLS."""
        return self.base_url.startswith("http://")
