"""Which addresses the guard lets through."""

import socket
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.guard import AddressGuard, BlockedError

BAD = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255
192.0.0.1 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250
240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808
64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1:: 2002:808:808:: 3fff::1 5f00::1 fc00::1 fd12:3456::1 fe80::1
fec0::1 ff02::1 ff0e::1
"""
GOOD = """
1.1.1.1 8.8.8.8 42.81.169.1 100.63.255.255 100.128.0.1 172.32.0.1 223.255.255.254 2400:3200::1 2606:4700::1111
"""


@pytest.mark.parametrize("address", BAD.split())
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not AddressGuard().allows(ip_address(address))
    assert not AddressGuard().allows_host(address)


@pytest.mark.parametrize("address", GOOD.split())
def test_what_is_public_is_let_through(address: str) -> None:
    assert AddressGuard().allows(ip_address(address))
    assert AddressGuard().allows_host(address)


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0", "localhost", "LocalHost.", "[::1]"]
)
def test_no_notation_hides_an_address(host: str) -> None:
    assert not AddressGuard().allows_host(host)


def test_a_name_is_judged_once_it_is_resolved() -> None:
    assert AddressGuard().allows_host("intranet.example")
    with pytest.raises(BlockedError):
        AddressGuard().open_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("10.1.2.3", 80)))
    with pytest.raises(BlockedError):
        AddressGuard().open_socket((socket.AF_INET6, socket.SOCK_STREAM, 0, "", ("fe80::1%lo", 80, 0, 1)))


def test_an_intranet_can_be_let_through_and_nothing_beside_it() -> None:
    guard = AddressGuard((ip_network("10.20.0.0/16"), ip_network("64:ff9b::/96")))
    assert guard.allows(ip_address("10.20.1.1"))
    assert guard.allows(ip_address("64:ff9b::808:808"))
    assert not guard.allows(ip_address("10.21.1.1"))


@given(st.ip_addresses(v=6, network="::ffff:0:0/96") | st.ip_addresses(v=6, network="2002::/16"))
def test_no_address_that_wraps_another_is_let_through(address: object) -> None:
    assert not AddressGuard().allows(ip_address(str(address)))
