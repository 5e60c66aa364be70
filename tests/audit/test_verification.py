"""`manage.py verify` finds what is wrong with the record, and the jobs write it down."""

import pytest
from django.db import connection

from audit.append_only import protections, releasing
from audit.models import ChainCheck, Head
from audit.services import record
from audit.tasks import anchor_record, check_record
from audit.verification import checks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def anchors(settings, tmp_path):
    settings.AUDIT_ANCHORS = tmp_path / "anchors"
    return settings.AUDIT_ANCHORS


@pytest.fixture
def entries(cast):
    return [record(action="edit_member", by=cast.secretary, subject=cast.zhang) for _ in range(3)]


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def lift():
    for statement in releasing("audit_entry", connection.vendor):
        run(statement)


def failing():
    return {check.name: check.detail for check in checks() if not check.ok}


def test_a_record_in_order_passes_every_check(entries):
    anchor_record()

    assert failing() == {}
    assert {check.name for check in checks()} == {
        "audit_chain", "audit_anchors", "database_triggers", "database_definitions", "database_references",
        "database_file", "row_triggers", "rows", *(f"append_only_{table}" for table in protections()),
    }  # fmt: skip


def test_an_empty_record_is_in_order():
    anchor_record()

    assert failing() == {}


def test_triggers_that_are_gone_are_missed(entries):
    lift()

    assert "audit_entry_no_update is missing" in failing()["append_only_audit_entry"]


def test_an_edited_entry_is_named(entries):
    lift()
    run("UPDATE audit_entry SET reason = 'x' WHERE number = 2")

    assert failing()["audit_chain"] == "entry 2: edited"


def test_a_tail_cut_with_its_head_contradicts_the_anchor(entries):
    anchor_record()
    lift()
    run("DELETE FROM audit_entry WHERE number > 1")
    Head.objects.update(number=1, digest=entries[0].digest)

    left = {"database_definitions"} if connection.vendor == "postgresql" else set()  # a function without its trigger
    assert set(failing()) == {"audit_anchors", "append_only_audit_entry"} | left


def test_only_the_first_few_of_many_breaks_are_named(cast):
    for _ in range(9):
        record(action="edit_member", by=cast.secretary, subject=cast.zhang)
    lift()
    run("UPDATE audit_entry SET reason = 'x'")

    assert failing()["audit_chain"].count("edited") == 5


def test_the_job_anchors_each_head_once(entries, anchors):
    anchor_record()
    anchor_record()

    [line] = anchors.read_text().splitlines()
    assert line.startswith(f"3 {entries[-1].digest} ")


def test_the_job_keeps_what_it_found(entries):
    check_record()

    assert ChainCheck.objects.latest().number == 3
