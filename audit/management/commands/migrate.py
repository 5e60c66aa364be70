"""Django's `migrate`, with the triggers of watched tables down meanwhile and up afterwards."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.core.management import CommandError
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from audit.keyring import audit_key
from audit.models import Entry, TableSum
from audit.row_checks import differences, never_taken_in, standing_on_database, take_in
from audit.services import record_taking_in
from audit.watched import Watched, watched_tables
from audit.watching import put_up, take_down


class Command(migrate.Command):
    def handle(self, *arguments: Any, **options: Any) -> None:
        if missing := missing_before(MigrationRecorder(connection).applied_migrations()):
            sentence = _("The database is too old: %(migration)s is missing. docs/administration.md says what to do.")
            raise CommandError(sentence % {"migration": missing[0]})
        is_asking = options["plan"] or options["check_unapplied"]
        doubtful = self._before() if not is_asking and self._has_work() else None
        super().handle(*arguments, **options)
        if not is_asking and set(watched_tables()) <= set(standing_on_database()):
            put_up()
            if not Entry.objects.exists():
                audit_key(is_first=True)  # the first row is summed up before anything is recorded
            self._after(doubtful)

    def _has_work(self) -> bool:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))

    def _before(self) -> set[str]:
        """The tables of which something differs already: migrating must not cover it up."""
        is_summed = "audit_tablesum" in standing_on_database()
        found = {found.table for found in differences(self._as_summed())} if is_summed else set()
        take_down()
        return found

    def _as_summed(self) -> list[Watched]:
        """The tables with the columns that they were summed up with, some of which a migration may drop."""
        heads = dict(TableSum.objects.values_list("table_name", "columns"))
        return [
            replace(watched, columns=tuple(heads[table].split(",")))
            for table, watched in watched_tables().items()
            if table in heads
        ]

    def _after(self, doubtful: set[str] | None) -> None:
        """What the migrations themselves changed is what the program wrote."""
        tables = {watched.table: watched for watched in never_taken_in()}
        if doubtful is not None:
            changed = {found.table for found in differences(watched_tables().values())}
            tables |= {table: watched_tables()[table] for table in changed - doubtful}
        if tables:
            record_taking_in({table: take_in(watched) for table, watched in tables.items()}, by="system", reason="")


def missing_before(applied: Collection[tuple[str, str]]) -> list[str]:
    """Of migrations that were made one: those that a database lacks which has others of them.

    Django would leave its tables as they are, in some apps without a word: it no longer has the single ones.
    """
    lacking: list[str] = []
    for key, made_one in MigrationLoader(None).disk_migrations.items():
        missing = [one for one in made_one.replaces if one not in applied]
        if key not in applied and missing and len(missing) < len(made_one.replaces):
            lacking += [f"{app}.{name}" for app, name in missing]
    return lacking
