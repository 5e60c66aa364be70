"""Cash handed in at a meeting: all of it or none of it, each with a receipt of its own."""

import uuid
from functools import partial

import pytest

from audit.models import Entry
from dues.models import Payment, PaymentProposal, Receipt
from dues.payments.queries import open_lines
from dues.payments.services import HandedIn, RefusedLine, collect_cash
from members.models import User
from members.refused import Refused
from tests.cast import TODAY, make_member
from tests.dues.making import charge, every_fen_is_somewhere, left_open, pay, settled

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(cast):
    people = [cast.zhang, cast.li, make_member("王芳", cast.branch)]
    for member in people:
        charge(member, "2026-11", 4000)
    return people


@pytest.fixture
def collect(cast):
    return partial(collect_cash, organization=cast.branch, paid_on=TODAY, by=cast.officer, on=TODAY)


def handed_in(people, fen=4000):
    return [HandedIn(member, fen) for member in people]


def test_everybody_gets_a_payment_and_a_receipt_in_the_order_of_the_list(three, collect):
    payments, proposals = collect(key=uuid.uuid4(), lines=handed_in(three))

    assert ([payment.member for payment in payments], proposals) == (three, [])
    assert [str(payment.receipt) for payment in payments] == ["2026-0001", "2026-0002", "2026-0003"]
    assert {payment.way for payment in payments} == {"cash"}
    assert every_fen_is_somewhere() and not any(map(left_open, three))
    assert Entry.objects.filter(action="record_payment").count() == 3


def test_the_same_form_twice_stores_one_set(three, collect):
    key = uuid.uuid4()
    first = collect(key=key, lines=handed_in(three))

    assert collect(key=key, lines=handed_in(three)) == first
    assert (Payment.objects.count(), Receipt.objects.count()) == (3, 3)


def test_another_form_is_other_money(three, collect):
    for _form in range(2):
        collect(key=uuid.uuid4(), lines=handed_in(three, 2000))

    assert (Payment.objects.count(), settled(three[0])) == (6, {"2026-11": 4000})


def test_one_line_that_cant_be_leaves_nothing_of_the_others(three, collect):
    lines = [*handed_in(three[:2]), HandedIn(three[2], 4001)]

    with pytest.raises(RefusedLine, match="王芳") as refused:
        collect(key=uuid.uuid4(), lines=lines)
    assert (refused.value.member, refused.value.field) == (three[2].pk, "amount")
    assert (Payment.objects.count(), Receipt.objects.count(), Entry.objects.count()) == (0, 0, 0)


def test_after_a_refusal_the_numbers_go_on_without_a_gap(three, collect):
    with pytest.raises(RefusedLine):
        collect(key=uuid.uuid4(), lines=handed_in(three, 99999))
    collect(key=uuid.uuid4(), lines=handed_in(three))

    assert sorted(Receipt.objects.values_list("number", flat=True)) == [1, 2, 3]


def test_ones_own_line_waits_for_a_second_person(cast, three, collect):
    User.objects.filter(pk=cast.member.pk).update(member=None)
    User.objects.filter(pk=cast.officer.pk).update(member=cast.zhang)
    cast.officer.refresh_from_db()
    payments, proposals = collect(key=uuid.uuid4(), lines=handed_in(three))

    assert ([payment.member for payment in payments], [one.member for one in proposals]) == (three[1:], [cast.zhang])
    assert (PaymentProposal.objects.count(), left_open(cast.zhang)) == (1, {"2026-11": 4000})


def test_months_further_back_need_their_reason_in_the_line(cast, collect):
    charge(cast.zhang, "2026-01", 4000)

    with pytest.raises(RefusedLine) as refused:
        collect(key=uuid.uuid4(), lines=handed_in([cast.zhang]))
    assert refused.value.field == "reason"
    collect(key=uuid.uuid4(), lines=[HandedIn(cast.zhang, 4000, "住院半年")])
    assert Payment.objects.get().reason == "住院半年"


def test_nobody_ticked_is_said(collect):
    with pytest.raises(Refused):
        collect(key=uuid.uuid4(), lines=[])


# --- Who has still to pay ---------------------------------------------------------------------------------------------
def months_to_pay(cast):
    lines = open_lines(cast.branch.path, on=TODAY)
    return {line.member.name: [f"{month.month:%Y-%m}" for month in line.months] for line in lines if line.months}


def test_months_from_long_ago_are_still_to_be_paid(cast):
    charge(cast.zhang, "2023-01", 4000)
    charge(cast.li, "2023-01", 4000)
    for number in range(1, 11):
        charge(cast.li, f"2026-{number:02}", 4000)

    assert months_to_pay(cast) == {
        "张英": ["2023-01"],
        "李国强": ["2023-01", *(f"2026-{number:02}" for number in range(1, 11))],
    }


def test_a_month_that_was_partly_paid_long_ago_is_the_first_to_be_paid(cast):
    for month in ("2024-05", "2024-06", "2026-10"):
        charge(cast.zhang, month, 4000)
    pay(cast.zhang, 6000, "2026-10-15", reason="出差")

    assert months_to_pay(cast) == {"张英": ["2024-06", "2026-10"]}


@pytest.mark.parametrize("years", [1, 3])
def test_a_long_ledger_is_no_more_queries(cast, django_assert_num_queries, years):
    for year in range(2026 - years, 2026):
        charge(cast.zhang, f"{year}-10", 4000)
    charge(cast.zhang, "2026-10", 4000)
    with django_assert_num_queries(7):
        open_lines(cast.branch.path, on=TODAY)
