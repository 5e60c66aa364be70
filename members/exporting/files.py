"""Where finished workbooks lie: sealed with the key ring, so that a copy of the folder says nothing about anybody."""

import base64
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO
from uuid import UUID

from django.conf import settings

from audit.keyring import SealBroken, seal, unseal

PIECE = 256 * 1024
"""Bytes sealed at a time: a large workbook is never in memory as a whole."""
LAST = "last"
SCRATCH = "making-"
DAY_SECONDS = 86_400


def folder() -> Path:
    path = Path(settings.EXPORT_ROOT)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def file_of(key: UUID) -> Path:
    return folder() / f"{key}.sealed"


@contextmanager
def scratch(key: UUID) -> Iterator[Path]:
    """A folder to make the workbook in. What an earlier attempt left goes; all of it goes at the end."""
    _remove(folder().glob(f"{SCRATCH}{key}-*"))
    with TemporaryDirectory(prefix=f"{SCRATCH}{key}-", dir=folder(), ignore_cleanup_errors=True) as made:
        yield Path(made)


def seal_file(plain: Path, sealed: Path, *, key: UUID) -> None:
    """Each line of the sealed file is a piece that knows whose it is, which one, and whether it is the last."""
    with plain.open("rb") as source, sealed.open("w") as target:
        number, piece = 0, source.read(PIECE)
        while True:
            following = source.read(PIECE)
            head = f"{key} {number} {'' if following else LAST}"
            target.write(seal(f"{head}\n{base64.b64encode(piece).decode()}") + "\n")
            if not following:
                return
            number, piece = number + 1, following


def open_file(key: UUID) -> IO[bytes]:
    """The workbook, unsealed. Raises FileNotFoundError, or SealBroken where a key has gone or a piece was changed."""
    plain, ended = TemporaryFile(), False  # noqa: SIM115 - the response reads it to its end and closes it
    with file_of(key).open() as sealed:
        for number, line in enumerate(sealed):
            head, _newline, piece = unseal(line.rstrip("\n")).partition("\n")
            ended = head == f"{key} {number} {LAST}"
            if not ended and head != f"{key} {number} ":
                raise SealBroken("A piece of this file belongs elsewhere.")
            plain.write(base64.b64decode(piece))
    if not ended:
        raise SealBroken("The end of this file is missing.")
    plain.seek(0)
    return plain


def remove_file(key: UUID) -> None:
    file_of(key).unlink(missing_ok=True)


def remove_leftovers(*, keep: Iterable[UUID]) -> None:
    """Files of a day ago and more that belong to nobody: a worker was killed, or a row went without its file."""
    kept = {file_of(key) for key in keep}
    _remove(path for path in folder().iterdir() if path not in kept and _age(path) > DAY_SECONDS)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
