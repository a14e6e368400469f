"""The page's launcher: what would go wrong is said before any page is served."""

import errno
import ipaddress
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

from cxr_app.codes import Code
from cxr_app.errors import UsageError
from cxr_app.settings import Settings

__all__ = ["check_address", "check_port", "serve"]

ROOT: Final = Path(__file__).resolve().parent.parent


def serve(address: str, port: int, settings: Settings) -> int:
    """Serve the page until it is stopped.

    Parameters
    ----------
    address : str
        IP address to listen at, or ``localhost``.
    port : int
        1 to 65,535.
    settings : Settings

    Returns
    -------
    int
        The exit status.

    Raises
    ------
    UsageError
        `bind_refused`, `port_taken`, or `usage` for an address that this computer does not have.
    """
    check_address(address, settings)
    check_port(address, port)
    # Streamlit reads its configuration from the folder it is started in.
    environment = dict(os.environ)
    if settings.model is not None:
        environment["CXR_MODEL"] = str(settings.model.absolute())
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += ["--server.address", address, "--server.port", str(port)]
    if os.name == "posix":
        os.chdir(ROOT)
        os.execve(sys.executable, command, environment)  # noqa: S606  # signals reach it directly
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603


def check_address(address: str | None, settings: Settings) -> None:
    """Refuse to serve beyond this computer unless that was asked for.

    Raises
    ------
    UsageError
        `bind_refused`.
    """
    if not settings.open_to_network and not _is_own(address):
        raise UsageError(Code.BIND_REFUSED)


def check_port(address: str, port: int) -> None:
    """Refuse a port that another program listens at.

    Raises
    ------
    UsageError
        `port_taken`, or `usage`.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.create_server((address, port), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < 65_535 else port - 1
            raise UsageError(Code.PORT_TAKEN, port=port, other=other) from None
        reason = f"The page cannot listen at {address}, port {port} ({error.strerror})"
        raise UsageError(Code.USAGE, reason=reason) from None


def _is_own(address: str | None) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(str(address)).is_loopback
    except ValueError:
        return False  # not set: Streamlit then listens at every address
