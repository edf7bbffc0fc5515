"""Which IP addresses may be connected to.

Refused: what the IANA registries of special-purpose addresses (RFC 6890) do not call globally
reachable, and of IPv6 all but global unicast, 2000::/3 (RFC 4291). An address that leads to an
IPv4 address is judged by that one.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

GLOBAL_UNICAST = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214, upper half of the interface's identifier

REFUSED: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by a carrier's customers
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # the host of a virtual machine at Azure
        "169.254.0.0/16",  # link-local, metadata of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocols
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "2001::/23",  # protocols, Teredo, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)


class AddressRefused(OSError):
    """The address is not one to connect to; the message does not tell which it was."""

    def __init__(self) -> None:
        super().__init__("the address is not allowed")


class AddressRules:
    """allowed: networks that may be connected to although they are refused by default."""

    def __init__(self, allowed: Iterable[Network] = ()) -> None:
        self._allowed = tuple(allowed)

    def permit(self, text: str) -> bool:
        """Whether to connect to `text`, an address as `inet_pton` reads it.

        Anything else is refused: a name would be looked up once more, a zone names a link.
        """
        try:
            address = ip_address(text)
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.scope_id is not None:
            return False
        return all(self._permits(leg) for leg in legs(address))

    def _permits(self, address: Address) -> bool:
        if any(address in network for network in self._allowed):
            return True
        if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
            return False
        return not any(address in network for network in REFUSED)

    def socket_factory(self) -> Callable[[tuple[Any, ...]], socket.socket]:
        """For aiohttp's connector: makes the socket for an address it is about to connect to.

        Raises AddressRefused. Nothing looks a name up between this and the connection.
        """

        def make(info: tuple[Any, ...]) -> socket.socket:
            family, kind, protocol, _, address = info
            if not self.permit(address[0]):
                raise AddressRefused
            return socket.socket(family, kind, protocol)

        return make


def legs(address: Address) -> tuple[Address, ...]:
    """Where packets to `address` go: itself, the IPv4 address it stands for, or both."""
    if isinstance(address, IPv4Address):
        return (address,)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    last = IPv4Address(int(address) & 0xFFFFFFFF)
    if address in NAT64:
        return (last,)
    if (int(address) >> 32) & 0xFFFFFFFF in ISATAP:
        return (address, last)
    return (address,)
