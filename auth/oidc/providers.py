"""The providers in the settings, by name and by issuer."""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError

from auth.actor import Status
from auth.csrf import origin_of
from auth.oidc.client import METADATA_SECONDS, HardenedClient, UnreachableError
from auth.oidc.reserved import DEMO_ISSUER
from auth.ways import Way
from config.settings import LimitsSettings, NewMembers, ProviderSettings

log = logging.getLogger(__name__)
AWAY_SECONDS = 60


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
        self.groups_claim = settings.groups_claim
        self.new_status = Status(settings.new_members or new_members)
        self.owned_domains, self.step_up_acr = settings.owned_domains, settings.step_up_acr
        self.silent = settings.silent
        self.seconds = limits.outbound_seconds
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
        self._known: tuple[int, ...] | None = None
        self._origins: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[Provider]:
        return iter(self._by_name.values())

    def named(self, name: str) -> Provider | None:
        return self._by_name.get(name)

    def issuing(self, issuer: str) -> Provider | None:
        return self._by_issuer.get(issuer)

    def ways(self) -> Sequence[Way]:
        return [
            Way(
                issuer=one.issuer,
                label=one.label,
                source="oidc:" + one.name,
                connect="/sign-in/connect/" + one.name,
            )
            for one in self
        ]

    def origins(self) -> frozenset[str]:
        """Where our forms lead on to, for `form-action`: the issuers, and what discovery has said.

        Asked for every answer, so it is worked out anew only when a provider's metadata has grown.
        """
        known_now = tuple(len(provider.client.server_metadata) for provider in self)
        if known_now != self._known:
            self._known, self._origins = known_now, self._work_out_origins()
        return self._origins

    def _work_out_origins(self) -> frozenset[str]:
        addresses = [provider.issuer for provider in self if provider.issuer != DEMO_ISSUER]
        for provider in self:
            known = provider.client.server_metadata
            addresses += [
                known[name] for name in ("authorization_endpoint", "end_session_endpoint") if name in known
            ]
        return frozenset(origin_of(address) for address in addresses if urlsplit(address).hostname)

    def silent(self) -> Provider | None:
        """The one that may be asked in silence: the first that is set so."""
        return next((provider for provider in self if provider.silent), None)

    async def keep_known(self) -> None:
        """Ask every provider what it is, at the start and before that grows old: pages must allow their forms to
        lead on to it, and nobody should wait for it.
        """
        while True:
            await asyncio.gather(*(self._renew(provider) for provider in self))
            known = all(provider.client.is_ready for provider in self)
            await asyncio.sleep(METADATA_SECONDS / 2 if known else AWAY_SECONDS)

    async def _renew(self, provider: Provider) -> None:
        try:
            await provider.client.renew()
        except (UnreachableError, OAuthError, ValueError, TypeError, RecursionError) as error:
            # Whatever one of them publishes, the others are asked all the same.
            log.warning("the provider %s cannot be asked now: %s", provider.name, error)
