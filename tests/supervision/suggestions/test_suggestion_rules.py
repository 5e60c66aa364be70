"""By when a suggestion is answered, where it stands, and what that asks of a branch: without a database."""

from datetime import date
from decimal import Decimal

import pytest

from rulebook.local import LocalRule
from rulebook.values import DutyState
from supervision.suggestions.rules import (
    ANSWER_KEY,
    AnswerState,
    SuggestionDates,
    answer_due,
    answer_state,
    share,
    suggestion_duties,
)

NOVEMBER = date(2026, 11, 24)


def local(value, starts=date(2026, 1, 1)):
    return LocalRule(
        key=ANSWER_KEY, value=value, document="县委〔2026〕1号", number="", approved_by="县委",
        approved_on=starts, organization="county", starts=starts, until=None,
    )  # fmt: skip


def test_fifteen_days_unless_a_committee_says_otherwise():
    assert answer_due(date(2026, 11, 9)) == NOVEMBER
    assert answer_due(date(2026, 11, 17), local=[local(Decimal(7))]) == NOVEMBER
    assert answer_due(date(2025, 12, 31), local=[local(Decimal(7))]) == date(2026, 1, 15)


@pytest.mark.parametrize(
    ("due_on", "answered_on", "expected"),
    [
        (date(2026, 11, 24), None, AnswerState.WAITING),
        (date(2026, 11, 23), None, AnswerState.OVERDUE),
        (date(2026, 11, 1), date(2026, 11, 24), AnswerState.ANSWERED),
        (date(2026, 11, 1), date(2026, 11, 25), AnswerState.OVERDUE),
        (date(2026, 11, 30), date(2026, 11, 25), AnswerState.WAITING),
    ],
)
def test_where_it_stood_on_a_day(due_on, answered_on, expected):
    assert answer_state(due_on=due_on, answered_on=answered_on, on=NOVEMBER) == expected


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(0, 0, None), (0, 3, 0), (2, 3, 66), (199, 200, 99), (3, 3, 100)]
)
def test_a_share_never_says_all_where_one_is_missing(part, whole, expected):
    assert share(part, whole) == expected


def days(*months_and_days):
    return date(2026, *months_and_days)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ([], []),
        ([SuggestionDates(days(11, 9), days(11, 24))], [("2026-11", days(11, 24), DutyState.OPEN)]),
        ([SuggestionDates(days(11, 8), days(11, 23))], [("2026-11", days(11, 23), DutyState.OVERDUE)]),
        ([SuggestionDates(days(11, 1), days(11, 16), days(11, 10))], [("2026-11", days(11, 16), DutyState.DONE)]),
        (  # the earliest of those that wait decides
            [SuggestionDates(days(11, 1), days(11, 16), days(11, 10)), SuggestionDates(days(11, 20), days(12, 5))],
            [("2026-11", days(12, 5), DutyState.OPEN)],
        ),
        ([SuggestionDates(days(11, 1), days(11, 16), days(11, 25))], [("2026-11", days(11, 16), DutyState.OVERDUE)]),
        (
            [SuggestionDates(days(9, 1), days(9, 16)), SuggestionDates(days(11, 20), days(12, 5))],
            [("2026-09", days(9, 16), DutyState.OVERDUE), ("2026-11", days(12, 5), DutyState.OPEN)],
        ),
        ([SuggestionDates(date(2025, 12, 1), date(2025, 12, 16), date(2025, 12, 9))], []),
        (
            [SuggestionDates(date(2025, 12, 1), date(2025, 12, 16), days(1, 5))],
            [("2025-12", date(2025, 12, 16), DutyState.DONE)],
        ),
    ],
)
def test_one_duty_for_each_month_in_which_something_was_asked(asked, expected):
    duties = suggestion_duties("branch", asked, on=NOVEMBER)

    assert [(duty.period, duty.due_on, duty.state) for duty in duties] == expected
    assert all(duty.kind == "suggestion" and duty.member is None for duty in duties)


def test_the_limit_is_ours_and_says_so():
    (duty,) = suggestion_duties("branch", [SuggestionDates(days(11, 9), days(11, 24))], on=NOVEMBER)

    assert (duty.citation.level, duty.citation.verification) == ("L", "U")


def test_before_the_rule_began_the_day_that_was_set_is_named():
    (duty,) = suggestion_duties("branch", [SuggestionDates(date(1900, 1, 1), date(1900, 1, 9))], on=date(1900, 1, 5))

    assert duty.citation.level == "L"
