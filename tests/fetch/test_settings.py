"""What an administrator may set, and what is refused at the start."""

from ipaddress import ip_network

import pytest

from cxr_app.errors import UsageError
from cxr_app.fetch.rules import FetchRules, parse_proxy
from cxr_app.settings import read_settings


def test_without_settings_only_the_public_network_is_open():
    assert read_settings().fetch_rules == FetchRules()
    assert FetchRules() == FetchRules(
        allow=(), proxy=None, ca_bundle=None, ports=(80, 443, 8080, 8443), redirects=3,
        connect_seconds=5, silence_seconds=5, total_seconds=20, at_once=4,
    )  # fmt: skip


def test_networks_of_the_house_are_a_list(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CXR_URL_ALLOW", "10.20.0.0/16, fd12::/32,192.168.7.9,")

    assert read_settings().fetch_rules.allow == (
        ip_network("10.20.0.0/16"), ip_network("fd12::/32"), ip_network("192.168.7.9/32"),
    )  # fmt: skip


def test_a_proxy_and_a_private_authority(monkeypatch: pytest.MonkeyPatch, authority):
    monkeypatch.setenv("CXR_URL_PROXY", "http://Proxy.example:3128/")
    monkeypatch.setenv("CXR_URL_CA_BUNDLE", str(authority.bundle))

    rules = read_settings().fetch_rules

    assert parse_proxy(rules.proxy) == ("proxy.example", 3128)
    assert rules.ca_bundle == authority.bundle


def test_a_proxy_may_be_a_number():
    assert parse_proxy("http://[fd12::1]:3128") == ("fd12::1", 3128)


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("CXR_URL_ALLOW", "10.20.0.1/16", "10.20.0.0/16"),
        ("CXR_URL_ALLOW", "*", "list of networks"),
        ("CXR_URL_ALLOW", "hospital.example", "list of networks"),
        ("CXR_URL_PROXY", "proxy.example:3128", "must look like http://proxy"),
        ("CXR_URL_PROXY", "https://proxy.example:3128", "must look like http://proxy"),
        ("CXR_URL_PROXY", "http://proxy.example", "must look like http://proxy"),
        ("CXR_URL_PROXY", "http://proxy.example:99999", "must look like http://proxy"),
        ("CXR_URL_PROXY", "http://user:ZZMARKER@proxy.example:3128", "without a user name"),
        ("CXR_URL_CA_BUNDLE", "nowhere.pem", "certificates (.pem)"),
        ("CXR_URL_CA_BUNDLE", __file__, "certificates (.pem)"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, hint: str
):
    monkeypatch.setenv(name, value)

    with pytest.raises(UsageError) as caught:
        read_settings()

    assert str(caught.value).startswith(f"{name}: ")
    assert hint in str(caught.value)
    assert "ZZMARKER" not in str(caught.value)


@pytest.mark.parametrize(
    "rules",
    [{"at_once": 0}, {"redirects": -1}, {"total_seconds": 0}, {"proxy": "x"}],
)
def test_rules_that_make_no_sense_are_an_error_of_ours(rules: dict):
    with pytest.raises(ValueError, match="must"):
        FetchRules(**rules)


def test_what_is_not_set_is_not_read(monkeypatch: pytest.MonkeyPatch):
    for name in ("ALLOW", "PROXY", "CA_BUNDLE"):
        monkeypatch.setenv(f"CXR_URL_{name}", "")

    assert read_settings().fetch_rules == FetchRules()
