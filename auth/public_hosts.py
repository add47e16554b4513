"""The site asks public hosts only, and those that its operator named: nobody makes it knock at the doors behind it.

A host is looked up once and the address that was checked is the one that is connected to, so that a name which means
another machine a moment later (DNS rebinding) gains nothing. Certificates are still checked against the name.
"""
import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterable
from typing import Any, Final

import httpcore2
import httpx2

NAT64: Final = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
SHARED: Final = ipaddress.ip_network("100.64.0.0/10")  # RFC 6598: a provider's inside, which Python calls neither


class PrivateAddressError(httpcore2.ConnectError):
    """The host is not one that may be asked."""


class PublicHosts(httpx2.AsyncHTTPTransport):
    """``named``: host names, addresses and networks that may be asked although they are private."""

    def __init__(self, context: ssl.SSLContext, named: Iterable[str]) -> None:
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=context, max_connections=100, max_keepalive_connections=20, network_backend=_Backend(named)
        )


class _Backend(httpcore2.AsyncNetworkBackend):
    def __init__(self, named: Iterable[str]) -> None:
        self._hosts = frozenset(name.strip("[]").lower() for name in named)
        self._networks = [network for name in self._hosts if (network := _network(name))]
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        address = await self._checked(host, port)
        return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)

    async def _checked(self, host: str, port: int) -> str:
        """One address of the host, all of which must be allowed; IPv4 first, as not every machine has the other."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore2.ConnectError(f"{host}: {error.strerror}") from error
        addresses = [str(entry[4][0]) for entry in sorted(found, key=lambda entry: entry[0] != socket.AF_INET)]
        if host.lower() not in self._hosts and not all(self._may_ask(address) for address in addresses):
            raise PrivateAddressError(f"{host} is not a public host")
        return addresses[0]

    def _may_ask(self, text: str) -> bool:
        address = _inner(ipaddress.ip_address(text.partition("%")[0]))
        if any(address in network for network in self._networks):
            return True
        return address.is_global and not address.is_multicast and address not in SHARED


def _inner(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 one stands for (mapped, 6to4, NAT64), else itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _network(name: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(name, strict=False)
    except ValueError:
        return None
