"""Putting a backup back into an empty installation. Everything is read and checked before anything is changed."""

import json
import os
import shutil
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from audit.keyring import key_prints
from audit.management.commands.migrate import missing_before
from branchweb.backup import databases
from branchweb.backup.files import SUFFIX, Incoming, Stored, pieces, stored
from branchweb.backup.making import CONTENTS, FILES, FORMAT, MANIFEST, Made
from members.refused import Refused
from supervision.letters import sealing

BROKEN_OFF = "restore-broken-off"
"""File in the data folder for as long as a restore is under way."""


@dataclass(frozen=True)
class Backup:
    """A backup whose files are whole and belong together."""

    folder: Path
    private: bytes | None
    contents: dict[str, Any]
    names: dict[str, str]
    """What a file is called in the folder, by its name without the ending of sealed ones."""
    size: int
    """Bytes of the files together."""

    def read(self, name: str) -> Iterator[bytes]:
        return pieces(self.folder / self.names[name], self.private)


def restore_backup(folder: Path, *, private: bytes | None) -> Made:
    """Restore into the empty installation of these settings. Raises Refused; what then was changed, if anything, is
    said by the mark in the data folder, with which nothing starts and a restore can be begun anew."""
    started = time.monotonic()
    backup = open_backup(folder, private)
    _refuse_other_program(backup.contents)
    databases.refuse_strangers()
    if not mark().exists():
        databases.refuse_rows()
    _refuse_other_keys(backup.contents)
    with _marked(folder):
        _put_files_back(backup)
        databases.load(backup.read(databases.name()), backup.contents["counts"])
        _migrate()
        os.sync()
    return Made(backup.contents["kept"], backup.size, round(time.monotonic() - started, 1))


def mark() -> Path:
    return Path(settings.DATA_DIR) / BROKEN_OFF


@contextmanager
def _marked(folder: Path) -> Iterator[None]:
    """The mark stays where the restore doesn't come to its end, however that happens."""
    mark().write_text(f"{timezone.now().isoformat()} {folder}\n")
    databases.sync_folder(mark().parent)
    yield
    mark().unlink()


# --- Reading ------------------------------------------------------------------------------------------------------
def open_backup(folder: Path, private: bytes | None) -> Backup:
    """Check every byte of a backup. Raises Refused."""
    manifest = _manifest(folder)
    if private is not None and manifest["sealed_to"] not in ("", sealing.public_of(private)):
        raise Refused(_("This private key doesn't open the backup: it was sealed to another one."))
    for name, expected in manifest["files"].items():
        path = folder / name
        if not path.is_file() or stored(path) != Stored(**expected):
            raise Refused(_("%(file)s of the backup is cut or changed. Nothing was restored from it.") % {"file": name})
    names = {name.removesuffix(SUFFIX): name for name in manifest["files"]}
    contents = _json(b"".join(pieces(folder / names[CONTENTS], private)))
    listed = {name: told for name, told in manifest["files"].items() if name != names[CONTENTS]}
    if contents["files"] != listed:
        raise Refused(_("The files in %(folder)s don't belong to one backup.") % {"folder": folder})
    weight = (folder / MANIFEST).stat().st_size + sum(told["bytes"] for told in manifest["files"].values())
    return Backup(folder, private, contents, names, weight)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = _json((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise Refused(
            _("%(folder)s is no backup, or one that was never finished: it has no %(file)s.")
            % {"folder": folder, "file": MANIFEST}
        ) from error
    if manifest.get("format") != FORMAT:
        raise Refused(_("The backup was made by a newer version of the program: install that first."))
    return manifest


def _json(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Refused(_("The description of the backup can't be read: it is cut or changed.")) from error
    return dict(found)


NO_KEYS = gettext_lazy(
    "Keys that the backup needs are missing here. Put the file %(file)s, which is kept apart from backups, into "
    "%(folder)s first (or set its variable of the environment)."
)
OTHER_KEYS = gettext_lazy(
    "The keys in %(file)s are others than those that the backup needs. Put the file of that installation, which is "
    "kept apart from backups, into %(folder)s (or set its variable of the environment)."
)


# --- Refusing -----------------------------------------------------------------------------------------------------
def _refuse_other_program(contents: dict[str, Any]) -> None:
    if contents["database"] != connection.vendor:
        raise Refused(
            _("The backup is of a %(theirs)s database, DATABASE_URL names a %(ours)s one: name one of its kind.")
            % {"theirs": contents["database"], "ours": connection.vendor}
        )
    loader = MigrationLoader(None)
    known = {*loader.disk_migrations, *(old for one in loader.disk_migrations.values() for old in one.replaces)}
    if unknown := set(contents["migrations"]) - {f"{app}.{name}" for app, name in known}:
        raise Refused(
            _("The backup was made by a newer version of the program (%(migration)s): install that first.")
            % {"migration": min(unknown)}
        )
    applied = {(app, name) for app, _dot, name in (one.partition(".") for one in contents["migrations"])}
    if missing := missing_before(applied):
        raise Refused(
            _("The backup is too old: %(migration)s is missing. docs/administration.md (Upgrade) says what to do.")
            % {"migration": missing[0]}
        )


def _refuse_other_keys(contents: dict[str, Any]) -> None:
    here = key_prints()
    for name, needed in contents["keys"].items():
        if not set(needed) <= set(here[name]):
            raise Refused((OTHER_KEYS if here[name] else NO_KEYS) % {"file": name, "folder": settings.DATA_DIR})


# --- Putting back -------------------------------------------------------------------------------------------------
def _put_files_back(backup: Backup) -> None:
    """Media and anchors; each file is there whole or not at all. Anchors and the round of the installation before are
    kept beside."""
    for before in (Path(settings.AUDIT_ANCHORS), Path(settings.AUDIT_ROUND)):
        if before.exists():
            before.replace(before.with_name(f"{before.name}.before-{timezone.now():%Y%m%dT%H%M%S}"))
    with tarfile.open(fileobj=cast(IO[bytes], Incoming(backup.read(FILES))), mode="r|") as archive:
        for told in archive:
            target = _target(told)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside = target.with_name(f".{target.name}.restoring")
            beside.unlink(missing_ok=True)
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                shutil.copyfileobj(cast(IO[bytes], archive.extractfile(told)), file)
            os.utime(beside, (told.mtime, told.mtime))
            beside.replace(target)


def _target(told: tarfile.TarInfo) -> Path:
    if told.name == Path(settings.AUDIT_ANCHORS).name:
        return Path(settings.AUDIT_ANCHORS)
    root = Path(settings.MEDIA_ROOT).resolve()
    target = (root / told.name.removeprefix("media/")).resolve()
    if not told.isreg() or not told.name.startswith("media/") or not target.is_relative_to(root):
        raise Refused(_("The backup has a file that belongs nowhere: %(file)s.") % {"file": told.name})
    return target


def _migrate() -> None:
    """A backup of an older version is brought to this one."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0)
    connection.close()
