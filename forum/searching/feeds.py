"""The address of a saved search's feed, whose key says whose it is. Pure."""
import base64
import hmac
from dataclasses import dataclass
from typing import Final

KEY_BYTES: Final = 24


@dataclass(frozen=True, slots=True)
class Addresses:
    """Makes and knows the addresses of this site's feeds; without ``secret`` nobody makes one up."""

    base_url: str
    secret: bytes

    def id(self, search_id: int) -> str:
        """The key is no part of what a feed is: a new address is the same feed."""
        return f"{self.base_url}/feeds/searches/{search_id}"

    def address(self, search_id: int, version: int) -> str:
        return f"{self.id(search_id)}/{self._key(search_id, version)}"

    def opens(self, key: str, search_id: int, version: int) -> bool:
        return hmac.compare_digest(key.encode(errors="replace"), self._key(search_id, version).encode())

    def _key(self, search_id: int, version: int) -> str:
        digest = hmac.digest(self.secret, b"search feed:%d:%d" % (search_id, version), "sha256")
        return base64.urlsafe_b64encode(digest[:KEY_BYTES]).decode()
