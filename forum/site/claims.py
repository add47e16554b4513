"""What would come of somebody's claims: the rules' findings, and whether the groups are there."""
from dataclasses import dataclass

from auth.claims import ClaimRules
from auth.oidc.pasted import PastedError, read_pasted
from auth.oidc.places import Finding, NotSettledError
from forum.groups.queries import ids_of
from forum.kit.errors import Invalid


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """``unsaid``: why the claims say nothing of places; ``there`` are those of the slugs that a group has."""

    rules: ClaimRules
    found: tuple[Finding, ...] = ()
    there: frozenset[str] = frozenset()
    unsaid: str | None = None
    unverified: bool = False


async def previewed(rules: ClaimRules, text: str) -> Preview:
    """Reads and writes nothing but the groups' slugs; Invalid where the text holds no claims."""
    try:
        said, unverified = read_pasted(text)
    except PastedError as wrong:
        raise Invalid({"claims": wrong.code}) from wrong
    try:
        found = rules.findings(said)
    except NotSettledError as unsaid:
        return Preview(rules=rules, unsaid=unsaid.reason, unverified=unverified)
    there = await ids_of({one.wanted.group for one in found if one.wanted})
    return Preview(rules=rules, found=tuple(found), there=frozenset(there), unverified=unverified)
