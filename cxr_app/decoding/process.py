"""A decoder process: files in, pixels or a code out, until its parent has gone."""

import json
import mmap
import sys
from multiprocessing.connection import Connection

from cxr_app.codes import Code
from cxr_app.decoding import wire
from cxr_app.decoding.sandbox import allow_seconds, confine, warm_up
from cxr_app.errors import Rejected
from cxr_app.imaging.decode import decode, decode_stored
from cxr_app.limits import Limits

__all__ = ["main"]


def main() -> None:
    """Serve one parent; the arguments are two file descriptors and the limits as JSON."""
    parent = Connection(int(sys.argv[1]))
    limits = Limits(**json.loads(sys.argv[3]))
    memory = mmap.mmap(int(sys.argv[2]), 0)
    warm_up()
    confine(limits.worker_memory)
    parent.send_bytes(b"ready")
    while True:
        try:
            wish, data = wire.read_request(parent.recv_bytes(), memory)
        except EOFError:
            return
        allow_seconds(limits.decode_seconds)
        parent.send_bytes(_answer(wish, data, limits, memory))
        del data


def _answer(wish: bytes, data: bytes, limits: Limits, memory: mmap.mmap) -> bytes:
    try:
        if wish == wire.STORED:
            return wire.fill_stored(memory, decode_stored(data, limits))
        return wire.fill(memory, decode(data, limits))
    except Rejected as error:
        return wire.refusal(error)
    except Exception:  # noqa: BLE001 - memory ran out, or a library fails as nobody expected
        return wire.refusal(Rejected(Code.WORKER_DIED))
