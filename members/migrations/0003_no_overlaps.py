"""Rows that may not overlap in time: PostgreSQL refuses them by an exclusion constraint, SQLite by a trigger."""

from django.db import migrations

TABLES = {
    "members_affiliation": ("member_id", "kind = 'formal'"),
}
POSTGRESQL = """
ALTER TABLE {table} ADD CONSTRAINT {table}_no_overlap EXCLUDE USING gist (
    {column} WITH =,
    daterange(valid_from, valid_until, '[)') WITH &&
) WHERE ({condition})
"""
SQLITE = """
CREATE TRIGGER {table}_no_overlap_{verb} BEFORE {VERB} ON {table}
WHEN new.{condition} AND EXISTS (
    SELECT 1 FROM {table} AS other
    WHERE other.{column} = new.{column} AND other.{condition} AND other.key <> new.key
    AND coalesce(other.valid_from, '0001-01-01') < coalesce(new.valid_until, '9999-12-31')
    AND coalesce(new.valid_from, '0001-01-01') < coalesce(other.valid_until, '9999-12-31')
)
BEGIN SELECT RAISE(ABORT, '{table} would overlap'); END
"""


def statements(vendor):
    for table, (column, condition) in TABLES.items():
        if vendor == "postgresql":
            yield POSTGRESQL.format(table=table, column=column, condition=condition)
            continue
        for verb in ("insert", "update"):
            yield SQLITE.format(table=table, column=column, condition=condition, verb=verb, VERB=verb.upper())


def build(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for statement in statements(editor.connection.vendor):
        editor.execute(statement)


def drop(apps, editor):
    for table in TABLES:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_no_overlap")
            continue
        for verb in ("insert", "update"):
            editor.execute(f"DROP TRIGGER {table}_no_overlap_{verb}")


class Migration(migrations.Migration):
    dependencies = [("members", "0002_search_index")]
    operations = [migrations.RunPython(build, drop)]
