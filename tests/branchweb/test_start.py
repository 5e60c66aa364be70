"""What keeps the program from starting, and what it makes private when it does."""

import os
import stat
import subprocess
import sys

import pytest
from celery.signals import beat_init
from django.conf import settings as project
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from audit.keyring import key_prints, new_key, seal
from audit.services import record
from branchweb import start
from branchweb.management.commands import verify
from members.fields import Sealed
from members.models import Member
from tests.audit.rewriting import lifted


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    """A data folder of the test's own, and the umask of before afterwards."""
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    before = os.umask(0o022)
    yield settings.DATA_DIR
    os.umask(before)


def said():
    return list(start.obstacles())


def test_an_empty_installation_starts(db):
    assert said() == []


def test_a_whole_installation_starts(cast):
    record(action="edit_member", by="system", subject=cast.zhang)
    assert said() == []


def test_without_the_keys_of_private_fields_nothing_starts_and_no_new_ones_are_made(cast, settings, data):
    settings.FIELD_KEYS_FILE = data / "field_keys"

    assert "field_keys isn't there" in said()[0]
    assert key_prints()["field_keys"] == []
    with pytest.raises(SystemCheckError, match="No new one is made"):
        call_command("organizations", skip_checks=False)
    with pytest.raises(ImproperlyConfigured, match="Put the file back"):
        start.prepare()
    with pytest.raises(SystemExit, match="Celery doesn't start: The keys of private fields"):
        start.prepare_worker()


def test_keys_that_open_nothing_stop_the_start(cast, settings):
    settings.FIELD_KEYS = (new_key(),)
    assert "another installation" in said()[0]


def test_one_value_that_does_not_open_is_logged_and_stops_nothing(cast, settings, caplog):
    right, settings.FIELD_KEYS = settings.FIELD_KEYS, (new_key(),)
    foreign = seal("13800000000")
    settings.FIELD_KEYS = right
    newest = Member.objects.order_by("-pk").first().pk
    Member.objects.filter(pk=newest).update(phone=Sealed(foreign))

    assert said() == []
    assert "manage.py verify" in caplog.text


def test_without_the_key_of_the_record_nothing_starts(cast, settings):
    record(action="edit_member", by="system", subject=cast.zhang)
    settings.AUDIT_KEYS = ()
    assert "The key of the audit record is missing" in said()[0]


def test_another_key_than_the_records_starts_nothing(cast, settings):
    record(action="edit_member", by="system", subject=cast.zhang)
    settings.AUDIT_KEYS = (new_key(),)
    assert "or is another one" in said()[0]


def test_an_entry_that_was_edited_stops_nothing(cast):
    """That is for verify to say, which can always be run."""
    for _turn in range(2):
        record(action="edit_member", by="system", subject=cast.zhang)
    lifted("UPDATE audit_entry SET reason = 'another' WHERE number = 2")

    assert said() == []
    assert not verify.Command.requires_system_checks


def test_the_clock_asks_too(cast, settings):
    record(action="edit_member", by="system", subject=cast.zhang)
    settings.AUDIT_KEYS = ()
    with pytest.raises(SystemExit, match="The key of the audit record is missing"):
        beat_init.send(sender=None)


def test_a_restore_that_was_broken_off_stops_the_start(db, data):
    (data / "restore-broken-off").touch()
    assert "Run manage.py restore again" in said()[0]


def test_a_database_that_cannot_be_asked_is_left_to_others(cast, monkeypatch):
    monkeypatch.setattr(start, "_samples", lambda tables: (_ for _ in ()).throw(start.DatabaseError("no such column")))
    assert said() == []


def test_what_others_could_read_is_made_private(data, caplog):
    (data / "media/photos").mkdir(parents=True)
    for name in ("branchweb.sqlite3", "media/photos/a.jpg", "field_keys"):
        (data / name).touch(0o644)
    (data / "elsewhere").symlink_to("/etc/hostname")
    data.chmod(0o755)
    start.tighten(data)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (data, *data.rglob("*")) if not path.is_symlink()}
    assert modes == {
        "data": 0o700,
        "media": 0o700,
        "photos": 0o700,
        "branchweb.sqlite3": 0o600,
        "a.jpg": 0o600,
        "field_keys": 0o600,
    }
    assert caplog.text == ""


def test_a_folder_that_is_shared_is_left_as_it_is_and_named(data, caplog):
    data.chmod(0o1777)
    start.tighten(data)

    assert stat.S_IMODE(data.stat().st_mode) == 0o1777
    assert "BRANCHWEB_DATA" in caplog.text
    start.tighten(project.BASE_DIR.parent)
    assert caplog.text.count("BRANCHWEB_DATA") == 2


def test_new_files_are_private_in_whatever_serves(db, data):
    start.prepare()
    (data / "new").touch()
    assert stat.S_IMODE((data / "new").stat().st_mode) == 0o600


def test_new_files_of_commands_are_private_and_static_files_are_for_everybody(tmp_path):
    environment = {"PATH": os.environ["PATH"], "BRANCHWEB_DATA": str(tmp_path / "new")}
    for command, wanted in (("diffsettings", 0o077), ("collectstatic", 0o022)):
        code = (
            "import os, sys, runpy, django.core.management as m; os.umask(0o022); "
            "m.execute_from_command_line = lambda argv: print(oct(os.umask(0))); "
            f"sys.argv = ['manage.py', '{command}']; runpy.run_path('manage.py', run_name='__main__')"
        )
        told = subprocess.check_output([sys.executable, "-c", code], cwd=project.BASE_DIR, env=environment, text=True)
        assert int(told, 8) == wanted, command
