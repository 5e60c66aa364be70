"""Incomes of people who left and cells of ledgers go; what was to be paid and was paid stays."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from dues.books.services import undo_ledger
from dues.models import Basis, LedgerImport, Payment
from members.choices import ImportState, LeavingReason
from members.fields import opened
from members.refused import Refused
from members.roster.services import end_belonging
from members.trail.retention import carry_out
from tests.cast import TODAY
from tests.dues.making import charge, fix, pay

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("day", "left"), [(date(2029, 6, 1), "800000"), (date(2029, 6, 2), "")])
def test_the_income_goes_three_years_after_leaving_and_the_amount_stays(cast, day, left):
    basis, other = fix(cast.zhang, 8000, base=800000), fix(cast.wang, 8000, base=800000)
    charge(cast.zhang, "2026-02", 8000)
    pay(cast.zhang, 8000, "2026-02-03")
    end_belonging(
        member=cast.zhang, on=date(2026, 6, 1), today=TODAY, because=LeavingReason.DECEASED, by="system"
    )  # fmt: skip
    carry_out(on=day)
    assert opened(Basis.objects.get(pk=basis.pk).base) == left
    assert Basis.objects.get(pk=basis.pk).amount_fen == 8000
    assert Payment.objects.get(member=cast.zhang).amount_fen == 8000
    assert opened(Basis.objects.get(pk=other.pk).base) == "800000"


@pytest.mark.parametrize(
    ("state", "days", "there", "then"),
    [("applied", 360, True, "applied"), ("applied", 370, False, "applied"), ("preview", 370, False, "cancelled")],
)
def test_cells_of_a_ledger_go_after_a_year(cast, state, days, there, then):
    row = LedgerImport.objects.create(
        organization=cast.branch, year=2026, file_name="a.xlsx", state=state, content='{"lines": []}'
    )
    LedgerImport.objects.update(uploaded_at=timezone.now() - timedelta(days=days))
    carry_out(on=timezone.localdate())
    row.refresh_from_db()
    assert (bool(row.content), row.state) == (there, then)


def test_a_ledger_without_its_cells_is_not_undone(cast):
    row = LedgerImport.objects.create(
        organization=cast.branch, year=2026, file_name="a.xlsx", state=ImportState.APPLIED, applied_at=timezone.now()
    )
    with pytest.raises(Refused):
        undo_ledger(row, by="system", on=TODAY)
