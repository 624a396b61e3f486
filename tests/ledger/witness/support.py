"""Witnesses to ask: real ones in processes of their own, one in this process, and liars.

A liar is a plain socket server on 127.0.0.1 whose behaviour is a function from what was
asked to what it does with the connection. It never decides an outcome by its speed:
who is silent stays silent until the test ends.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from app.witness import opening
from app.witness.witness import Witness
from ledger.log import Log
from ledger.witness.member import Patience, WitnessState
from ledger.witness.roster import Roster, read_roster
from tests.app.witness.support import Alarms, Process
from tests.ledger.support import open_log
from tests.worked import Key
from verifier.encoding import u64
from verifier.evidence.receipt import parse_receipt
from verifier.tlog.cosignature import cosignature_message
from verifier.tlog.keys import ED25519_COSIGNATURE, VKey
from verifier.tlog.note import parse_note, signature_line

BOTH, ANY = "group all all {names}\nquorum all\n", "group any any {names}\nquorum any\n"
CALM = Patience(deadline=30, exchange=30, look=30, pause=0.05, longest_pause=0.2)
"""Nothing runs out of time: who answers is taken, whenever this machine gets to it."""
BRISK = Patience(deadline=0.3, exchange=0.6, look=0.3, pause=0.05, longest_pause=0.2)
"""For peers that must not be waited for; no outcome hangs on an honest one being in time."""


class Named(NamedTuple):
    """A witness as a policy names it."""

    name: str
    vkey: VKey
    url: str


def policy_text(witnesses: Sequence[Named], quorum: str = BOTH) -> bytes:
    lines = [f"witness {each.name} {each.vkey.to_text()} {each.url}\n" for each in witnesses]
    names = " ".join(each.name for each in witnesses)
    return ("".join(lines) + quorum.format(names=names)).encode()


def roster_of(log: VKey, witnesses: Sequence[Named], quorum: str = BOTH) -> Roster:
    return read_roster(policy_text(witnesses, quorum), log)


def log_vkey(data: Path) -> VKey:
    from ledger.config import read_config

    return read_config(data).log


def open_witnessed(
    data: Path, witnesses: Sequence[Named], quorum: str = BOTH, **options: Any
) -> Log:
    options.setdefault("patience", CALM)
    return open_log(data, witnesses=roster_of(log_vkey(data), witnesses, quorum), **options)


def state_of(log: Log, name: str) -> WitnessState:
    return next(each for each in log.state().witnesses if each.name == name)


def checkpoint_size(data: Path, name: str = "checkpoint") -> int | None:
    """Return the size of a checkpoint file, None where there is none."""
    with contextlib.suppress(FileNotFoundError):
        return int((data / "log" / name).read_bytes().split(b"\n")[1])
    return None


def cosigners(note: bytes) -> list[str]:
    """Return the names of the keys of a note's lines but the first, the log's."""
    return [line.name for line in parse_note(note).signatures[1:]]


def note_of(receipt: bytes) -> bytes:
    return parse_receipt(receipt).proof.note


# -- real witnesses


def new_witness(folder: Path, name: str, log: VKey) -> VKey:
    """Create a witness that knows this log."""
    vkey = opening.create(folder, folder / "signer", f"witness.example.org/{name}")
    opening.add_log(folder, folder / "signer", log.to_text())
    return vkey


@contextlib.contextmanager
def real_witnesses(folder: Path, log: VKey, *names: str) -> Iterator[list[Named]]:
    """Run ``beilin witness serve`` for each name."""
    with contextlib.ExitStack() as stack:
        running = []
        for name in names:
            vkey = new_witness(folder / name, name, log)
            process = Process(folder / name)
            stack.callback(process.close)
            running.append(Named(name, vkey, process.url))
        yield running


# -- peers that are told what to do


class Asked(NamedTuple):
    """A request as it came."""

    method: str
    path: str
    body: bytes


class Peer:
    """A server on 127.0.0.1; ``behave`` is called for each request with the socket."""

    def __init__(self, behave: Callable[[Asked, socket.socket, Peer], None]) -> None:
        self.behave = behave
        self.asked: list[Asked] = []
        self.sent = 0
        self.over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.add(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), connection:
            while (asked := _read_request(connection)) is not None:
                self.asked.append(asked)
                self.behave(asked, connection, self)

    def send(self, connection: socket.socket, data: bytes) -> None:
        """Send, and count what the other side took."""
        view = memoryview(data)
        while view:
            taken = connection.send(view[:65536])
            self.sent += taken
            view = view[taken:]

    def close(self) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in [self._accepting, *self._threads]:
            thread.join(60)


def _read_request(connection: socket.socket) -> Asked | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    method, path, _ = lines[0].split(" ")
    headers = {
        name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])
    }
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Asked(method, path, body)


def http(status: int, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """Return a whole answer."""
    size = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status} x", f"Content-Length: {size}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@contextlib.contextmanager
def peer(behave: Callable[[Asked, socket.socket, Peer], None]) -> Iterator[Peer]:
    server = Peer(behave)
    try:
        yield server
    finally:
        server.close()


class Cosigner:
    """A key that cosigns whatever it is given."""

    def __init__(self, name: str) -> None:
        self._key = Key(f"witness.example.org/{name}", f"cosigner {name}", ED25519_COSIGNATURE)
        self.vkey = self._key.vkey

    def line(self, text: bytes, at: float | None = None, *, forged: bool = False) -> bytes:
        stamp = int(time.time() if at is None else at)
        message = cosignature_message(text, stamp)
        signature = self._key.private.sign(b"other" + message if forged else message)
        return signature_line(self.vkey.name, self.vkey.key_id, u64(stamp) + signature)


def text_of(asked: Asked) -> bytes:
    """Return the checkpoint text of a request to cosign."""
    return parse_note(asked.body.partition(b"\n\n")[2]).text


def answering(cosigner: Cosigner) -> Callable[[Asked, socket.socket, Peer], None]:
    """A witness that cosigns whatever comes and shows nothing."""

    def behave(asked: Asked, connection: socket.socket, server: Peer) -> None:
        if asked.method == "GET":
            server.send(connection, http(404))
        else:
            server.send(connection, http(200, cosigner.line(text_of(asked))))

    return behave


def held_by(
    witness: Witness, *, shows: bool = True
) -> Callable[[Asked, socket.socket, Peer], None]:
    """A real witness of this process behind a peer; one that does not show hides its checkpoint."""

    def behave(asked: Asked, connection: socket.socket, server: Peer) -> None:
        if asked.method == "GET":
            if not shows:
                server.send(connection, http(404))
                return
            reply = witness.checkpoint(asked.path.split("/")[1])
        else:
            reply = witness.add_checkpoint(asked.body)
        kind = ["Content-Type: text/x.tlog.size"] if reply.is_size else []
        server.send(connection, http(reply.status, reply.body, *kind))

    return behave


@contextlib.contextmanager
def witness_here(
    folder: Path, name: str, log: VKey, *, shows: bool = True
) -> Iterator[tuple[Named, Alarms]]:
    """Run a witness in this process."""
    vkey = new_witness(folder, name, log)
    alarms = Alarms()
    with (
        opening.open_witness(folder, folder / "signer", alarm=alarms) as witness,
        peer(held_by(witness, shows=shows)) as server,
    ):
        yield Named(name, vkey, server.url), alarms
