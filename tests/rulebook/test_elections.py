"""Candidates and terms of office."""

from datetime import date
from decimal import Decimal

import pytest

from rulebook.local import LocalRule
from rulebook.rule import NoRule
from rulebook.rules.elections import minimum_candidates, term

TODAY = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("seats", "candidates"),
    [
        (1, 2),
        (2, 3),
        (3, 4),
        (4, 5),
        (5, 6),
        (6, 8),
        (7, 9),
        (9, 11),
        (10, 12),
        (11, 14),
        (12, 15),
        (15, 18),
        (100, 120),
    ],
)
def test_a_fifth_more_candidates_than_seats_rounded_up(seats, candidates):
    assert minimum_candidates(seats, TODAY).minimum == candidates


def test_a_local_rule_may_ask_for_more_candidates_but_not_for_fewer():
    more, fewer = (
        LocalRule("election.surplus", Decimal(share), "县委通知", "", "县委", TODAY, "A", date(2026, 1, 1))
        for share in ("0.5", "0.1")
    )
    assert minimum_candidates(4, TODAY, [more]).minimum == 6
    assert minimum_candidates(4, TODAY, [fewer]).minimum == 5


def test_before_the_regulations_of_2020_no_surplus_is_held():
    with pytest.raises(NoRule):
        minimum_candidates(3, date(2020, 7, 12))


@pytest.mark.parametrize(
    ("kind", "village", "elected_on", "ends_on", "remind_from"),
    [
        ("branch", False, date(2024, 3, 15), date(2027, 3, 15), date(2026, 9, 15)),
        ("general_branch", False, date(2024, 3, 15), date(2027, 3, 15), date(2026, 9, 15)),
        ("committee", False, date(2024, 3, 15), date(2029, 3, 15), date(2028, 9, 15)),
        ("branch", True, date(2024, 3, 15), date(2029, 3, 15), date(2028, 9, 15)),
        ("general_branch", True, date(2024, 3, 15), date(2029, 3, 15), date(2028, 9, 15)),
        ("committee", True, date(2024, 3, 15), date(2029, 3, 15), date(2028, 9, 15)),
        ("branch", False, date(2020, 2, 29), date(2023, 2, 28), date(2022, 8, 28)),
        ("branch", True, date(2020, 2, 29), date(2025, 2, 28), date(2024, 8, 28)),
        ("branch", False, date(2021, 2, 28), date(2024, 2, 28), date(2023, 8, 28)),
        ("branch", False, date(2022, 8, 31), date(2025, 8, 31), date(2025, 2, 28)),
        ("branch", False, date(2021, 8, 30), date(2024, 8, 30), date(2024, 2, 29)),
        ("branch", False, date(2023, 12, 31), date(2026, 12, 31), date(2026, 6, 30)),
        ("branch", False, date(2018, 7, 12), date(2021, 7, 12), date(2021, 1, 12)),
    ],
)
def test_a_term_ends_on_its_anniversary_and_is_reminded_six_months_before(
    kind, village, elected_on, ends_on, remind_from
):
    held = term(kind, village=village, elected_on=elected_on)
    assert (held.ends_on, held.remind_from) == (ends_on, remind_from)
    assert held.version == "term.years@2018-07-12"
    assert [citation.verification for citation in held.citations] == ["V1", "V2"]


def test_a_local_rule_may_remind_earlier():
    earlier = LocalRule("term.reminder_months", Decimal(9), "县委通知", "", "县委", TODAY, "A", date(2026, 1, 1))
    held = term("branch", village=False, elected_on=date(2024, 3, 15), local=[earlier])
    assert held.remind_from == date(2026, 6, 15)


def test_a_committee_elected_before_the_opinions_of_2018_follows_no_rule_held_here():
    with pytest.raises(NoRule, match="2018-07-11"):
        term("branch", village=False, elected_on=date(2018, 7, 11))
