"""How often somebody may do what costs us something; counted in this process, for a bounded number of addresses."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

KNOWN: Final = 10_000
HOME_NETWORK: Final = 64  # bits of an IPv6 address; the rest is one customer's to choose


class Limiter:
    """``times`` per key, which come back evenly within ``seconds`` (a leaky bucket).

    When ``KNOWN`` keys are kept, the one that has been quiet for longest is forgotten.
    """

    def __init__(self, times: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._times, self._each, self._clock = times, seconds / times, clock
        # When the key's bucket will be empty again.
        self._empty_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, key: str) -> float:
        """Seconds until one more is allowed; 0.0 means now."""
        full = self._empty_at.get(key, 0.0) - self._clock()
        return max(0.0, full - self._each * (self._times - 1))

    def take(self, key: str) -> bool:
        """Spend one if it is allowed now."""
        if self.wait(key) > 0:
            return False
        self.spend(key)
        return True

    def spend(self, key: str) -> None:
        self._empty_at[key] = max(self._empty_at.get(key, 0.0), self._clock()) + self._each
        self._empty_at.move_to_end(key)
        if len(self._empty_at) > KNOWN:
            self._empty_at.popitem(last=False)


def network_of(host: str | None) -> str:
    """The client's address, or its network where the address is IPv6."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return host or ""
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, HOME_NETWORK), strict=False))
