"""The providers in the settings, by name and by issuer."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import httpx2

from auth.actor import Status
from auth.csrf import origin_of
from auth.oidc.client import HardenedClient
from auth.oidc.reserved import DEMO_ISSUER
from config.settings import LimitsSettings, NewMembers, ProviderSettings


class Provider:
    """One door of sign-in."""

    def __init__(
        self,
        settings: ProviderSettings,
        client: httpx2.AsyncClient,
        limits: LimitsSettings,
        new_members: NewMembers,
    ) -> None:
        self.name, self.label, self.issuer = settings.name, settings.label, settings.issuer
        self.new_status = Status(settings.new_members or new_members)
        self.client = HardenedClient(settings, client, limits)


class Providers:
    """The demo's issuer is let in only as ``demo``; among the settings it is ignored."""

    def __init__(
        self,
        settings: Iterable[ProviderSettings],
        *,
        client: httpx2.AsyncClient,
        limits: LimitsSettings,
        new_members: NewMembers,
        demo: ProviderSettings | None = None,
    ) -> None:
        chosen = [one for one in settings if one.issuer.rstrip("/") != DEMO_ISSUER]
        if demo is not None:
            chosen.insert(0, demo)
        self._by_name = {one.name: Provider(one, client, limits, new_members) for one in chosen}
        self._by_issuer = {provider.issuer: provider for provider in self}
        # A person is (issuer, subject): two doors to one issuer could disagree about who comes in how.
        if not len(chosen) == len(self._by_name) == len(self._by_issuer):
            raise ValueError("each sign-in provider needs a name and an issuer of its own")

    def __iter__(self) -> Iterator[Provider]:
        return iter(self._by_name.values())

    def named(self, name: str) -> Provider | None:
        return self._by_name.get(name)

    def issuing(self, issuer: str) -> Provider | None:
        return self._by_issuer.get(issuer)

    def origins(self) -> frozenset[str]:
        """Where our forms lead on to, for `form-action`: the issuers, and what discovery has said."""
        addresses = [provider.issuer for provider in self if provider.issuer != DEMO_ISSUER]
        for provider in self:
            known = provider.client.server_metadata
            addresses += [
                known[name] for name in ("authorization_endpoint", "end_session_endpoint") if name in known
            ]
        return frozenset(origin_of(address) for address in addresses if urlsplit(address).hostname)
