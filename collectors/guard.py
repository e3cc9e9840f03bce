"""Which addresses may be connected to.

Asked with the resolved address of every single connection, so that neither a redirect nor a name
that resolves differently the second time gets past it.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_GLOBAL_V6 = IPv6Network("2000::/3")
"""All that was ever given out as public; outside lie loopback, mapped, NAT64, local, multicast."""
_NOT_PUBLIC: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "100.64.0.0/10",  # shared by carriers; cloud providers keep their metadata service here
        "192.0.0.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "198.18.0.0/15",
        "2001::/23",  # Teredo and other protocol assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4: carries an IPv4 address of anybody's choice
        "3fff::/20",
    )
)


class BlockedError(OSError):
    """An address that may not be connected to.

    Always the same sentence: aiohttp keeps an error's type only where all addresses of a name
    failed with the same words.
    """

    def __init__(self) -> None:
        super().__init__("address not allowed")


class Guard:
    """Lets through public addresses, and the networks it was told of."""

    def __init__(self, allow: Iterable[Network] = ()) -> None:
        self._allow = tuple(allow)

    def allows(self, address: Address) -> bool:
        """Whether the address may be connected to."""
        if any(address in network for network in self._allow):
            return True
        if isinstance(address, IPv6Address) and address not in _GLOBAL_V6:
            return False
        if address.is_multicast or address.is_reserved or not address.is_global:
            return False
        return not any(address in network for network in _NOT_PUBLIC)

    def allows_host(self, host: str) -> bool:
        """Whether a URL may name this host; a name other than localhost is judged once it is resolved."""
        if host.rstrip(".").lower() == "localhost":
            return self.allows(IPv4Address("127.0.0.1")) or self.allows(IPv6Address("::1"))
        address = _literal(host)
        return address is None or self.allows(address)

    def open_socket(
        self, target: tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[object, ...]]
    ) -> socket.socket:
        """Return a socket for a resolved address (as getaddrinfo gives it). Raises BlockedError."""
        family, kind, protocol, _, where = target
        if not self.allows(ip_address(str(where[0]).partition("%")[0])):
            raise BlockedError
        return socket.socket(family=family, type=kind, proto=protocol)


def _literal(host: str) -> Address | None:
    """Return the address that the host is, in any notation a resolver takes (2130706433, 0x7f.1)."""
    try:
        return ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None
