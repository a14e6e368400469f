"""A server on this machine that plays a script, and the way to it under a public address.

The policy is never loosened for a test: names are answered with public addresses, and the route
leads whoever was let through to the server here.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping

import pytest

from cxr_app.codes import Code
from cxr_app.errors import Rejected
from cxr_app.fetch.client import Fetcher, FetchRules
from cxr_app.fetch.public_addresses import IPAddress
from cxr_app.imaging.drawing import draw_png
from cxr_app.limits import Limits

PUBLIC = "93.184.215.14"
PUBLIC_6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
PNG = draw_png(0, size=(160, 128))


class Talk:
    """One connection, from the server's side."""

    def __init__(self, connection: socket.socket, server: "Server") -> None:
        self._connection = connection
        self._server = server

    def hear(self) -> None:
        """Read a request's header."""
        heard = b""
        while b"\r\n\r\n" not in heard:
            piece = self._connection.recv(4096)
            if not piece:
                break
            heard += piece
        self._server.requests.append(heard)

    def say(self, data: bytes) -> None:
        self._connection.sendall(data)
        self._server.sent += len(data)

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak TLS from here on."""
        self._connection = context.wrap_socket(self._connection, server_side=True)

    def close(self) -> None:
        self._connection.close()

    def pause(self, seconds: float) -> None:
        """Wait; the end of the test ends it."""
        if self._server.over.wait(seconds):
            raise ConnectionAbortedError

    def trickle(self, data: bytes, *, every: float) -> None:
        for byte in data:
            self.say(bytes([byte]))
            self.pause(every)


Answer = bytes | Callable[[Talk], None]


class Server:
    """Gives each connection the next answer of its script, and the last one ever after.

    Attributes
    ----------
    requests : list of bytes
        What was asked, header and all.
    dialled : list of (address, port)
        Where its route was to lead.
    sent : int
        Bytes that the network took.
    """

    def __init__(
        self,
        *script: Answer,
        context: ssl.SSLContext | None = None,
        place: tuple[str, int] = ("127.0.0.1", 0),
    ) -> None:
        self.requests: list[bytes] = []
        self.dialled: list[tuple[str, int]] = []
        self.sent = 0
        self.script = list(script)
        self._context = context
        self.over = threading.Event()
        self._listener = socket.create_server(place, backlog=64)
        self._place = self._listener.getsockname()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def targets(self) -> list[str]:
        """What was asked for, in order."""
        return [request.split(b" ")[1].decode("ascii") for request in self.requests]

    def route(self, address: IPAddress, port: int) -> tuple[str, int]:
        """Lead here, whatever the address."""
        self.dialled.append((str(address), port))
        return self._place

    def close(self) -> None:
        self.over.set()
        if self._listener.fileno() != -1:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            thread = threading.Thread(target=self._talk, args=(connection, answer), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _talk(self, connection: socket.socket, answer: Answer) -> None:
        connection.settimeout(10)
        talk = Talk(connection, self)
        try:
            if self._context is not None:
                talk.secure(self._context)
            if isinstance(answer, bytes):
                talk.hear()
                talk.say(answer)
            else:
                answer(talk)
        except OSError:
            pass  # the client has seen enough
        finally:
            talk.close()


class Names:
    """A resolver; names that it does not know have the public address.

    Attributes
    ----------
    asked : list of str
    """

    def __init__(self, known: Mapping[str, list[str] | Iterator[list[str]]] | None = None) -> None:
        self._known = dict(known or {})
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        found = self._known.get(host, [PUBLIC])
        if not isinstance(found, list):
            found = next(found)
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return found


def reply(
    body: bytes = PNG,
    *headers: str,
    status: str = "200 OK",
    length: int | None = -1,
) -> bytes:
    """Make an answer; `length` -1 is the true one, None declares none."""
    lines = [f"HTTP/1.1 {status}", *headers]
    if length is not None:
        lines.append(f"Content-Length: {len(body) if length == -1 else length}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def forward(location: str, *, status: str = "302 Found", body: bytes = b"") -> bytes:
    """Make a redirect."""
    return reply(body, f"Location: {location}", status=status)


def chunked(*pieces: bytes) -> bytes:
    """Pack a body into chunks."""
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return chunks + b"0\r\n\r\n"


def fetcher(server: Server, names: Names | None = None, **rules: object) -> Fetcher:
    """Make a fetcher whose every connection ends at a server."""
    return Fetcher(FetchRules(**rules), resolve=names or Names(), route=server.route)  # type: ignore[arg-type]


def error_of(found: Fetcher, url: str, limits: Limits | None = None) -> Rejected:
    """Fetch what must be refused."""
    with pytest.raises(Rejected) as caught:
        found.fetch(url, limits or Limits())
    return caught.value


def code_of(found: Fetcher, url: str, limits: Limits | None = None) -> Code:
    """Say why an address is refused."""
    return error_of(found, url, limits).code
