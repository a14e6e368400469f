"""Certificates for tests, made by the openssl command: Python itself can make none."""

import os
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

_CONFIG = """
[ca]
default_ca = ours
[ours]
database = index
serial = serial
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_days = 2
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
x509_extensions = authority
prompt = no
[name]
commonName = A test's own authority
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
"""


def find_openssl() -> str:
    """Find the command; only a developer's own machine may be without it."""
    found = shutil.which("openssl")
    if found is None and os.environ.get("CI") != "true":
        pytest.skip("there is no openssl command to make certificates with")
    assert found, "install openssl"
    return found


class Authority:
    """Signs certificates.

    Attributes
    ----------
    bundle : Path
        What trusts it.
    """

    def __init__(self, folder: Path, openssl: str) -> None:
        self._folder = folder
        self._openssl = openssl
        self.bundle = folder / "ca.pem"
        (folder / "config").write_text(_CONFIG)
        (folder / "index").touch()
        (folder / "serial").write_text("01")
        self._run("req", "-x509", *self._new_key("ca"), "-out", "ca.pem", "-days", "2")

    def context(self, host: str, *, is_expired: bool = False) -> ssl.SSLContext:
        """Make a server's side of TLS for a host."""
        name = f"{host.replace(':', '-')}{'-expired' if is_expired else ''}"
        certificate, key = (self._folder / f"{name}.{end}" for end in ("pem", "key"))
        if not certificate.exists():
            kind = "IP" if host.replace(".", "").isdigit() else "DNS"
            (self._folder / "names").write_text(f"subjectAltName = {kind}:{host}\n")
            self._run(
                "req", "-new", *self._new_key(name), "-subj", f"/CN={host}", "-out", "request"
            )
            dates = ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"]
            self._run(
                "ca", "-batch", "-notext", "-config", "config", "-in", "request",
                "-out", certificate.name, "-extfile", "names", *(dates if is_expired else []),
            )  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context

    def _new_key(self, name: str) -> list[str]:
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        return [*curve, "-keyout", f"{name}.key", "-config", "config"]

    def _run(self, *arguments: str) -> None:
        subprocess.run(
            [self._openssl, *arguments], cwd=self._folder, check=True, capture_output=True
        )
