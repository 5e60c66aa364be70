"""Entries are chained, say nothing private, and can't be changed."""

import pytest
from django.db import DatabaseError, connection, transaction

from audit.append_only import is_protected, releasing
from audit.models import Entry, Head
from audit.queries import anchor_breaks, breaks, write_anchor
from audit.services import record

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
    statement = "TRUNCATE audit_entry" if connection.vendor == "postgresql" else "DELETE FROM audit_entry"
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


def test_an_entry_taken_out_of_the_middle_is_found(three_entries):
    without_triggers("DELETE FROM audit_entry WHERE number = 2")

    assert (2, "missing") in [(gap.number, gap.what) for gap in breaks()]


def test_a_tail_cut_together_with_its_head_is_found_by_the_anchor(three_entries, tmp_path):
    anchors = tmp_path / "anchors"
    write_anchor(anchors)
    first = three_entries[0]
    without_triggers("DELETE FROM audit_entry WHERE number > 1")
    Head.objects.update(number=first.number, digest=first.digest)

    assert list(breaks()) == []  # the chain alone can't know
    assert [gap.number for gap in anchor_breaks(anchors)] == [3]


def test_an_anchor_is_written_once_per_head(three_entries, tmp_path):
    anchors = tmp_path / "anchors"
    write_anchor(anchors)
    write_anchor(anchors)

    assert len(anchors.read_text().splitlines()) == 1


def test_nothing_is_anchored_before_the_first_entry(tmp_path):
    write_anchor(tmp_path / "anchors")

    assert not (tmp_path / "anchors").exists()
