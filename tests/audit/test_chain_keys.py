"""The chain has a key that the database doesn't know: whoever writes there can make no entry and no other chain."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from audit.keyring import AuditKeyMissing, audit_keys
from audit.models import UNKEYED, Entry, Head, digest_of
from audit.queries import breaks
from audit.services import begin_audit_key, record
from tests.audit.rewriting import cut_behind, lifted, rechain, set_head

pytestmark = pytest.mark.django_db
OLD, NEW = "the older key of a record, forty or more characters", "the newer key of a record, forty or more characters"


def append(count: int = 3) -> list[Entry]:
    return [record(action="edit_member", by="somebody", subject=None, reason=str(turn)) for turn in range(count)]


def found() -> list[tuple[int, str]]:
    return [(gap.number, gap.what) for gap in breaks()]


@pytest.fixture
def key_file(settings, tmp_path):
    settings.AUDIT_KEYS_FILE = tmp_path / "audit_keys"
    return settings.AUDIT_KEYS_FILE


# --- The attacks ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("key", [UNKEYED, b"a key of one's own"])
def test_a_chain_written_anew_is_found(key):
    append()
    lifted("UPDATE audit_entry SET reason = 'another' WHERE number = 2")
    rechain(key=key)

    assert found()


def test_with_the_key_it_would_not_be():
    """The negative control: the chain is written anew as it has to be, only the key makes the difference."""
    append()
    lifted("UPDATE audit_entry SET reason = 'another' WHERE number = 2")
    rechain(key=audit_keys()[-1])

    assert found() == []


@pytest.mark.parametrize("first", [1, 2, 3])
def test_a_chain_written_anew_from_some_entry_on_is_found(first):
    append()
    rechain(first)

    assert found()


def test_the_beginning_written_anew_without_a_key_does_not_fit_what_follows():
    append(2)
    kept = append(2)
    rechain()
    for entry in kept:
        lifted(
            f"UPDATE audit_entry SET digest = '{entry.digest}' WHERE number = {entry.number}",
            f"UPDATE audit_entry SET previous_digest = '{entry.previous_digest}' WHERE number = {entry.number}",
        )
    set_head(kept[-1])

    assert found() == [(3, "edited")]


@pytest.mark.parametrize("key", [UNKEYED, b"a key of one's own"])
def test_an_entry_that_the_program_did_not_make_is_found(key):
    last = append()[-1]
    forged = Entry(number=4, at=last.at, actor="somebody", action="confirm_payment", previous_digest=last.digest)
    forged.digest = digest_of(forged, key)
    forged.save(force_insert=True)
    set_head(forged)

    assert (4, "edited") in found()


def test_all_cut_but_entries_without_a_key_is_found():
    """Nothing is edited then, and the end has no key."""
    append()
    cut_behind(1)
    rechain()

    assert found() == [(1, "not made with the newest key")]


# --- Entries from before the chain had a key --------------------------------------------------------------------------
@pytest.fixture
def older_entries():
    """A record as the program before wrote it, and the entry that its upgrade added."""
    append()
    rechain()
    record(action="begin_audit_key", by="system", subject=None)


def test_the_older_part_is_closed_by_an_entry_with_the_key(older_entries):
    append()

    assert found() == []
    assert Entry.objects.get(number=4).action == "begin_audit_key"
    assert Entry.objects.count() == 7


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_older_part_can_not_be_edited(older_entries, number):
    lifted(f"UPDATE audit_entry SET reason = 'another' WHERE number = {number}")

    assert (number, "edited") in found()


def test_the_older_part_can_not_be_written_anew(older_entries):
    append(1)
    lifted("UPDATE audit_entry SET reason = 'another' WHERE number = 2")
    kept = Entry.objects.get(number=4)
    digests = dict(Entry.objects.filter(number__gt=3).values_list("number", "digest"))
    rechain()
    for number, digest in digests.items():
        lifted(f"UPDATE audit_entry SET digest = '{digest}' WHERE number = {number}")
    lifted(f"UPDATE audit_entry SET previous_digest = '{kept.digest}' WHERE number = 5")
    set_head(Entry.objects.get(number=5))

    assert found() == [(4, "edited")]


def test_the_older_part_can_not_be_gone_on_with(older_entries):
    """Everything after it cut, and entries added as the program before would have."""
    cut_behind(3)
    append(1)
    rechain()

    assert found() == [(4, "not made with the newest key")]


# --- Keys follow each other -------------------------------------------------------------------------------------------
def test_after_a_new_key_the_older_part_is_checked_with_the_older_key(settings):
    settings.AUDIT_KEYS = (OLD,)
    append()
    settings.AUDIT_KEYS = (NEW, OLD)
    assert found() == [(3, "not made with the newest key")]
    begin_audit_key(by="system")
    append()

    assert found() == []
    settings.AUDIT_KEYS = (NEW,)
    assert found()


def test_a_key_that_leaked_and_was_replaced_makes_no_entries_any_more(settings):
    settings.AUDIT_KEYS = (OLD,)
    append()
    settings.AUDIT_KEYS = (NEW, OLD)
    append(1)
    settings.AUDIT_KEYS = (OLD,)
    append(1)
    settings.AUDIT_KEYS = (NEW, OLD)

    assert found() == [(5, "edited")]


def test_a_chain_written_anew_with_a_key_that_leaked_is_found(settings):
    settings.AUDIT_KEYS = (OLD,)
    append()
    leaked = audit_keys()[-1]
    settings.AUDIT_KEYS = (NEW, OLD)
    append()
    rechain(key=leaked)

    assert found() == [(6, "not made with the newest key")]


def test_a_new_key_counts_from_its_entry_on(key_file):
    append(2)
    output = StringIO()
    call_command("rotate_audit_key", "--json", stdout=output)
    append(1)

    assert json.loads(output.getvalue()) == {"keys": 2, "entry": 3}
    assert found() == []
    assert len(key_file.read_text().split()) == 2
    assert key_file.stat().st_mode & 0o077 == 0


def test_keys_from_the_environment_are_not_made_by_the_command(settings):
    before = settings.AUDIT_KEYS
    output = StringIO()
    call_command("rotate_audit_key", stdout=output)

    assert before == settings.AUDIT_KEYS
    assert Entry.objects.get().action == "begin_audit_key"
    assert "audit_keys" not in output.getvalue()


# --- The file of the key ----------------------------------------------------------------------------------------------
def test_the_first_entry_makes_the_key(key_file):
    append()

    assert found() == []
    assert key_file.stat().st_mode & 0o077 == 0
    assert len(key_file.read_text()) >= 40


def test_without_its_key_nothing_is_added_to_a_record(key_file):
    append()
    key_file.unlink()

    with pytest.raises(AuditKeyMissing, match="audit_keys"):
        append(1)
    assert not key_file.exists()
    assert found() == [(3, "the key is missing")]


def test_a_record_emptied_with_its_head_begins_anew(key_file):
    append()
    key_file.unlink()
    cut_behind(0)
    append(1)

    assert found() == []  # an empty record begins anew: only the anchors know that there was one
    assert Head.objects.get().number == 1


def test_a_key_that_does_not_belong_to_the_record_is_found(key_file):
    append()
    key_file.write_text(NEW.replace(" ", "-"))

    assert (3, "edited") in found()


def test_the_keys_are_nowhere_in_the_database(key_file):
    append()
    [key] = key_file.read_text().split()
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            assert not any(key in str(row) for row in cursor.fetchall())
