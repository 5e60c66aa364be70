"""What the database keeps by itself, and Django has no words for: the search index (GIN on PostgreSQL, FTS5 on SQLite), and
relations that may not overlap in time (an exclusion constraint on PostgreSQL, triggers on SQLite)."""

from django.db import migrations

SEARCH = {
    "postgresql": [
        "CREATE INDEX member_search ON members_member USING gin (to_tsvector('simple', search_terms))",
    ],
    "sqlite": [
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
    ],
}
OVERLAPS = {
    "postgresql": [
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        """
ALTER TABLE members_affiliation ADD CONSTRAINT members_affiliation_no_overlap EXCLUDE USING gist (
    member_id WITH =,
    daterange(valid_from, valid_until, '[)') WITH &&
) WHERE (kind = 'formal')
""",
    ],
    "sqlite": [
        f"""
CREATE TRIGGER members_affiliation_no_overlap_{verb} BEFORE {verb.upper()} ON members_affiliation
WHEN new.kind = 'formal' AND EXISTS (
    SELECT 1 FROM members_affiliation AS other
    WHERE other.member_id = new.member_id AND other.kind = 'formal' AND other.key <> new.key
    AND coalesce(other.valid_from, '0001-01-01') < coalesce(new.valid_until, '9999-12-31')
    AND coalesce(new.valid_from, '0001-01-01') < coalesce(other.valid_until, '9999-12-31')
)
BEGIN SELECT RAISE(ABORT, 'members_affiliation would overlap'); END
"""
        for verb in ("insert", "update")
    ],
}
UNDO = {
    "postgresql": [
        "DROP INDEX member_search",
        "ALTER TABLE members_affiliation DROP CONSTRAINT members_affiliation_no_overlap",
    ],
    "sqlite": [
        "DROP TRIGGER members_member_search_insert",
        "DROP TRIGGER members_member_search_delete",
        "DROP TRIGGER members_member_search_update",
        "DROP TABLE members_member_search",
        "DROP TRIGGER members_affiliation_no_overlap_insert",
        "DROP TRIGGER members_affiliation_no_overlap_update",
    ],
}


def statements(vendor):
    return [*SEARCH[vendor], *OVERLAPS[vendor]]


def build(apps, editor):
    for statement in statements(editor.connection.vendor):
        editor.execute(statement)


def drop(apps, editor):
    for statement in UNDO[editor.connection.vendor]:
        editor.execute(statement)


class Migration(migrations.Migration):
    replaces = [("members", "0002_search_index"), ("members", "0003_no_overlaps")]
    dependencies = [("members", "0001_tables")]
    operations = [migrations.RunPython(build, drop)]
