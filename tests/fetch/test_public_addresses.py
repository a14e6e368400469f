"""Which addresses are public, and what an administrator can allow."""

from ipaddress import ip_address, ip_network

import pytest

from cxr_app.fetch.public_addresses import is_open, is_public


@pytest.mark.parametrize(
    "text",
    [
        "93.184.215.14", "8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.255.255",
        "172.32.0.1", "192.0.1.1", "198.17.255.255", "223.255.255.255", "2606:4700::1", "2a00::1",
        "2001:200::1", "::ffff:8.8.8.8",
    ],
)  # fmt: skip
def test_a_public_address_is_public(text: str):
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254",
        "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.8", "192.0.2.1",
        "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378::1", "2001:2::1",
        "2001:10::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "4000::1",
        "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_f37_everything_else_is_not(text: str):
    assert not is_public(ip_address(text))
    assert not is_open(ip_address(text))


def test_an_administrator_can_allow_a_network_of_the_house():
    allow = (ip_network("10.20.0.0/16"), ip_network("fd12::/32"))

    assert is_open(ip_address("10.20.3.4"), allow)
    assert is_open(ip_address("::ffff:10.20.3.4"), allow)
    assert is_open(ip_address("fd12::1"), allow)
    assert is_open(ip_address("8.8.8.8"), allow)
    assert not is_open(ip_address("10.21.3.4"), allow)


@pytest.mark.parametrize(
    "text",
    [
        "169.254.169.254", "169.254.0.1", "fe80::1", "168.63.129.16", "fd00:ec2::254",
        "::ffff:169.254.169.254",
    ],
)  # fmt: skip
def test_no_network_around_them_allows_these(text: str):
    assert not is_open(ip_address(text), (ip_network("0.0.0.0/0"), ip_network("::/0")))
