"""Which addresses the service connects to, against the standard library's registry."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streamresize_server.sources.addresses import REFUSED, AddressRefused, AddressRules

from .support.origins import words

RULES = AddressRules()
PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001:80b::200e"]
PRIVATE_IPV4 = words("""
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.1.2.3
    168.63.129.16 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192
    192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1
    239.255.255.255 240.0.0.1 255.255.255.255
""")
PRIVATE_IPV6 = words("""
    :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:0:127.0.0.1 ::ffff:0:8.8.8.8 100::1 64:ff9b:1::1 fc00::1
    fd00:ec2::254 fd20:ce::254 fe80::1 fec0::1 ff02::1 ff0e::1 2001:db8::1 3fff::1 5f00::1 2001:2::1
    2001:10::1 2001:20::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2002:7f00:1:: 2002:a9fe:a9fe::1
    2002:808:808::1 4000::1
""")
NO_ADDRESS = words("""
    localhost example.com 127.1 127.0.1 2130706433 0x7f000001 017700000001 0177.0.0.1 0x7f.0.0.1
    127.0.0.1. 127.0.0.01 8.8 1 fe80::1%eth0 fe80::1%25lo ::1%lo 8.8.8.8%lo 2606:4700::1111%1
    [::1] ::ffff:8.8.8.8%1
""") + ["", " 8.8.8.8", "8.8.8.8\0", "٨.8.8.8"]


def embeddings(address: str) -> list[str]:
    number = int(IPv4Address(address))
    bases = ["::ffff:0:0", "64:ff9b::", "2606:4700::5efe:0:0", "2606:4700::200:5efe:0:0"]
    return [str(IPv6Address(int(IPv6Address(base)) + number)) for base in bases]


@pytest.mark.parametrize("address", PRIVATE_IPV4 + PRIVATE_IPV6 + NO_ADDRESS)
def test_refused(address: str) -> None:
    assert not RULES.permit(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_permitted(address: str) -> None:
    assert RULES.permit(address)


@pytest.mark.parametrize("address", PRIVATE_IPV4)
def test_what_leads_to_a_refused_address(address: str) -> None:
    for text in embeddings(address):
        assert not RULES.permit(text), text
    for text in embeddings("8.8.8.8"):
        assert RULES.permit(text), text


@given(st.ip_addresses() | st.ip_addresses(v=6, network="2000::/3"))
@example(IPv4Address("172.15.255.255"))
@example(IPv4Address("172.32.0.0"))
@example(IPv4Address("100.128.0.0"))
def test_nothing_is_permitted_that_is_not_global(address: IPv4Address | IPv6Address) -> None:
    assert not RULES.permit(str(address)) or (address.is_global and not address.is_multicast)


@given(st.ip_addresses(v=4))
def test_few_global_addresses_are_refused(address: IPv4Address) -> None:
    refused = any(address in network for network in REFUSED)
    assert RULES.permit(str(address)) or refused
    if address.is_global and refused:
        assert any(
            address in ip_network(network)
            for network in ("168.63.129.16/32", "192.88.99.0/24", "192.0.0.0/24", "224.0.0.0/4")
        )


def test_networks_can_be_allowed() -> None:
    rules = AddressRules([ip_network("10.1.0.0/16"), ip_network("fd12::/16")])
    for address in ("10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::a01:203", "fd12::1", "8.8.8.8"):
        assert rules.permit(address), address
    for address in ("10.2.0.1", "::ffff:10.2.0.1", "fd13::1", "127.0.0.1", "2002:a01:203::"):
        assert not rules.permit(address), address


def test_the_socket_is_made_only_for_a_permitted_address() -> None:
    make = RULES.socket_factory()
    with make((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("8.8.8.8", 80))) as made:
        assert made.type == socket.SOCK_STREAM
    with pytest.raises(AddressRefused) as caught:
        make((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("10.9.8.7", 80)))
    assert "10.9.8.7" not in str(caught.value)
