import uuid

import pytest

from audit.models import Entry
from dues.choices import ForbiddenWay
from dues.ledger.services import level
from dues.models import Allocation, Payment, Receipt
from dues.payments.services import record_payment, reverse_payment
from members.models import LocalRule
from members.refused import Refused
from tests.cast import TODAY
from tests.dues.making import charge, every_fen_is_somewhere, fix, left_open, new_payment, pay, settled

pytestmark = pytest.mark.django_db


@pytest.fixture
def zhang(cast):
    """Owes 40 yuan a month since September."""
    fix(cast.zhang, 4000)
    for month in ("2026-09", "2026-10", "2026-11"):
        charge(cast.zhang, month, 4000)
    return cast.zhang


def test_a_payment_settles_the_oldest_months_and_gets_a_receipt(cast, zhang):
    payment = pay(zhang, 6000, "2026-11-20", by=cast.officer)

    assert settled(zhang) == {"2026-09": 4000, "2026-10": 2000}
    assert left_open(zhang) == {"2026-10": 2000, "2026-11": 4000}
    assert str(payment.receipt) == "2026-0001"
    entry = Entry.objects.get(action="record_payment")
    assert (entry.actor, entry.details) == ("officer", {"receipt": "2026-0001", "fen": 6000})


def test_the_same_form_twice_is_one_payment(zhang):
    new = new_payment(zhang, 4000, "2026-11-20")

    assert record_payment(new, by="officer", on=TODAY) == record_payment(new, by="officer", on=TODAY)
    assert (Payment.objects.count(), Receipt.objects.count(), settled(zhang)) == (1, 1, {"2026-09": 4000})


def test_a_used_form_cant_carry_another_amount(zhang):
    new = new_payment(zhang, 4000, "2026-11-20")
    record_payment(new, by="officer", on=TODAY)

    with pytest.raises(Refused):
        record_payment(new_payment(zhang, 4100, "2026-11-20", key=new.key), by="officer", on=TODAY)
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("fen", "day", "fields", "field"),
    [
        (0, "2026-11-20", {}, "amount"),
        (4000, "2026-11-25", {}, "paid_on"),
        (4000, "2026-11-20", {"way": ForbiddenWay.WAGE_DEDUCTION}, "way"),
        (4000, "2026-11-20", {"way": ForbiddenWay.BRANCH_FUNDS}, "way"),
        (12001, "2026-11-20", {}, "amount"),
        (4000, "2027-04-01", {}, "paid_on"),
        (4000, "1998-04-01", {}, "paid_on"),
        (4000, "2026-11-20", {"voluntary_fen": 4001}, "voluntary"),
        (4000, "2026-11-20", {"voluntary_fen": -1}, "voluntary"),
        (112000, "2026-11-20", {"voluntary_fen": 100000}, "voluntary"),
    ],
)
def test_what_cant_be_is_refused_and_nothing_is_stored(zhang, fen, day, fields, field):
    with pytest.raises(Refused) as refused:
        pay(zhang, fen, day, **fields)

    assert refused.value.field == field
    assert (Payment.objects.count(), Receipt.objects.count(), Entry.objects.count()) == (0, 0, 0)


def test_the_article_stands_in_the_refusal(zhang):
    with pytest.raises(Refused, match="14"):
        pay(zhang, 4000, "2026-11-20", way=ForbiddenWay.WAGE_DEDUCTION)


def test_more_than_is_owed_may_be_voluntary(zhang):
    pay(zhang, 15000, "2026-11-20", voluntary_fen=3000)

    assert settled(zhang) == {"2026-09": 4000, "2026-10": 4000, "2026-11": 4000}
    assert every_fen_is_somewhere()


def test_up_to_a_thousand_yuan_may_be_voluntary_with_a_receipt_of_the_branch(zhang):
    assert pay(zhang, 111999, "2026-11-20", voluntary_fen=99999).voluntary_fen == 99999


def test_what_was_paid_ahead_before_counts_towards_what_may_be_paid_ahead(cast, zhang):
    LocalRule.objects.create(
        organization=cast.county, rule_key="dues.prepay.max_months", value="3", document="组〔2026〕1号",
        approved_by="组织部", approved_on=TODAY, valid_from="2026-01-01",
    )  # fmt: skip
    pay(zhang, 12000 + 8000, "2026-11-20")

    with pytest.raises(Refused) as refused:
        pay(zhang, 8000, "2026-11-20")
    assert refused.value.field == "amount"
    assert pay(zhang, 4000, "2026-11-20").amount_fen == 4000


def test_months_further_back_than_six_need_a_reason(cast):
    charge(cast.zhang, "2026-01", 4000)

    with pytest.raises(Refused) as refused:
        pay(cast.zhang, 4000, "2026-11-20")
    assert refused.value.field == "reason"
    assert pay(cast.zhang, 4000, "2026-11-20", reason="住院半年，出院后补交").reason


def test_nobody_records_his_own_dues_alone(cast, zhang):
    cast.officer.member = zhang

    with pytest.raises(Refused):
        pay(zhang, 4000, "2026-11-20", by=cast.officer)
    assert pay(zhang, 4000, "2026-11-20", by=cast.officer, confirmed_by="secretary").confirmed_by == "secretary"


def test_a_payment_is_taken_back_by_a_line_of_its_own(cast, zhang):
    payment = pay(zhang, 4000, "2026-11-20")
    later = pay(zhang, 4000, "2026-11-21")

    reversal = reverse_payment(payment, key=uuid.uuid4(), reason="记错了人", by=cast.officer, on=TODAY)

    assert (reversal.amount_fen, reversal.reverses) == (-4000, payment)
    assert settled(zhang) == {"2026-10": 4000}
    assert sum(Allocation.objects.filter(payment=later).values_list("amount_fen", flat=True)) == 4000
    assert Receipt.objects.get(payment=payment).number == 1


def test_a_payment_is_taken_back_once(cast, zhang):
    payment, key = pay(zhang, 4000, "2026-11-20"), uuid.uuid4()

    first = reverse_payment(payment, key=key, reason="记错了人", by=cast.officer, on=TODAY)
    assert reverse_payment(payment, key=key, reason="记错了人", by=cast.officer, on=TODAY) == first
    for wrong in (payment, first):
        with pytest.raises(Refused):
            reverse_payment(wrong, key=uuid.uuid4(), reason="再退一次", by=cast.officer, on=TODAY)


def test_receipts_have_no_gaps_even_where_a_payment_was_refused(cast, zhang):
    pay(zhang, 4000, "2026-11-20")
    with pytest.raises(Refused):
        pay(zhang, 99999, "2026-11-20")
    pay(zhang, 4000, "2026-11-20")

    assert list(Receipt.objects.values_list("number", flat=True).order_by("number")) == [1, 2]


def test_levelling_again_changes_nothing(zhang):
    pay(zhang, 6000, "2026-11-20")

    assert level([zhang.pk], on=TODAY) == 0
