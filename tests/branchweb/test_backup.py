"""The way back: what was backed up is there again, all of it or nothing, and nowhere else."""

import json
import shutil
from base64 import b64encode
from io import StringIO
from itertools import combinations

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone, translation

from audit.anchors import write_anchor
from audit.models import Entry
from audit.services import record
from branchweb.backup import databases, making
from branchweb.backup.databases import compare
from branchweb.backup.making import make_backup
from branchweb.backup.restoring import mark, restore_backup
from branchweb.management.commands import backup as backup_command, restore as restore_command
from branchweb.management.commands.verify import every_check
from members.models import Member, Organization
from members.refused import Refused
from supervision.letters import sealing
from tests.branchweb.backups import counts_now, empty_installation, keep_migrated
from tests.cast import make_cast

PHOTO = b"\xff\xd8 a photograph " * 90_000
"""More than one piece of a sealed file."""
PAIR, OTHER = sealing.new_pair(), sealing.new_pair()
KEY = "a key of private fields, of forty characters 0"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def full(transactional_db, settings, tmp_path):
    """An installation with rows, a photograph and an anchor; where its backups go."""
    keep_migrated()
    data = tmp_path / "data"
    settings.DATA_DIR = data
    settings.MEDIA_ROOT = data / "media"
    settings.AUDIT_ANCHORS = data / "audit_anchors"
    settings.FIELD_KEYS = (KEY,)
    (data / "media/photos").mkdir(parents=True)
    (data / "media/photos/张.jpg").write_bytes(PHOTO)
    (data / "secret_key").write_text(settings.SECRET_KEY)
    (data / "field_keys").write_text(KEY)
    (data / "audit_keys").write_text(settings.AUDIT_KEYS[0])
    cast = make_cast()
    record(action="edit_member", by=cast.secretary, subject=cast.zhang, changes=[("phone", "1", "2")])
    write_anchor(settings.AUDIT_ANCHORS, at=timezone.now())
    return tmp_path


@pytest.fixture
def empty(full, settings):
    """Enters an empty installation and gives its folder."""
    with_which = []

    def enter(*, migrated=False):
        folder = full / "empty"
        folder.mkdir()
        with_which.append(empty_installation(settings, folder, migrated=migrated))
        with_which[0].__enter__()
        return folder

    yield enter
    for one in with_which:
        one.__exit__(None, None, None)


def what_lies_in(folder):
    return {path.relative_to(folder): path.stat().st_mtime_ns for path in folder.rglob("*")}


def refusal(folder, private=PAIR.private):
    with pytest.raises(Refused) as error:
        restore_backup(folder, private=private)
    return str(error.value)


@pytest.mark.parametrize("migrated", [False, True])
@pytest.mark.parametrize("sealed_to", ["", PAIR.public], ids=["plain", "sealed"])
def test_a_restored_installation_is_the_one_that_was_backed_up(sealed_to, migrated, full, empty, settings):
    before, anchors = counts_now(), settings.AUDIT_ANCHORS.read_text()
    made = make_backup(full / "backup", sealed_to=sealed_to)
    folder = empty(migrated=migrated)
    restored = restore_backup(full / "backup", private=PAIR.private if sealed_to else None)

    assert (restored.files, restored.bytes) == (made.files, made.bytes)
    assert made.files == 3
    assert made.bytes == sum(path.stat().st_size for path in (full / "backup").iterdir())
    assert counts_now() == before
    assert before["members_member"]["*"] != "0"
    assert (folder / "media/photos/张.jpg").read_bytes() == PHOTO
    assert settings.AUDIT_ANCHORS.read_text() == anchors
    assert [check for check in every_check() if not check.ok] == []
    assert not mark().exists()


def test_triggers_and_numbers_of_new_rows_hold_right_after(full, empty):
    make_backup(full / "backup", sealed_to="")
    empty()
    restore_backup(full / "backup", private=None)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.update(actor="somebody else")
    newest = max(Organization.objects.values_list("pk", flat=True))
    with transaction.atomic():
        assert Organization.objects.add_root({"name": "New", "code": "new", "kind": "committee"}).pk > newest


@pytest.mark.parametrize("sealed_to", ["", PAIR.public], ids=["plain", "sealed"])
def test_keys_are_never_in_it_and_only_the_owner_may_read_it(sealed_to, full, settings):
    make_backup(full / "backup", sealed_to=sealed_to)
    files = list((full / "backup").iterdir())
    everything = b"".join(path.read_bytes() for path in files)

    assert not any(key.encode() in everything for key in (KEY, *settings.AUDIT_KEYS, settings.SECRET_KEY))
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert (full / "backup").stat().st_mode & 0o777 == 0o700


def test_nothing_of_a_sealed_backup_is_legible(full):
    make_backup(full / "plain", sealed_to="")
    make_backup(full / "sealed", sealed_to=PAIR.public)
    plain, sealed = (b"".join(p.read_bytes() for p in (full / name).iterdir()) for name in ("plain", "sealed"))

    for word in (b"a photograph", "张.jpg".encode(), b"members_member"):
        assert word in plain
        assert word not in sealed


def test_nothing_is_left_of_a_backup_that_failed(full, monkeypatch):
    monkeypatch.setattr(making, "_put_files", lambda *arguments: (_ for _ in ()).throw(OSError("No space left")))
    before = what_lies_in(full)
    with pytest.raises(OSError, match="No space"):
        make_backup(full / "backup", sealed_to="")

    assert what_lies_in(full).keys() == before.keys()


def test_a_backup_is_laid_over_nothing(full):
    (full / "backup").mkdir()
    make_backup(full / "backup", sealed_to="")
    before = what_lies_in(full)

    with pytest.raises(Refused, match="exists already"):
        make_backup(full / "backup", sealed_to="")
    assert what_lies_in(full) == before


def test_a_public_key_that_is_none_is_refused(full):
    with pytest.raises(Refused, match="backup_key"):
        make_backup(full / "backup", sealed_to="abc")
    assert not (full / "backup").exists()


# --- What isn't restored ------------------------------------------------------------------------------------------
def spoil_nothing(folder):
    pass


def take_the_manifest(folder):
    (folder / "manifest.json").unlink()


def cut(name):
    def spoil(folder):
        path = next(folder.glob(f"{name}*"))
        path.write_bytes(path.read_bytes()[:-1])

    return spoil


def change(name):
    def spoil(folder):
        path = next(folder.glob(f"{name}*"))
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)

    return spoil


SPOILED = {
    "never finished": (take_the_manifest, "never finished"),
    **{f"{name} cut": (cut(name), "cut or changed|can't be read") for name in ("database", "files", "contents")},
    **{f"{name} changed": (change(name), "cut or changed") for name in ("database", "files", "contents")},
}


@pytest.mark.parametrize("sealed_to", ["", PAIR.public], ids=["plain", "sealed"])
def test_what_is_cut_or_changed_is_refused_and_changes_nothing(sealed_to, full, empty):
    make_backup(full / "backup", sealed_to=sealed_to)
    for name in SPOILED:
        shutil.copytree(full / "backup", full / name)
    folder = empty(migrated=True)
    before = what_lies_in(folder)
    for name, (spoil, sentence) in SPOILED.items():
        spoil(full / name)
        assert any(part in refusal(full / name) for part in sentence.split("|")), name

    assert what_lies_in(folder).keys() == before.keys()
    assert not Member.objects.exists()


def exchange(name, one, other, *, with_its_line):
    """Put a file of one backup in the place of the other's, and where asked its line of the manifest too."""
    path = next(one.glob(f"{name}*"))
    (other / path.name).write_bytes(path.read_bytes())
    if with_its_line:
        mine, theirs = (json.loads((folder / "manifest.json").read_text()) for folder in (one, other))
        theirs["files"][path.name] = mine["files"][path.name]
        (other / "manifest.json").write_text(json.dumps(theirs))


@pytest.mark.parametrize("name", ["database", "files"])
def test_files_of_two_backups_are_refused(name, full, empty):
    make_backup(full / "one", sealed_to=PAIR.public)
    Member.objects.filter(pk=Member.objects.first().pk).update(name="Somebody else")
    make_backup(full / "two", sealed_to=PAIR.public)
    exchange(name, full / "one", full / "two", with_its_line=True)
    empty()

    assert "don't belong to one backup" in refusal(full / "two")


def test_another_key_and_none_are_refused_and_change_nothing(full, empty):
    make_backup(full / "backup", sealed_to=PAIR.public)
    folder = empty()

    assert "sealed to another" in refusal(full / "backup", OTHER.private)
    assert "--key" in refusal(full / "backup", None)
    assert all(path.name.startswith("restored.sqlite3") for path in what_lies_in(folder))
    assert not mark().exists()


def test_data_that_is_there_is_never_written_over(full):
    make_backup(full / "backup", sealed_to="")
    before = counts_now()

    assert "isn't empty" in refusal(full / "backup", None)
    assert counts_now() == before


def test_a_database_of_something_else_is_refused(full, empty):
    make_backup(full / "backup", sealed_to="")
    empty()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE accounts_of_somebody (number integer)")

    assert "accounts_of_somebody" in refusal(full / "backup", None)


def test_a_newer_version_is_refused(full, empty):
    MigrationRecorder(connection).record_applied("members", "9999_of_next_year")
    try:
        make_backup(full / "backup", sealed_to="")
    finally:
        MigrationRecorder(connection).record_unapplied("members", "9999_of_next_year")
    empty()

    assert "members.9999_of_next_year" in refusal(full / "backup", None)


def test_the_other_kind_of_database_is_refused(full, empty, monkeypatch):
    described = making._described
    monkeypatch.setattr(making, "_described", lambda: described() | {"database": "oracle"})
    make_backup(full / "backup", sealed_to="")
    empty()

    assert "oracle" in refusal(full / "backup", None)


def test_without_the_keys_of_private_fields_nothing_is_restored(full, empty, settings):
    make_backup(full / "backup", sealed_to="")
    folder = empty()
    settings.FIELD_KEYS = ("another key of private fields of forty characters",)
    assert "keys in field_keys are others" in refusal(full / "backup", None)

    settings.FIELD_KEYS, audit_keys, settings.AUDIT_KEYS = (KEY,), settings.AUDIT_KEYS, ("another",)
    assert "audit_keys" in refusal(full / "backup", None)
    settings.AUDIT_KEYS = audit_keys

    settings.FIELD_KEYS, settings.FIELD_KEYS_FILE = (), folder / "field_keys"
    assert "field_keys" in refusal(full / "backup", None)
    assert not (folder / "field_keys").exists()

    settings.FIELD_KEYS, settings.FIELD_KEYS_FILE = ("a newer key", KEY), None
    restore_backup(full / "backup", private=None)


def test_a_file_that_would_lie_elsewhere_is_refused(full, empty, monkeypatch):
    told = making._told

    def climbing(*arguments):
        info = told(*arguments)
        info.name = "media/../../climbed.jpg"
        return info

    monkeypatch.setattr(making, "_told", climbing)
    make_backup(full / "backup", sealed_to="")
    empty()

    assert "belongs nowhere" in refusal(full / "backup", None)
    assert not (full / "climbed.jpg").exists()


# --- Broken off ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("at", ["_put_files_back", "_migrate"])
def test_a_restore_that_was_broken_off_says_so_and_is_begun_anew(at, full, empty, monkeypatch):
    before = counts_now()
    make_backup(full / "backup", sealed_to="")
    empty()
    with monkeypatch.context() as patched:
        patched.setattr(f"branchweb.backup.restoring.{at}", lambda *arguments: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            restore_backup(full / "backup", private=None)
    assert mark().exists()
    restore_backup(full / "backup", private=None)

    assert counts_now() == before
    assert not mark().exists()


def test_rows_or_sums_that_differ_are_named(full):
    counts = counts_now()
    compare(databases.ask_here, counts)
    for table, column in (("members_member", "*"), ("dues_charge", "amount_fen")):
        wrong = {**counts, table: {**counts[table], column: "-1"}}
        with pytest.raises(Refused, match=table):
            compare(databases.ask_here, wrong)


def test_a_backup_whose_rows_are_not_those_that_were_counted_stays_marked(full, empty, monkeypatch):
    dump = databases.dump
    monkeypatch.setattr(databases, "dump", lambda out: dump(out) | {"members_member": {"*": "0"}})
    make_backup(full / "backup", sealed_to="")
    empty()

    assert "members_member" in refusal(full / "backup", None)
    assert mark().exists()


def test_anchors_that_were_there_are_kept_beside(full, empty, settings):
    make_backup(full / "backup", sealed_to="")
    empty()
    settings.AUDIT_ANCHORS.write_text("7 abc\n")
    restore_backup(full / "backup", private=None)

    assert [path.read_text() for path in settings.AUDIT_ANCHORS.parent.glob("audit_anchors.*")] == ["7 abc\n"]


# --- Commands -----------------------------------------------------------------------------------------------------
def run(command, *arguments):
    call_command(command, *arguments)
    return command.exit_code, command.stdout.getvalue(), command.stderr.getvalue()


def test_the_commands_print_what_the_contract_says_and_nothing_else(full, empty):
    pair = StringIO()
    call_command("backup_key", "--json", stdout=pair)
    keys = json.loads(pair.getvalue())
    (full / "key").write_text(keys["private_key"] + "\n")
    made = run(
        backup_command.Command(stdout=StringIO(), stderr=StringIO()),
        str(full / "backup"),
        "--to",
        keys["public_key"],
        "--json",
    )
    empty()
    restored = run(
        restore_command.Command(stdout=StringIO(), stderr=StringIO()),
        str(full / "backup"),
        "--key",
        str(full / "key"),
        "--json",
    )

    for code, told, _said in (made, restored):
        assert code == 0
        assert list(json.loads(told)) == ["files", "bytes", "seconds"]
    assert "field_keys" in made[2]


def test_a_backup_that_is_not_sealed_says_so(full, settings):
    command = backup_command.Command(stdout=StringIO(), stderr=StringIO())
    assert "not sealed" in run(command, str(full / "backup"))[2]

    settings.BACKUP_KEY = PAIR.public
    command = backup_command.Command(stdout=StringIO(), stderr=StringIO())
    assert "not sealed" not in run(command, str(full / "sealed"))[2]
    assert (full / "sealed/files.tar.sealed").exists()


def test_what_does_not_verify_ends_with_one(full, empty):
    Member.objects.filter(pk=Member.objects.first().pk).update(roster_path="")
    make_backup(full / "backup", sealed_to="")
    empty()
    code, _told, said = run(restore_command.Command(stdout=StringIO(), stderr=StringIO()), str(full / "backup"))

    assert code == 1
    assert "WRONG roster_paths" in said


@pytest.mark.parametrize("content", ["", "abc", b64encode(bytes(31)).decode()])
def test_a_file_that_holds_no_key_is_refused(content, tmp_path):
    (tmp_path / "key").write_text(content)
    with pytest.raises(CommandError, match="private key") as error:
        call_command("restore", str(tmp_path), "--key", str(tmp_path / "key"))
    assert error.value.returncode == 2


def test_a_file_of_a_key_that_isnt_there_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"can't be read from .*nowhere: No such file") as error:
        call_command("restore", str(tmp_path), "--key", str(tmp_path / "nowhere"))
    assert error.value.returncode == 2


def test_no_two_backups_are_sealed_alike(full):
    for name in ("one", "two"):
        make_backup(full / name, sealed_to=PAIR.public)
    tails = [(path.name, path.read_bytes()[-17:]) for name in ("one", "two") for path in (full / name).glob("*.sealed")]

    assert all(one[1] != other[1] for one, other in combinations(tails, 2))
