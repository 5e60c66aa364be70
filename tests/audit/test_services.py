"""Entries are chained, say nothing private, and can't be changed."""

import pytest
from django.db import DatabaseError, connection, transaction

from audit.append_only import releasing
from audit.models import ChainCheck, Entry, Head
from audit.queries import anchor_breaks, breaks
from audit.services import check_chain, record
from tests.audit.protection import is_protected

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_entries(cast):
    return [record(action=verb, by=cast.secretary, subject=cast.zhang) for verb in ("edit", "reveal", "export")]


def test_an_entry_says_who_did_what_to_which_record(cast):
    entry = record(
        action="edit_member", by=cast.secretary, subject=cast.zhang, organization_code="branch", reason="new phone"
    )

    assert (entry.actor, entry.action, entry.subject_kind) == ("secretary", "edit_member", "members.Member")
    assert (entry.subject_id, entry.subject_label) == (str(cast.zhang.pk), "张英")
    assert (entry.organization_code, entry.reason) == ("branch", "new phone")


def test_an_act_on_the_whole_installation_has_no_record(db):
    entry = record(action="rotate_keys", by="system", subject=None)

    assert (entry.subject_kind, entry.subject_id, entry.subject_label) == ("", "", "")


def test_entries_are_numbered_and_chained(three_entries):
    first, second, third = three_entries

    assert [entry.number for entry in three_entries] == [1, 2, 3]
    assert (second.previous_digest, third.previous_digest) == (first.digest, second.digest)
    assert Head.objects.get().digest == third.digest


def test_values_are_never_stored_only_fingerprints(cast):
    entry = record(
        action="edit", by=cast.secretary, subject=cast.zhang, changes=[("phone", "15695900689", "13800000000")]
    )

    assert "15695900689" not in str(entry.changes)
    before, after = entry.changes["phone"]
    assert before != after


def test_an_unrecorded_value_has_no_fingerprint(cast):
    entry = record(action="edit", by=cast.secretary, subject=cast.zhang, changes=[("phone", "", "13800000000")])

    assert entry.changes["phone"][0] is None


def test_the_entry_goes_when_the_act_fails(cast):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(action="edit", by=cast.secretary, subject=cast.zhang)
        raise ZeroDivisionError

    assert not Entry.objects.exists()


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_an_entry(three_entries, statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_postgresql_refuses_to_empty_the_table(three_entries):
    statement = "TRUNCATE audit_entry CASCADE" if connection.vendor == "postgresql" else "DELETE FROM audit_entry"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_triggers_can_be_seen_to_be_there():
    assert is_protected("audit_entry")
    assert not is_protected("audit_head")


def test_a_whole_chain_has_no_breaks(three_entries):
    assert list(breaks()) == []


def without_triggers(statement):
    with connection.cursor() as cursor:
        for release in releasing("audit_entry", connection.vendor):
            cursor.execute(release)
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit_entry SET actor = 'somebody else' WHERE number = 2", [(2, "edited")]),
        ("UPDATE audit_entry SET reason = 'because' WHERE number = 3", [(3, "edited")]),
        ("DELETE FROM audit_entry WHERE number = 3", [(3, "cut at the end")]),
    ],
)
def test_an_edit_behind_the_triggers_is_found(three_entries, statement, found):
    """The negative control of the triggers: with them gone the statement works, and the chain shows it."""
    without_triggers(statement)

    assert [(gap.number, gap.what) for gap in breaks()] == found


EDITS = {
    "at": "'2026-01-01 00:00:00+00:00'", "actor": "'x'", "action": "'x'", "subject_kind": "'x'", "subject_id": "'x'",
    "subject_label": "'x'", "organization_code": "'x'", "changes": """'{"phone": [null, "x"]}'""", "reason": "'x'",
    "details": """'{"n": 1}'""", "previous_digest": "'x'", "digest": "'x'", "number": "7",
}  # fmt: skip


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("column", [field.column for field in Entry._meta.local_fields])
def test_no_column_of_any_entry_can_be_edited_unseen(three_entries, column, number):
    without_triggers(f"UPDATE audit_entry SET {column} = {EDITS[column]} WHERE number = {number}")

    assert list(breaks())


def test_a_head_that_was_taken_away_is_found(three_entries):
    Head.objects.all().delete()

    assert [gap.what for gap in breaks()] == ["beyond the head"]


def test_entries_put_behind_the_head_are_found(three_entries):
    Head.objects.update(number=2, digest=three_entries[1].digest)

    assert [(gap.number, gap.what) for gap in breaks()] == [(3, "beyond the head")]


def test_an_entry_appended_during_the_walk_is_no_break(three_entries, cast, monkeypatch):
    computed = Entry.computed_digest

    def append_meanwhile(entry, key):
        monkeypatch.setattr(Entry, "computed_digest", computed)
        record(action="edit", by=cast.secretary, subject=cast.zhang)
        return computed(entry, key)

    monkeypatch.setattr(Entry, "computed_digest", append_meanwhile)

    assert list(breaks()) == []
    assert Entry.objects.count() == 4


def test_an_entry_taken_out_of_the_middle_is_found(three_entries):
    without_triggers("DELETE FROM audit_entry WHERE number = 2")

    assert (2, "missing") in [(gap.number, gap.what) for gap in breaks()]


def test_an_anchor_that_was_tampered_with_is_named_and_not_a_crash(three_entries, tmp_path):
    anchors = tmp_path / "anchors"
    anchors.write_text("\nrubbish\n3\n3 0000\n")

    assert [(gap.number, gap.what) for gap in anchor_breaks(anchors)] == [
        (0, "an anchor that can't be read"),
        (0, "an anchor that can't be read"),
        (0, "an anchor that can't be read"),
        (3, "not what was anchored"),
    ]


def test_a_check_of_the_chain_is_kept(three_entries, tmp_path):
    check_chain(anchors=tmp_path / "anchors", rows_differ=False)
    without_triggers("UPDATE audit_entry SET actor = 'somebody else' WHERE number = 2")
    check_chain(anchors=tmp_path / "anchors", rows_differ=False)
    broken, whole = ChainCheck.objects.all()

    assert (whole.number, whole.broken_at, whole.found) == (3, None, "")
    assert (broken.number, broken.broken_at, broken.found) == (3, 2, "edited")


def test_a_check_before_the_first_entry_finds_an_empty_record_whole(tmp_path):
    assert check_chain(anchors=tmp_path / "anchors", rows_differ=False).broken_at is None
