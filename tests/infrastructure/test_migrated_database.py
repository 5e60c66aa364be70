from tests import migrated_database


def test_a_changed_migration_makes_another_database(tmp_path, monkeypatch):
    migration = tmp_path / "0001_initial.py"
    migration.write_text("operations = []\n")
    monkeypatch.setattr(migrated_database, "migrations", lambda: [migration])
    before = migrated_database.state_of_migrations()
    assert migrated_database.state_of_migrations() == before
    migration.write_text("operations = [1]\n")
    assert migrated_database.state_of_migrations() != before


def test_modules_that_migrations_import_count_as_part_of_them():
    names = {file.name for file in migrated_database.modules_they_import()}
    assert {"append_only.py", "fields.py"} <= names
