"""The search index, kept by the database itself: GIN on PostgreSQL, FTS5 on SQLite."""

from django.db import migrations

POSTGRESQL = [
    "CREATE INDEX member_search ON members_member USING gin (to_tsvector('simple', search_terms))",
]
SQLITE = [
    "CREATE VIRTUAL TABLE members_member_search USING fts5("
    "search_terms, content='members_member', content_rowid='id', tokenize='unicode61')",
    "CREATE TRIGGER members_member_search_insert AFTER INSERT ON members_member BEGIN "
    "INSERT INTO members_member_search(rowid, search_terms) VALUES (new.id, new.search_terms); END",
    "CREATE TRIGGER members_member_search_delete AFTER DELETE ON members_member BEGIN "
    "INSERT INTO members_member_search(members_member_search, rowid, search_terms) "
    "VALUES ('delete', old.id, old.search_terms); END",
    "CREATE TRIGGER members_member_search_update AFTER UPDATE OF search_terms ON members_member BEGIN "
    "INSERT INTO members_member_search(members_member_search, rowid, search_terms) "
    "VALUES ('delete', old.id, old.search_terms); "
    "INSERT INTO members_member_search(rowid, search_terms) VALUES (new.id, new.search_terms); END",
]
UNDO = {
    "postgresql": ["DROP INDEX member_search"],
    "sqlite": [
        "DROP TRIGGER members_member_search_insert",
        "DROP TRIGGER members_member_search_delete",
        "DROP TRIGGER members_member_search_update",
        "DROP TABLE members_member_search",
    ],
}


def build(apps, editor):
    for statement in POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE:
        editor.execute(statement)


def drop(apps, editor):
    for statement in UNDO[editor.connection.vendor]:
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]
    operations = [migrations.RunPython(build, drop)]
