"""Which addresses may be connected to.

Asked with the resolved address of every single connection, so that neither a redirect nor a name
that resolves differently the second time gets past it. Networks that are not public are open only to those who were
sent there by the settings or the roster: `networks_of` says to which.
"""

from __future__ import annotations

import socket
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache
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


_SELF = frozenset({"localhost", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback", "loopback"})
"""Names that mean the machine itself wherever they are resolved, by custom or by /etc/hosts; so do names below them."""
_LOCAL = frozenset(
    {"localdomain", "local", "internal", "intranet", "lan", "home", "corp", "localdomain4", "localdomain6"}
)
"""Ends of names that no public resolver knows (RFC 6762 and its appendix G, ICANN's reserved `internal`)."""


_LONGEST_NAME = 253
"""Characters of a name that a resolver takes."""


class BlockedError(OSError):
    """An address that may not be connected to.

    Always the same sentence: aiohttp keeps an error's type only where all addresses of a name
    failed with the same words.
    """

    def __init__(self) -> None:
        super().__init__("address not allowed")


class AddressGuard:
    """Lets through public addresses, and the networks it was told of."""

    def __init__(self, allow: Iterable[Network] = ()) -> None:
        self._allow = tuple(allow)

    def allows(self, address: Address) -> bool:
        """True if the address may be connected to."""
        if any(address in network for network in self._allow):
            return True
        if isinstance(address, IPv6Address) and address not in _GLOBAL_V6:
            return False
        if address.is_multicast or address.is_reserved or not address.is_global:
            return False
        return not any(address in network for network in _NOT_PUBLIC)

    def allows_host(self, host: str, *, is_resolved_elsewhere: bool = False) -> bool:
        """True if a URL may name this host; a name that does not mean the machine itself is judged once it is resolved.

        Where a proxy resolves it nothing can be judged later: then a name that no public resolver knows is refused.
        """
        name = _plain(host)
        address = literal(host)
        if address is not None:
            return self.allows(address)
        if name.rpartition(".")[2] in _SELF or name.partition(".")[0] in _SELF:
            return self.allows(IPv4Address("127.0.0.1")) or self.allows(IPv6Address("::1"))
        return not is_resolved_elsewhere or not is_local(name)

    def within(self, addresses: Collection[Address]) -> tuple[Network, ...]:
        """Return the networks it was told of in which all these addresses lie; none for no address."""
        if not addresses:
            return ()
        return tuple(network for network in self._allow if all(address in network for address in addresses))

    def open_socket(
        self, target: tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[object, ...]]
    ) -> socket.socket:
        """Return a socket for a resolved address (as getaddrinfo gives it). Raises BlockedError."""
        family, kind, protocol, _, where = target
        if not self.allows(ip_address(str(where[0]).partition("%")[0])):
            raise BlockedError
        return socket.socket(family=family, type=kind, proto=protocol)


def is_local(name: str) -> bool:
    """True if a name, in small letters, is of a kind that only a network of one's own resolves."""
    return "." not in name or name.rpartition(".")[2] in _LOCAL


def _plain(host: str) -> str:
    """Return a host as a resolver takes it: small letters, no dot at its end, no other forms of its signs."""
    return unicodedata.normalize("NFKC", host).replace("。", ".").strip(". \t").lower()


def literal(host: str) -> Address | None:
    """Return the address that a host is, in any notation that a resolver takes; None for a name."""
    return _known(host) if len(host) <= _LONGEST_NAME else _literal(_plain(host))


@lru_cache(maxsize=4_000)
def _known(host: str) -> Address | None:
    """Return the same; hosts are asked for again and again, and what one is written as never changes."""
    return _literal(_plain(host))


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
