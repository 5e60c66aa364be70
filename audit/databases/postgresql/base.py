"""PostgreSQL with an eye on watched tables: their triggers note rows in a temporary table of the session."""

from django.db.backends.postgresql import base

from audit import row_sums
from audit.databases.journal import Summed, WatchingConnection

TOUCHED = "pg_temp.audit_touched"
ROWS_AT_ONCE = 2_000


class DatabaseWrapper(WatchingConnection, base.DatabaseWrapper):
    def written(self) -> row_sums.Changes:
        with self.cursor() as cursor:
            cursor.execute(f"SELECT to_regclass('{TOUCHED}') IS NOT NULL")
            if cursor.fetchone() != (True,):
                return {}
            summed = Summed()
            cursor.execute(f"SELECT table_name, place, sign, content FROM {TOUCHED}")  # noqa: S608
            while rows := cursor.fetchmany(ROWS_AT_ONCE):
                for table, place, sign, content in rows:
                    summed.add(table, place, sign, content)
            if summed.changes:  # what is left goes at commit
                cursor.execute(f"DELETE FROM {TOUCHED}")  # noqa: S608
        return summed.result()

    def forget_written(self) -> None:
        self.written()
