"""Migrations that were made one of each app's: a database that has them all goes on, one that lacks some is refused."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from audit.management.commands.migrate import missing_before
from branchweb.start import CHAINED_WITH_A_KEY

pytestmark = pytest.mark.django_db
MADE_ONE = {key: one.replaces for key, one in MigrationLoader(None).disk_migrations.items() if one.replaces}
SINGLE = [one for replaced in MADE_ONE.values() for one in replaced]


@pytest.fixture
def recorder():
    """Of a database as the last version with the single migrations left it."""
    recorder = MigrationRecorder(connection)
    for key, replaced in MADE_ONE.items():
        recorder.record_unapplied(*key)
        for one in replaced:
            recorder.record_applied(*one)
    return recorder


def test_every_app_has_migrations_that_were_made_one():
    apps = {app for app, _name in MADE_ONE}
    assert apps == {"audit", "members", "meetings", "dues", "supervision", "assessment", "reminders"}
    assert len(SINGLE) == len(set(SINGLE)) == 57


def test_a_database_that_has_them_all_goes_on_and_is_told_their_new_names(recorder):
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    assert executor.migration_plan(leaves) == []
    executor.migrate(leaves)

    assert set(MADE_ONE) <= set(recorder.applied_migrations())


@pytest.mark.parametrize("lacking", [("reminders", "0007_readers"), ("members", "0015_number_disputed")])
def test_a_database_that_lacks_one_of_them_is_refused(recorder, lacking):
    recorder.record_unapplied(*lacking)
    with pytest.raises(CommandError, match=".".join(lacking)):
        call_command("migrate", verbosity=0)


def test_a_new_database_lacks_none():
    assert missing_before([]) == []
    assert missing_before([*MADE_ONE, *SINGLE[:3]]) == []


def test_a_record_chained_by_either_is_known_to_have_a_key():
    app, *names = CHAINED_WITH_A_KEY
    assert {(app, name) for name in names} <= {*MADE_ONE, *SINGLE}
