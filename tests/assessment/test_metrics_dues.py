"""What assessments count of dues: members by month, publications and what was handed up by year."""

from datetime import date

import pytest

from dues.models import Disclosure, Payment, Remittance, RemittedPayment
from members.models import LocalRule
from tests.assessment.measuring import LAST, facts_of, told
from tests.cast import make_member
from tests.dues.making import charge, fix, month, pay

MARCH = date(2026, 3, 31)


def disclose(place, day, year=2026):
    return Disclosure.objects.create(
        organization=place, year=year, disclosed_on=day, way="meeting", disclosed_by="secretary"
    )


def hand_up(cast, payment, day):
    batch = Remittance.objects.create(
        organization=cast.branch, receiver=cast.district, first_month=month("2026-01"), last_month=month("2026-03"),
        collected_fen=payment.amount_fen, ratio="0.5", amount_fen=payment.amount_fen // 2, rule="x", sent_on=day,
        sent_by="secretary",
    )  # fmt: skip
    RemittedPayment.objects.create(remittance=batch, payment=payment)


def set_share(place):
    LocalRule.objects.create(
        organization=place, rule_key="dues.remit.ratio", value="0.5", document="通知", approved_by="镇党委",
        approved_on=date(2026, 1, 1), valid_from=date(2026, 1, 1),
    )  # fmt: skip


def test_each_month_that_is_over_says_how_many_have_paid_it(cast):
    for text in ("2026-01", "2026-02", "2026-03"):
        charge(cast.zhang, text, 4000)
        charge(cast.li, text, 500)
    pay(cast.zhang, 8000, "2026-02-20")
    assert told("dues.paid", cast.branch, last=MARCH) == [
        ("dues:2026-01", 1, 2, 0), ("dues:2026-02", 1, 2, 0), ("dues:2026-03", 0, 2, 0),
    ]  # fmt: skip
    assert len(told("dues.paid", cast.branch, last=date(2026, 3, 30))) == 2


def test_removing_one_payment_changes_exactly_its_month(cast):
    for text in ("2026-01", "2026-02"):
        charge(cast.zhang, text, 4000)
    pay(cast.zhang, 4000, "2026-01-20")
    before = told("dues.paid", cast.branch, last=date(2026, 2, 28))
    pay(cast.zhang, 4000, "2026-02-20")
    after = told("dues.paid", cast.branch, last=date(2026, 2, 28))
    assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == [
        (("dues:2026-02", 0, 1, 0), ("dues:2026-02", 1, 1, 0))
    ]


def test_a_part_of_a_month_is_not_paid_and_a_waived_one_is_not_owed(cast):
    charge(cast.zhang, "2026-01", 4000)
    charge(cast.li, "2026-01", 500, waived=500)
    pay(cast.zhang, 3999, "2026-01-20")
    assert told("dues.paid", cast.branch, last=date(2026, 1, 31)) == [("dues:2026-01", 0, 1, 0)]


def test_money_that_came_later_is_not_known_on_the_day(cast):
    charge(cast.zhang, "2026-01", 4000)
    pay(cast.zhang, 4000, "2026-03-02")
    january = date(2026, 1, 31)
    assert told("dues.paid", cast.branch, last=january, on=date(2026, 3, 1)) == [("dues:2026-01", 0, 1, 0)]
    assert told("dues.paid", cast.branch, last=january, on=date(2026, 3, 2)) == [("dues:2026-01", 1, 1, 0)]


def test_a_month_that_was_not_charged_is_unknown(cast):
    charge(cast.zhang, "2026-01", 4000)
    assert told("dues.paid", cast.branch, last=date(2026, 2, 28)) == [
        ("dues:2026-01", 0, 1, 0), ("dues:2026-02", 0, 2, 2),
    ]  # fmt: skip


def test_a_branch_without_a_single_charge_is_unknown(cast):
    assert told("dues.paid", cast.branch, last=date(2026, 1, 30)) == []
    assert told("dues.paid", cast.branch, last=date(2026, 1, 31)) is None


def test_charges_are_held_against_those_who_owe(cast):
    fix(cast.zhang, 4000)
    fix(cast.li, 500)
    charge(cast.zhang, "2026-01", 4000)
    charge(cast.li, "2026-01", 500)
    charge(cast.zhang, "2026-02", 4000)
    assert told("dues.charged", cast.branch, last=date(2026, 2, 28)) == [
        ("dues:2026-01", 2, 2, 0), ("dues:2026-02", 1, 2, 0),
    ]  # fmt: skip


def test_where_nobody_has_a_base_nothing_is_known_of_charges(cast):
    assert told("dues.charged", cast.branch, last=date(2026, 1, 31)) is None
    fix(cast.zhang, 4000)
    assert told("dues.charged", cast.branch, last=date(2026, 1, 31)) == [("dues:2026-01", 0, 2, 0)]


def test_a_year_is_published_once_or_that_is_missing(cast):
    charge(cast.zhang, "2026-01", 4000)
    assert told("dues.disclosure", cast.branch, last=date(2026, 12, 30)) == []
    assert told("dues.disclosure", cast.branch) == [("duty:dues_disclosure:2026", 0, 1, 0)]
    made = disclose(cast.branch, date(2026, 11, 5))
    assert told("dues.disclosure", cast.branch) == [(f"disclosure:{made.pk}", 1, 1, 0)]


def test_a_publication_in_january_counts_for_its_year_once_it_is_known(cast):
    charge(cast.zhang, "2026-01", 4000)
    made = disclose(cast.branch, date(2027, 1, 5))
    assert told("dues.disclosure", cast.branch, on=date(2027, 1, 4)) == [("duty:dues_disclosure:2026", 0, 1, 0)]
    (fact,) = facts_of("dues.disclosure", cast.branch, on=date(2027, 1, 5))
    assert (fact.record, fact.on) == (f"disclosure:{made.pk}", LAST)


def test_where_no_dues_are_kept_nobody_knows_of_publications(cast):
    assert told("dues.disclosure", cast.branch) is None


def test_payments_are_handed_up_where_a_committee_set_a_share(cast):
    charge(cast.zhang, "2026-01", 4000)
    charge(cast.zhang, "2026-02", 4000)
    first, _second = pay(cast.zhang, 4000, "2026-01-20"), pay(cast.zhang, 4000, "2026-02-20")
    assert told("dues.remitted", cast.branch) == []
    set_share(cast.district)
    hand_up(cast, first, date(2026, 4, 5))
    assert told("dues.remitted", cast.branch) == [("duty:dues_remittance:2026", 1, 2, 0)]
    assert told("dues.remitted", cast.branch, last=date(2026, 12, 30)) == []


def test_a_neighbours_money_counts_nowhere_else(cast):
    charge(cast.zhang, "2026-01", 4000)
    charge(cast.wang, "2026-01", 4000)
    pay(cast.wang, 4000, "2026-01-20")
    assert told("dues.paid", cast.branch, last=date(2026, 1, 31)) == [("dues:2026-01", 0, 1, 0)]
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(("name", "queries"), [("paid", 2), ("charged", 5), ("disclosure", 3), ("remitted", 2)])
@pytest.mark.parametrize("members", [1, 3])
def test_the_number_of_queries_does_not_grow(cast, name, queries, members, django_assert_num_queries):
    for number in range(members):
        member = make_member(f"周{number}", cast.branch)
        for text in ("2026-01", "2026-02", "2026-03"):
            charge(member, text, 4000)
        pay(member, 4000, "2026-01-20")
    with django_assert_num_queries(queries):
        told(f"dues.{name}", cast.branch, last=MARCH)
