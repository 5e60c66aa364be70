"""The files of a backup: written once from beginning to end, plain or sealed to a public key, with their checksums.

A sealed file is: a line that says so, a line with the file's own key in a sealed box (X25519, base64), then the header
and the pieces of a secretstream (XChaCha20-Poly1305) with the file's name as associated data. The last piece is marked
as such, so that a file that was cut doesn't open; a piece that was changed, moved or taken from another file neither.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _
from nacl import bindings
from nacl.exceptions import CryptoError

from members.refused import Refused
from supervision.letters import sealing

PIECE = 1 << 20
SEALED = b"branchweb sealed 1\n"
SUFFIX = ".sealed"
MORE = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
LAST = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
HEADER = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
OVERHEAD = bindings.crypto_secretstream_xchacha20poly1305_ABYTES


@dataclass(frozen=True, slots=True)
class Stored:
    """What a file weighs on disk, and its SHA-256."""

    bytes: int
    sha256: str


class Outgoing:
    """Where the content of one file is written to. `finish` ends it; what was never finished doesn't open."""

    def __init__(self, file: BinaryIO, name: str, sealed_to: str) -> None:
        self._file, self._name = file, name.encode()
        self._digest = hashlib.sha256()
        self._waiting = bytearray()
        self._bytes = 0
        self._state = self._begin_seal(sealed_to) if sealed_to else None

    def write(self, content: bytes) -> int:
        self._waiting += content
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), MORE)
            del self._waiting[:PIECE]
        return len(content)

    def finish(self) -> Stored:
        self._put(bytes(self._waiting), LAST)
        self._waiting.clear()
        self._file.flush()
        os.fsync(self._file.fileno())
        return Stored(self._bytes, self._digest.hexdigest())

    def _begin_seal(self, sealed_to: str) -> bindings.crypto_secretstream_xchacha20poly1305_state:
        key = bindings.crypto_secretstream_xchacha20poly1305_keygen()
        state = bindings.crypto_secretstream_xchacha20poly1305_state()
        header = bindings.crypto_secretstream_xchacha20poly1305_init_push(state, key)
        self._raw(SEALED + sealing.seal_to(sealed_to, key).encode() + b"\n" + header)
        return state

    def _put(self, piece: bytes, tag: int) -> None:
        if self._state is not None:
            piece = bindings.crypto_secretstream_xchacha20poly1305_push(self._state, piece, self._name, tag)
        self._raw(piece)

    def _raw(self, content: bytes) -> None:
        self._file.write(content)
        self._digest.update(content)
        self._bytes += len(content)


@contextmanager
def writing(path: Path, sealed_to: str) -> Iterator[Outgoing]:
    """A new file that only its owner reads. The caller ends it with `finish`."""
    with open_private(path) as file:
        yield Outgoing(file, path.name, sealed_to)


def open_private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def pieces(path: Path, private: bytes | None) -> Iterator[bytes]:
    """The content of a file piece by piece. Raises Refused where it is cut or changed, or the key is another one."""
    with path.open("rb") as file:
        if not path.name.endswith(SUFFIX):
            yield from iter(lambda: file.read(PIECE), b"")
        elif private is None:
            raise Refused(_("This backup is sealed: give the private key that belongs to it with --key FILE."))
        else:
            yield from _opened(file, path.name, private)


def _opened(file: BinaryIO, name: str, private: bytes) -> Iterator[bytes]:
    damaged = Refused(_("%(file)s of the backup is cut or changed. Nothing was restored from it.") % {"file": name})
    if file.readline(len(SEALED)) != SEALED:
        raise damaged
    state, tag = _state_from(file, private, damaged), MORE
    while tag != LAST:
        try:
            piece, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(
                state, file.read(PIECE + OVERHEAD), name.encode()
            )
        except (CryptoError, TypeError, ValueError) as error:
            raise damaged from error
        yield piece
    if file.read(1):
        raise damaged


def _state_from(
    file: BinaryIO, private: bytes, damaged: Refused
) -> bindings.crypto_secretstream_xchacha20poly1305_state:
    try:
        key = sealing.open_with(private, file.readline(500).decode("ascii", "replace").strip())
    except sealing.Broken as error:
        raise Refused(_("This private key doesn't open the backup: it was sealed to another one.")) from error
    header = file.read(HEADER)
    if len(header) != HEADER:
        raise damaged
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
    return state


class Incoming:
    """Pieces as a file that is read forwards, for tar."""

    def __init__(self, content: Iterator[bytes]) -> None:
        self._content, self._waiting = content, bytearray()

    def read(self, size: int) -> bytes:
        while len(self._waiting) < size and (piece := next(self._content, b"")):
            self._waiting += piece
        taken = bytes(self._waiting[:size])
        del self._waiting[:size]
        return taken


def stored(path: Path) -> Stored:
    """What a file is on disk."""
    with path.open("rb") as file:
        return Stored(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
