"""The backups of the nights: which there are, and how old the newest is. They are made in `branchweb.backup`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

NAME = "branchweb-%Y%m%dT%H%M%SZ"
"""Of a folder, by the moment in UTC."""
WHOLE = "manifest.json"
"""Is written last."""
TOO_OLD = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class NewestBackup:
    """How old the newest is; None: there is none, or the folder can't be read."""

    age: timedelta | None

    @property
    def hours(self) -> int | None:
        return None if self.age is None else int(self.age.total_seconds() // 3600)

    @property
    def ok(self) -> bool:
        return self.age is not None and self.age <= TOO_OLD


def newest_backup(at: datetime) -> NewestBackup | None:
    """As of `at`; None where no backups of the night are asked for."""
    folder: Path | None = settings.BACKUP_DIR
    if folder is None:
        return None
    try:
        newest = max(backups_in(folder), default=None)
    except OSError:
        newest = None
    return NewestBackup(None if newest is None else max(timedelta(), at - newest))


def backups_in(folder: Path) -> Mapping[datetime, Path]:
    """Whole backups by their moment. Whatever else lies there is left out."""
    found = ((_moment(path.name), path) for path in folder.iterdir() if (path / WHOLE).exists())
    return {moment: path for moment, path in found if moment is not None}


def _moment(name: str) -> datetime | None:
    try:
        return datetime.strptime(name, NAME).replace(tzinfo=UTC)
    except ValueError:
        return None
