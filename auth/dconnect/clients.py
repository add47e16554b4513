"""The sites that ask us who somebody is: which of them is asking, and where it may have people sent back to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

from auth.dconnect.wire import LONGEST, Value, WireError, is_signed, pack, unpack
from config.settings import DConnectClientSettings

# What every reader of addresses understands alike: plain host and port, printable ASCII, no way to climb.
_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:[/?][!-~]*)?")
_AMBIGUOUS: Final = re.compile(r"/\.\.?(?:/|$)|//|%2e|%2f|%5c", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, signed by this client; ``quiet`` wants no sign-in page, ``leaving`` a sign-out."""

    client: DConnectClientSettings
    nonce: str
    return_to: str
    quiet: bool
    leaving: bool

    @property
    def source(self) -> str:
        return f"dconnect-client:{self.client.name}"

    def answer(self, **fields: Value) -> str:
        """The address that brings the signed answer to the other site."""
        query = urlencode(pack({"nonce": self.nonce, **fields}, self.client.secret))
        return f"{self.return_to}{'&' if '?' in self.return_to else '?'}{query}"


def read(sso: str, sig: str, clients: Sequence[DConnectClientSettings]) -> Asked:
    """Who signed it is who asks; raises WireError, with the code foreign_return for an address of somebody else."""
    if len(sso) > LONGEST:
        raise WireError("oversize")
    signers = [client for client in clients if is_signed(sso, sig, client.secret)]
    if not signers:
        raise WireError("bad_signature")
    said = unpack(sso, sig, signers[0].secret)
    wish = said.get("return_sso_url", "")
    for client in signers:
        if covers(client.return_to, wish):
            return Asked(
                client,
                said["nonce"],
                wish,
                quiet=said.get("prompt") == "none",
                leaving=said.get("logout") == "true",
            )
    raise WireError("foreign_return")


def covers(return_to: str, wish: str) -> bool:
    """Whether the wish names host and port in the same letters, and the same path or one below it."""
    if not _ADDRESS.fullmatch(wish) or "\\" in wish or "#" in wish:
        return False
    try:
        asked, start = urlsplit(wish), urlsplit(return_to)
    except ValueError:
        return False
    if (asked.scheme, asked.netloc) != (start.scheme, start.netloc) or _AMBIGUOUS.search(asked.path):
        return False
    below = start.path.rstrip("/")
    return asked.path == below or asked.path.startswith(below + "/")
