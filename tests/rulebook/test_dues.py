"""What a member pays in a month. The table is the specification; bases in yuan, amounts in fen."""

from datetime import date
from decimal import Decimal

import pytest

from rulebook.local import LocalRule, Loosening
from rulebook.rule import LocalChoiceRequired, NoRule
from rulebook.rules.dues import CATEGORIES, BaseMissing, farmer_choice, monthly_dues, rounded

TODAY = date(2026, 7, 1)
WAGE = [
    ("0", 0),
    ("0.99", 0),
    ("1", 1),
    ("1000", 500),
    ("2999.99", 1500),
    ("3000", 1500),
    ("3000.01", 3000),
    ("3000.50", 3001),
    ("3001", 3001),
    ("4900", 4900),
    ("4999.99", 5000),
    ("5000", 5000),
    ("5000.01", 7500),
    ("5001", 7502),
    ("5100", 7650),
    ("6000", 9000),
    ("9999.99", 15000),
    ("10000", 15000),
    ("10000.01", 20000),
    ("10001", 20002),
    ("11500", 23000),
    ("49999.99", 100000),
    ("50000", 100000),
]
RETIRED = [
    ("0", 0),
    ("2600", 1300),
    ("3000", 1500),
    ("3000.01", 1500),
    ("3001", 1501),
    ("4999.99", 2500),
    ("5000", 2500),
    ("5000.01", 5000),
    ("5001", 5001),
    ("10000", 10000),
    ("10000.01", 10000),
    ("100000", 100000),
]


@pytest.mark.parametrize(("base", "fen"), WAGE)
def test_wage_earners_pay_one_rate_on_the_whole_base(base, fen):
    due = monthly_dues("employed", Decimal(base), TODAY)
    assert (due.amount_fen, due.capped) == (fen, False)


@pytest.mark.parametrize(("base", "fen"), RETIRED)
def test_retired_members_have_two_brackets_of_their_own(base, fen):
    due = monthly_dues("retired", Decimal(base), TODAY)
    assert (due.amount_fen, due.capped) == (fen, False)


@pytest.mark.parametrize(
    ("category", "base", "rate"),
    [
        ("employed", "3000", "0.005"),
        ("employed", "3000.01", "0.01"),
        ("employed", "5000", "0.01"),
        ("employed", "5000.01", "0.015"),
        ("employed", "10000", "0.015"),
        ("employed", "10000.01", "0.02"),
        ("retired", "5000", "0.005"),
        ("retired", "5000.01", "0.01"),
    ],
)
def test_a_bound_belongs_to_the_bracket_below_it(category, base, rate):
    assert monthly_dues(category, Decimal(base), TODAY).rate == Decimal(rate)


@pytest.mark.parametrize(
    ("category", "base", "on", "fen", "capped"),
    [
        ("employed", "50000.01", TODAY, 100000, True),
        ("employed", "60000", TODAY, 100000, True),
        ("employed", "245000", TODAY, 100000, True),
        ("retired", "100000.01", TODAY, 100000, True),
        ("employed", "60000", date(2018, 1, 1), 100000, True),
        ("employed", "60000", date(2016, 12, 31), 120000, False),
        ("employed", "245000", date(2016, 6, 1), 490000, False),
        ("employed", "60000", date(2008, 4, 1), 120000, False),
    ],
)
def test_the_general_cap_holds_since_the_notice_of_2017(category, base, on, fen, capped):
    due = monthly_dues(category, Decimal(base), on)
    assert (due.amount_fen, due.capped) == (fen, capped)


def test_a_capped_amount_cites_both_documents_and_stores_both_versions():
    due = monthly_dues("employed", Decimal(60000), TODAY)
    assert [citation.number for citation in due.citations] == ["中组发〔2008〕3号", "组电明字〔2017〕5号"]
    assert due.versions == ("dues.rate.wage@2008-04-01", "dues.cap.month@2017-01-01")


def test_the_year_in_which_the_notice_began_says_that_the_day_is_not_verified():
    uncertain = monthly_dues("employed", Decimal(60000), date(2017, 3, 1)).reason
    assert len(uncertain) > len(monthly_dues("employed", Decimal(60000), date(2018, 3, 1)).reason)


@pytest.mark.parametrize("category", ["student", "unemployed", "relief", "subsistence"])
def test_those_without_a_wage_pay_twenty_fen_whatever_the_base(category):
    for base in (None, Decimal(0), Decimal(8000)):
        due = monthly_dues(category, base, TODAY)
        assert (due.amount_fen, due.rate, due.capped) == (20, None, False)
        assert due.citations[0].article == "6"


def test_a_farmers_amount_has_to_be_set_locally():
    with pytest.raises(LocalChoiceRequired) as error:
        monthly_dues("farmer", None, TODAY)
    assert error.value.rule.policy.maximum == 1


@pytest.mark.parametrize(("amount", "fen"), [("0.20", 20), ("0.50", 50), ("1", 100)])
def test_a_farmer_pays_what_the_committee_has_set_within_the_article(amount, fen):
    due = monthly_dues("farmer", None, TODAY, [farmer_choice(Decimal(amount), TODAY)])
    assert due.amount_fen == fen
    assert [citation.level for citation in due.citations] == ["N", "L"]


@pytest.mark.parametrize("amount", ["0.19", "0", "1.01", "5"])
def test_a_farmers_amount_outside_the_article_is_refused(amount):
    with pytest.raises(Loosening, match=amount):
        farmer_choice(Decimal(amount), TODAY)


def test_a_base_is_needed_where_a_rate_holds():
    for category in ("employed", "retired"):
        with pytest.raises(BaseMissing):
            monthly_dues(category, None, TODAY)


@pytest.mark.parametrize("category", CATEGORIES)
def test_before_the_first_of_april_2008_no_rule_is_held(category):
    with pytest.raises(NoRule, match="2008-03-31"):
        monthly_dues(category, Decimal(4900), date(2008, 3, 31))


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        ("30.0001", "fen", "30.00"),
        ("0.005", "fen", "0.01"),
        ("0.0049", "fen", "0.00"),
        ("75.015", "fen", "75.02"),
        ("30.04", "jiao", "30.0"),
        ("30.05", "jiao", "30.1"),
        ("30.49", "yuan", "30"),
        ("30.50", "yuan", "31"),
    ],
)
def test_amounts_are_rounded_half_up(amount, unit, expected):
    assert rounded(Decimal(amount), unit) == Decimal(expected)


@pytest.mark.parametrize(("unit", "fen"), [("fen", 7652), ("jiao", 7650), ("yuan", 7700)])
def test_a_local_rule_may_choose_how_amounts_are_rounded(unit, fen):
    choice = LocalRule("dues.rounding", unit, "县委组织部通知", "2026-1", "组织部", TODAY, "A", date(2026, 1, 1))
    due = monthly_dues("employed", Decimal(5101), TODAY, [choice])
    assert due.amount_fen == fen
    assert due.citations[-1].number == "2026-1"
