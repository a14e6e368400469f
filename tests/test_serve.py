"""The launcher says what is wrong before any page is served."""

import socket

import pytest

from cxr_app.cli import main
from cxr_app.codes import Code
from cxr_app.errors import UsageError
from cxr_app.serve import check_address, check_port
from cxr_app.settings import Settings, read_settings


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.5", "", "host.example.org"])
def test_an_address_beyond_this_computer_is_refused_before_a_page_is_served(
    address: str, capsys: pytest.CaptureFixture[str]
):
    assert main(["serve", "--address", address]) == 2

    assert capsys.readouterr().err.startswith("bind_refused: The page would be open to other")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost"])
def test_this_computer_alone_is_allowed(address: str):
    check_address(address, Settings())


def test_the_network_is_allowed_where_that_was_asked_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CXR_OPEN_TO_NETWORK", "1")

    check_address("0.0.0.0", read_settings())


def test_a_port_that_is_taken_is_named_with_another_one(capsys: pytest.CaptureFixture[str]):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        assert main(["serve", "--port", str(port)]) == 2

    assert capsys.readouterr().err == (
        f"port_taken: Port {port} is in use. Stop the other program, or choose another port, such "
        f"as {port + 1 if port < 65_535 else port - 1}.\n"
    )


def test_an_address_of_another_computer_cannot_be_listened_at():
    with pytest.raises(UsageError, match=r"cannot listen at 192\.0\.2\.1") as caught:
        check_port("192.0.2.1", 8501)

    assert caught.value.code is Code.USAGE


@pytest.mark.parametrize("port", ["0", "65536", "-1", "abc", "8501 ", "٣"])
def test_what_is_no_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as stopped:
        main(["serve", "--port", port])

    assert stopped.value.code == 2
    assert "1 to 65535" in capsys.readouterr().err
