"""Members who are away or hard to reach."""

from datetime import date
from decimal import Decimal

import pytest

from rulebook.local import LocalRule
from rulebook.rules.mobility import contact_rule, lost_contact

TODAY = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("since", "holds"),
    [(date(2026, 1, 2), False), (date(2026, 1, 1), True), (date(2025, 12, 31), True), (date(2026, 7, 1), False)],
)
def test_six_months_are_complete_on_the_same_day_of_the_month(since, holds):
    verdict = lost_contact(since, TODAY)
    assert bool(verdict) is holds
    assert verdict.citations[0].level == "N"


def test_six_months_from_the_end_of_august_are_complete_at_the_end_of_february():
    assert not lost_contact(date(2025, 8, 31), date(2026, 2, 27))
    assert lost_contact(date(2025, 8, 31), date(2026, 2, 28))


@pytest.mark.parametrize(
    ("situations", "months", "key"),
    [
        (["retired"], 6, "retired.contact.months"),
        (["mobile"], 3, "mobile.contact.months"),
        (["retired", "frail"], 3, "frail.contact.months"),
        (["bedridden"], 3, "frail.contact.months"),
        (["abroad_sent"], 6, "abroad.contact.months"),
        (["seconded", "relocated"], 3, "relocated.contact.months"),
    ],
)
def test_the_shortest_interval_of_a_members_situations_counts(situations, months, key):
    asked = contact_rule(situations, TODAY)
    assert asked is not None
    assert (asked.whole, asked.key) == (months, key)


@pytest.mark.parametrize("situations", [[], ["hardship"], ["lost_contact"]])
def test_other_situations_ask_for_no_contact(situations):
    assert contact_rule(situations, TODAY) is None


def test_before_anything_was_written_down_nothing_is_asked():
    assert contact_rule(["mobile", "frail"], date(1990, 1, 1)) is None


def test_intervals_without_a_national_figure_are_labelled_local_and_may_be_chosen():
    monthly = LocalRule("frail.contact.months", Decimal(1), "县委通知", "", "县委", TODAY, "A", date(2026, 1, 1))
    asked = contact_rule(["frail"], TODAY, [monthly])
    assert asked is not None
    assert asked.whole == 1
    assert {citation.level for citation in asked.citations} == {"L"}


def test_half_a_year_for_members_abroad_is_national_and_may_only_be_shortened():
    looser, tighter = (
        LocalRule("abroad.contact.months", Decimal(months), "县委通知", "", "县委", TODAY, "A", date(2026, 1, 1))
        for months in (12, 3)
    )
    asked = [contact_rule(["abroad_sent"], TODAY, [one]) for one in (looser, tighter)]
    assert [one.whole for one in asked if one] == [6, 3]
