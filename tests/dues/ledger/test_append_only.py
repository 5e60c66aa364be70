"""The ledger is written once: the database itself refuses."""

import pytest
from django.db import DatabaseError, connection, transaction

from dues.models import ClosedMonth, Disclosure
from tests.audit.protection import is_protected
from tests.cast import TODAY
from tests.dues.making import charge, month, pay
from tests.emptying import triggers_lifted

pytestmark = pytest.mark.django_db
LEDGER = (
    "dues_charge",
    "dues_closedmonth",
    "dues_payment",
    "dues_allocation",
    "dues_receipt",
    "dues_receiptline",
    "dues_disclosure",
)


@pytest.fixture
def written(cast):
    charge(cast.zhang, "2026-11", 4000)
    pay(cast.zhang, 4000, "2026-11-20", on=TODAY)
    Disclosure.objects.create(
        organization=cast.branch, year=2026, disclosed_on=TODAY, way="board", disclosed_by="officer"
    )
    ClosedMonth.objects.create(organization=cast.branch, month=month("2026-10"), closed_by="officer")


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        return True
    return False


@pytest.mark.parametrize("table", LEDGER)
@pytest.mark.parametrize("statement", ["UPDATE {table} SET organization_id = organization_id", "DELETE FROM {table}"])
def test_no_line_is_changed_or_taken_out(written, table, statement):
    column = "amount_fen" if table in ("dues_allocation", "dues_receiptline") else "organization_id"

    assert refused(statement.replace("organization_id", column).format(table=table))


@pytest.mark.parametrize("table", LEDGER)
def test_no_table_is_emptied(written, table):
    """SQLite has no TRUNCATE: there a DELETE of everything is the same."""
    assert refused(f"TRUNCATE {table} CASCADE" if connection.vendor == "postgresql" else f"DELETE FROM {table}")


@pytest.mark.parametrize("table", LEDGER)
def test_the_triggers_are_there(table, db):
    assert is_protected(table)


def test_without_the_triggers_a_line_could_be_changed(written):
    with triggers_lifted():
        assert not refused("UPDATE dues_charge SET amount_fen = 1")
