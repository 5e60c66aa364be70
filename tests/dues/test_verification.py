"""`manage.py verify` finds every way in which a ledger could stop adding up."""

import uuid

import pytest

from dues.models import Allocation, Basis, Charge, PassedMonth, Payment, Receipt, ReceiptLine
from dues.payments.services import reverse_payment
from dues.verification import checks
from tests.cast import TODAY
from tests.dues.making import charge, fix, month, pay
from tests.emptying import triggers_lifted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ledger(cast):
    """Two months charged, one recharged, two payments of which one was taken back."""
    fix(cast.zhang, 4000)
    charge(cast.zhang, "2026-09", 4000)
    charge(cast.zhang, "2026-10", 5000)
    line(cast.zhang, "2026-10", turn=1, kind="reversal", amount_fen=-5000, reason="基数有误")
    line(cast.zhang, "2026-10", turn=2, amount_fen=4000)
    wrong = pay(cast.zhang, 4000, "2026-11-20")
    reverse_payment(wrong, key=uuid.uuid4(), reason="记错了人", by="officer", on=TODAY)
    pay(cast.zhang, 6000, "2026-11-21")
    return cast


def line(member, month_text, **fields):
    first = Charge.objects.filter(member=member, month=month(month_text)).first()
    kept = {name: getattr(first, name) for name in ("member", "organization", "month", "rules", "made_by", "made_at")}
    return Charge.objects.create(**kept, **{"kind": "charge", **fields})


def wrong():
    return [check.name for check in checks() if not check.ok]


def spoil(model, values, **lookup):
    with triggers_lifted():
        model.objects.filter(**lookup).update(**values)


def test_a_ledger_in_order_passes_every_check():
    assert wrong() == []


def test_a_fen_that_went_astray_is_found():
    spoil(Allocation, {"amount_fen": 3999}, amount_fen=4000, payment__amount_fen=6000)

    assert "dues_payments_settled" in wrong()


def test_a_payment_taken_back_that_still_settles_something_is_found(ledger):
    payment = Payment.objects.get(amount_fen=4000)
    Allocation.objects.create(payment=payment, member=ledger.zhang, month=month("2026-09"), amount_fen=1)

    assert "dues_payments_settled" in wrong()


@pytest.mark.parametrize("values", [{"amount_fen": -4999}, {"turn": 5}])
def test_a_reversal_that_doesnt_answer_its_line_is_found(values):
    spoil(Charge, values, turn=1)

    assert "dues_charge_reversals" in wrong()


def test_a_reversal_of_another_amount_than_its_payment_is_found():
    spoil(Payment, {"amount_fen": -3900}, kind="reversal")

    assert wrong() == ["dues_payment_reversals"]


def test_a_newer_month_settled_before_an_older_one_is_found(ledger):
    move(ledger.zhang)
    spoil_receipts()

    assert wrong() == ["dues_oldest_first", "dues_passed_months", "dues_receipt_numbers"]


def test_a_receipt_that_says_other_months_than_the_ledger_is_found(ledger):
    move(ledger.zhang)

    assert wrong() == ["dues_receipts_stand", "dues_passed_months"]


def test_a_month_that_the_index_has_wrong_is_found(ledger):
    PassedMonth.objects.create(member=ledger.zhang, month=month("2026-10"))

    assert wrong() == ["dues_passed_months"]


def move(member):
    payment = Payment.objects.get(amount_fen=6000)
    for month_text, fen in (("2026-09", -1000), ("2026-10", 1000)):
        Allocation.objects.create(payment=payment, member=member, month=month(month_text), amount_fen=fen)


def spoil_receipts():
    with triggers_lifted():
        ReceiptLine.objects.all().delete()
        Receipt.objects.all().delete()


def test_a_gap_in_the_receipts_is_found():
    spoil(Receipt, {"number": 3}, number=2)

    assert wrong() == ["dues_receipt_numbers"]


def test_a_second_base_for_the_same_month_is_found(ledger):
    Basis.objects.create(
        member=ledger.zhang, year=2026, category="employed", amount_fen=1, rules="x", fixed_by="officer",
        valid_from=month("2026-03"), valid_until=month("2026-05"),
    )  # fmt: skip

    assert wrong() == ["dues_bases"]
