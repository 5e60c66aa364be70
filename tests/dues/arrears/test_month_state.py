"""How a month is shown, as a table."""

import pytest

from dues.arrears.rules import MonthFacts, month_state
from tests.dues.making import month

NOVEMBER = month("2026-11")


@pytest.mark.parametrize(
    ("charged", "waived", "settled", "state"),
    [
        (4000, 0, 4000, "settled"),
        (4000, 0, 3999, "part"),
        (4000, 0, 0, "open"),
        (4000, 4000, 0, "waived"),
        (4000, 2000, 2000, "settled"),
        (4000, 2000, 1000, "part"),
        (4000, 2000, 0, "open"),
        (0, 0, 4000, "ahead"),
    ],
)
def test_a_month_with_amounts_is_shown_by_them(charged, waived, settled, state):
    facts = MonthFacts(NOVEMBER, charged_fen=charged, waived_fen=waived, settled_fen=settled)

    assert month_state(facts, current=NOVEMBER) == state


@pytest.mark.parametrize(
    ("text", "facts", "state"),
    [
        ("2026-11", {}, "unknown"),
        ("2026-11", {"has_basis": True}, "not_charged"),
        ("2026-11", {"belongs": False}, "not_charged"),
        ("2026-11", {"charged_elsewhere": True}, "elsewhere"),
        ("2026-11", {"charged_elsewhere": True, "settled_fen": 4000}, "elsewhere"),
        ("2026-12", {}, "to_come"),
        ("2026-12", {"has_basis": True}, "to_come"),
        ("2026-12", {"settled_fen": 4000}, "ahead"),
        ("2026-12", {"charged_fen": 4000}, "open"),
        ("2026-01", {}, "unknown"),
    ],
)
def test_a_month_without_a_charge_says_why(text, facts, state):
    assert month_state(MonthFacts(month(text), **facts), current=NOVEMBER) == state
