"""A local rule fills in or tightens; it never loosens."""

from datetime import date
from decimal import Decimal

import pytest

from rulebook.book import rule, versions
from rulebook.local import LocalPolicy, LocalRule, Loosening
from rulebook.values import Text

TODAY = date(2026, 7, 1)


def local(key, value, starts=date(2026, 1, 1), until=None, number="县委〔2026〕3号"):
    value = Decimal(value) if not isinstance(value, str) or value.replace(".", "").lstrip("-").isdigit() else value
    return LocalRule(key, value, "县委通知", number, "县委", date(2025, 12, 20), "A", starts, until)


@pytest.mark.parametrize(
    ("key", "value", "admitted"),
    [
        ("meet.theme_day.per_month", 1, True),
        ("meet.theme_day.per_month", 2, True),
        ("meet.theme_day.per_month", 4, True),
        ("meet.theme_day.per_month", 0, False),
        ("meet.theme_day.per_month", 5, False),
        ("meet.theme_day.per_month", "1.5", False),
        ("meet.general_meeting.per_quarter", 2, True),
        ("meet.general_meeting.per_quarter", 0, False),
        ("dues.backpay.max_months", 6, True),
        ("dues.backpay.max_months", 3, True),
        ("dues.backpay.max_months", 7, False),
        ("dues.backpay.max_months", 0, False),
        ("branch.max_members", 30, True),
        ("branch.max_members", 51, False),
        ("abroad.contact.months", 3, True),
        ("abroad.contact.months", 12, False),
        ("dues.flat.farmer", "0.20", True),
        ("dues.flat.farmer", "1.00", True),
        ("dues.flat.farmer", "0.19", False),
        ("dues.flat.farmer", "1.01", False),
        ("dues.remit.ratio", "0.2", True),
        ("dues.remit.ratio", "1.1", False),
        ("dues.remit.ratio", "-0.1", False),
        ("dues.prepay.max_months", 6, True),
        ("dues.prepay.max_months", 7, False),
        ("dues.base.fix", "on_change", True),
        ("dues.base.fix", "whenever", False),
        ("dues.rounding", "jiao", True),
        ("dues.rounding", "100", False),
        ("meet.party_lecture.per_year", 4, True),
        ("election.surplus", "0.3", True),
        ("election.surplus", "0.1", False),
        ("vote.general.pass", 1, False),
        ("dues.rate.wage", "0.01", False),
        ("dues.cap.month", 500, False),
        ("term.years", 4, False),
        ("recruit.probation.months", 18, False),
    ],
)
def test_what_a_local_rule_may_decide(key, value, admitted):
    one = local(key, value)
    objection = versions()[key][-1].objection(one)
    assert (objection == "") is admitted
    assert (rule(key, TODAY, [one]).adopted == one) is admitted


def test_a_word_where_a_number_belongs_is_refused():
    assert rule("dues.backpay.max_months", TODAY).objection(local("dues.backpay.max_months", "six"))


def test_the_local_rule_is_cited_beside_the_national_one_and_named_in_the_version():
    held = rule("meet.theme_day.per_month", TODAY, [local("meet.theme_day.per_month", 2)])
    assert held.whole == 2
    assert [citation.level for citation in held.citations] == ["N", "L"]
    assert held.version == "meet.theme_day.per_month@2018-10-28+县委〔2026〕3号"


def test_a_document_without_a_number_is_named_by_its_title():
    held = rule("meet.theme_day.per_month", TODAY, [local("meet.theme_day.per_month", 2, number="")])
    assert held.version.endswith("+县委通知")


@pytest.mark.parametrize(
    ("starts", "until", "value"),
    [
        (date(2026, 7, 1), None, 2),
        (date(2026, 7, 2), None, 1),
        (date(2026, 1, 1), date(2026, 7, 1), 1),
        (date(2026, 1, 1), date(2026, 7, 2), 2),
    ],
)
def test_a_local_rule_holds_for_its_own_days(starts, until, value):
    one = local("meet.theme_day.per_month", 2, starts, until)
    assert rule("meet.theme_day.per_month", TODAY, [one]).whole == value


def test_a_lower_committee_may_tighten_further_but_not_loosen_what_stands_above():
    key = "meet.theme_day.per_month"
    county, tighter, looser = local(key, 2), local(key, 3), local(key, 1)
    assert rule(key, TODAY, [county, tighter]).whole == 3
    assert rule(key, TODAY, [county, looser]).whole == 2


def test_where_there_is_a_choice_the_nearest_committee_decides():
    county, town = local("dues.flat.farmer", "0.5"), local("dues.flat.farmer", "0.2")
    assert rule("dues.flat.farmer", TODAY, [county, town]).number == Decimal("0.2")


def test_a_local_rule_of_another_key_changes_nothing():
    assert rule("meet.theme_day.per_month", TODAY, [local("meet.group_meeting.per_month", 2)]).adopted is None


@pytest.mark.parametrize(
    ("policy", "text", "value"),
    [
        (LocalPolicy("range"), " 0.5 ", Decimal("0.5")),
        (LocalPolicy("higher"), "2", Decimal(2)),
        (LocalPolicy("options", options={"jiao": Text("到角", "To 0.1 yuan")}), " jiao", "jiao"),
    ],
)
def test_a_value_is_read_as_a_person_writes_it(policy, text, value):
    assert policy.read(text) == value


@pytest.mark.parametrize("text", ["", "two", "NaN", "Infinity", "1,5"])
def test_what_is_no_number_is_refused_with_a_sentence(text):
    with pytest.raises(Loosening):
        LocalPolicy("higher").read(text)
