"""What has to hold before the program serves anybody. Web server, worker and commands ask it when they start."""

import logging
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from celery.signals import beat_init, worker_init
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from audit.keyring import AuditKeyMissing, SealBroken, sealed_columns
from audit.models import Entry
from audit.queries import key_fits
from branchweb.backup.restoring import mark

log = logging.getLogger(__name__)

OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO
CHAINED_WITH_A_KEY = ("audit", "0001_tables", "0004_close_unkeyed_chain")


def prepare() -> None:
    """For a process that serves: new files are private, older ones become so. Raises ImproperlyConfigured."""
    os.umask(OTHERS_MAY)
    tighten(Path(settings.DATA_DIR))
    for sentence in obstacles():
        raise ImproperlyConfigured(sentence)


@worker_init.connect
@beat_init.connect
def prepare_worker(**_options: Any) -> None:
    try:
        prepare()
    except ImproperlyConfigured as error:
        sys.exit(f"Celery doesn't start: {error}")  # any other exception is only logged here
    finally:
        connection.close()


@register()
def check_start(**_options: Any) -> list[CheckMessage]:
    """The same for every command."""
    return [Error(sentence, id="branchweb.E001") for sentence in obstacles()]


def obstacles() -> Iterator[str]:
    """Why the program can't start, in sentences that say what to do. Without a database, or its tables, nothing."""
    if mark().exists():
        yield (
            f"A restore was broken off ({mark()}): the data isn't whole. Run manage.py restore again with the same "
            "backup; it begins anew."
        )
        return
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return
    try:
        yield from _missing_keys()
    except DatabaseError as error:
        log.info("Keys are not checked, the database can't be asked: %s", error)


def _missing_keys() -> Iterator[str]:
    there = set(connection.introspection.table_names())
    try:
        found = [_opens(value) for value in _samples(there)]
        if found and not any(found):
            yield (
                f"No key of {settings.FIELD_KEYS_FILE or 'BRANCHWEB_FIELD_KEYS'} opens the private values in the "
                "database. It belongs to another installation: put the right one back from where its copy is kept."
            )
        elif not all(found):
            log.error("Some private values are opened by no key of the ring: manage.py verify names them.")
        if Entry._meta.db_table in there and _chained_with_a_key() and not key_fits():
            raise AuditKeyMissing
    except ImproperlyConfigured as error:
        yield str(error)


def _chained_with_a_key() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations WHERE app = %s AND name IN (%s, %s)", CHAINED_WITH_A_KEY)
        return bool(cursor.fetchone()[0]) and Entry.objects.exists()


def _samples(tables: set[str]) -> Iterator[Any]:
    """The oldest and the newest value of every private column."""
    for model, field in sealed_columns():
        if model._meta.db_table in tables:
            filled = model._base_manager.filter(**{f"{field.name}__gt": ""}).values_list(field.name, flat=True)
            yield from filter(None, (filled.order_by("pk").first(), filled.order_by("-pk").first()))


def _opens(value: Any) -> bool:
    try:
        value.open()
    except SealBroken:
        return False
    return True


def tighten(folder: Path) -> None:
    """Take from group and others whatever they may do with the data folder and what lies below it."""
    if folder.stat().st_mode & stat.S_ISVTX or settings.BASE_DIR.is_relative_to(folder):
        log.warning("%s is shared with others: give the data a folder of its own (BRANCHWEB_DATA).", folder)
        return
    for path in (folder, *folder.rglob("*")):
        try:
            mode = stat.S_IMODE(path.lstat().st_mode)
            if mode & OTHERS_MAY and not path.is_symlink():
                path.chmod(mode & ~OTHERS_MAY)
        except FileNotFoundError:
            continue  # a queue's file, taken meanwhile
        except PermissionError:
            log.warning("%s belongs to another user and can't be made private: give it to this one (chown).", path)
