"""What follows from a completed sign-in: the places in groups that the provider's claims mean."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from auth.directory import Claims, Directory
from auth.oidc.places import Finding, NotSettledError, findings
from auth.places import Places
from config.settings import PlaceRule, ProviderSettings

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimRules:
    """One provider's rules; ``claim`` is the path to the claim whose values they read."""

    name: str
    label: str
    issuer: str
    claim: str
    rules: tuple[PlaceRule, ...]

    def findings(self, said: Mapping[str, Any]) -> list[Finding]:
        """What becomes of each value; raises NotSettledError where the claims do not say all."""
        return findings(said, self.claim, self.rules)


def claim_rules(providers: Iterable[ProviderSettings]) -> tuple[ClaimRules, ...]:
    """Of those providers that have any."""
    return tuple(
        ClaimRules(name=one.name, label=one.label, issuer=one.issuer, claim=one.groups_claim, rules=one.places)
        for one in providers
        if one.groups_claim is not None and one.places
    )


class ClaimedPlaces:
    """Settles each person's places by the rules of the provider that they came from."""

    def __init__(self, providers: Iterable[ProviderSettings], *, directory: Directory, places: Places) -> None:
        self._rules = {(one.name, one.issuer): one for one in claim_rules(providers)}
        self._directory, self._places = directory, places

    async def settle(self, claims: Claims, member_id: int) -> None:
        """Give and take what the claims say; nobody is kept out because that fails, it is logged and audited."""
        rules = self._rules.get((claims.provider, claims.issuer))
        if rules is None:
            return
        source = f"oidc:{rules.name}"
        try:
            wanted = [one.wanted for one in rules.findings(claims.said) if one.wanted is not None]
            await self._places.settle_member(member_id, source, wanted)
        except NotSettledError as unsaid:
            await self._note(member_id, source, unsaid.reason)
        except Exception:
            log.exception("the places of member %s were not settled", member_id, extra={"source": source})
            await self._note(member_id, source, "failed")

    async def _note(self, member_id: int, source: str, reason: str) -> None:
        after = {"reason": reason, "source": source}
        await self._directory.note("grant.not_settled", member_id=member_id, after=after)
