"""Making a backup: a folder that is written under another name and gets its own when it is whole."""

import json
import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.keyring import key_prints
from branchweb.backup import databases
from branchweb.backup.files import SUFFIX, Outgoing, Stored, writing
from members.refused import Refused
from reminders.jobs.queries import WHOLE
from supervision.letters import sealing

FORMAT = 1
MANIFEST, CONTENTS, FILES = WHOLE, "contents.json", "files.tar"


@dataclass(frozen=True, slots=True)
class Made:
    """Files that are kept, the database being one; what the folder weighs; how long it took."""

    files: int
    bytes: int
    seconds: float


def refuse_key(sealed_to: str) -> None:
    """Raises Refused where that is no public key."""
    try:
        sealing.seal_to(sealed_to, b"")
    except sealing.Broken as error:
        raise Refused(_("That is no public key. `manage.py backup_key` makes a pair.")) from error


def make_backup(folder: Path, *, sealed_to: str) -> Made:
    """Back up database and files into a new folder, sealed to a public key, or plain where that is empty.

    Keys are never in it. Raises Refused, and OSError where the disk is full; then nothing is left behind.
    """
    started, folder = time.monotonic(), folder.absolute()
    if sealed_to:
        refuse_key(sealed_to)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(_("%(folder)s exists already: a backup gets a folder of its own.") % {"folder": folder})
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.unfinished.", dir=folder.parent))
    try:
        files, weight = _write(unfinished, sealed_to)
        databases.sync_folder(unfinished)
        unfinished.replace(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    databases.sync_folder(folder.parent)
    return Made(files, weight, round(time.monotonic() - started, 1))


def _write(folder: Path, sealed_to: str) -> tuple[int, int]:
    """Anchors first and media last: then no anchor and no row names what the backup doesn't have."""
    anchors = _anchors()
    suffix = SUFFIX if sealed_to else ""
    written: dict[str, Stored] = {}
    with writing(folder / (databases.name() + suffix), sealed_to) as out:
        counts = databases.dump(out)
        written[databases.name() + suffix] = out.finish()
    with writing(folder / (FILES + suffix), sealed_to) as out:
        files = _put_files(out, anchors)
        written[FILES + suffix] = out.finish()
    listed = {name: asdict(stored) for name, stored in written.items()}
    contents = {**_described(), "counts": counts, "kept": files + 1, "files": listed}
    with writing(folder / (CONTENTS + suffix), sealed_to) as out:
        out.write(json.dumps(contents).encode())
        written[CONTENTS + suffix] = out.finish()
    listed = {name: asdict(stored) for name, stored in written.items()}
    manifest = {"format": FORMAT, "sealed_to": sealed_to, "files": listed}
    with writing(folder / MANIFEST, "") as out:
        out.write(json.dumps(manifest, indent=1).encode())
        own = out.finish()
    return files + 1, own.bytes + sum(stored.bytes for stored in written.values())


def _described() -> dict[str, Any]:
    applied = MigrationRecorder(connection).applied_migrations()
    return {
        "made_at": timezone.now().isoformat(),
        "program": settings.SPECTACULAR_SETTINGS["VERSION"],
        "database": connection.vendor,
        "migrations": sorted(f"{app}.{name}" for app, name in applied),
        "keys": key_prints(),
    }


def _anchors() -> bytes:
    path = Path(settings.AUDIT_ANCHORS)
    return path.read_bytes() if path.exists() else b""


def _put_files(out: Outgoing, anchors: bytes) -> int:
    """Write the archive; how many files are in it. A file that is removed meanwhile is left out."""
    count = 0
    with tarfile.open(fileobj=cast(IO[bytes], out), mode="w|", format=tarfile.PAX_FORMAT) as archive:
        if anchors:
            told = tarfile.TarInfo(Path(settings.AUDIT_ANCHORS).name)
            told.size, told.mode = len(anchors), 0o600
            archive.addfile(told, BytesIO(anchors))
            count += 1
        for path in _media():
            try:
                with path.open("rb") as file:
                    archive.addfile(_told(archive, path, file), file)
            except FileNotFoundError:
                continue
            count += 1
    return count


def _told(archive: tarfile.TarFile, path: Path, file: Any) -> tarfile.TarInfo:
    told = archive.gettarinfo(arcname=str(Path("media") / path.relative_to(settings.MEDIA_ROOT)), fileobj=file)
    told.uid = told.gid = 0
    told.uname = told.gname = ""
    return told


def _media() -> Iterator[Path]:
    return (path for path in sorted(Path(settings.MEDIA_ROOT).rglob("*")) if path.is_file() and not path.is_symlink())
