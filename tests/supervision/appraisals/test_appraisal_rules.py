"""Steps, ballots that may be shown, the third of excellent ones, and help after lower grades."""

from datetime import date

import pytest

from rulebook.book import rule
from rulebook.values import DutyState
from supervision.appraisals.rules import (
    STEPS_KEY,
    Lower,
    closing_hindrance,
    differing_people,
    follow_up_duty,
    guarded,
    help_due,
    is_counted,
    many_excellent,
    missing_marks,
    next_step,
    online_hindrance,
    shown_result,
    step_before,
    unfit_people,
)
from supervision.choices import RoundState

DAY = date(2026, 11, 24)


def test_the_steps_are_the_articles():
    assert [state.value for state in RoundState][:-1] == list(rule(STEPS_KEY, DAY).value)


def test_each_step_leads_to_the_next_and_back():
    found, state = [], RoundState.SELF
    while state:
        found.append(state)
        state = next_step(state)
    assert found == list(RoundState)
    assert [step_before(state) for state in RoundState] == [None, *list(RoundState)[:-1]]


def test_sums_are_shown_only_after_the_ballot():
    assert [state for state in RoundState if is_counted(state)] == ["opinion", "closed"]


@pytest.mark.parametrize(("voters", "hindrance"), [(0, "few_voters"), (2, "few_voters"), (3, ""), (50, "")])
def test_online_takes_three(voters, hindrance):
    assert online_hindrance(voters) == hindrance


@pytest.mark.parametrize(
    ("method", "ballots", "hindrance"),
    [("online", 2, "few_ballots"), ("online", 3, ""), ("paper", 0, "not_counted"), ("paper", 1, "")],
)
def test_what_keeps_the_ballot_open(method, ballots, hindrance):
    assert closing_hindrance(method, ballots) == hindrance


def test_no_result_of_fewer_than_three_ballots():
    assert shown_result({"excellent": 1, "qualified": 1}) is None
    assert shown_result({}) is None
    assert shown_result({"excellent": 1, "qualified": 2}) == {
        "excellent": 1, "qualified": 2, "basically_qualified": 0, "unqualified": 0, "abstained": 0,
    }  # fmt: skip


def test_a_ballot_says_something_of_everybody():
    assert missing_marks(["a", "b", "c"], {"a": "qualified", "b": "splendid", "d": "qualified"}) == ["b", "c"]


@pytest.mark.parametrize(("marks", "fits"), [((5, 3), True), ((5, 2), True), ((5, 4), False), ((5, 1), False)])
def test_marks_come_from_as_many_papers_or_one_less(marks, fits):
    figures = {"a": {"excellent": marks[0], "qualified": marks[1]}}
    assert (unfit_people(8, figures) == []) is fits


def test_two_counts_differ_by_person():
    assert differing_people({"a": {"x": 1}, "b": {"x": 2}}, {"a": {"x": 1}, "b": {"x": 3}}) == ["b"]


@pytest.mark.parametrize(
    ("excellent", "members", "most"), [(4, 12, None), (5, 12, 4), (4, 11, 3), (3, 11, None), (1, 2, 0), (0, 0, None)]
)
def test_excellent_above_a_third_warns(excellent, members, most):
    warning = many_excellent(excellent, members, on=DAY)
    assert (warning.most if warning else None) == most
    if warning:
        assert "article" not in str(warning.citation) or warning.citation.article == "unverified"
        assert rule("evaluation.excellent.max_share", DAY).generally


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((4, 8, 0, 0), (4, 8, 0, 0)),
        ((4, 8, 1, 0), (None, 8, None, 0)),
        ((2, 8, 1, 0), (None, 8, None, 0)),
        ((0, 2, 0, 0), (0, None, 0, 0)),
    ],
)
def test_committees_see_no_count_of_one_or_two(counts, shown):
    names = ("excellent", "qualified", "basically_qualified", "unqualified")
    assert tuple(guarded(dict(zip(names, counts, strict=True))).values()) == shown


CLOSED = date(2026, 1, 10)


@pytest.mark.parametrize(
    ("lower", "due_on", "state"),
    [
        ([Lower(CLOSED)], help_due(CLOSED), DutyState.OVERDUE),
        ([Lower(CLOSED, date(2026, 12, 1))], date(2026, 12, 1), DutyState.OPEN),
        ([Lower(CLOSED, date(2026, 12, 1)), Lower(CLOSED, date(2026, 3, 1), date(2026, 2, 1))], date(2026, 12, 1),
         DutyState.OPEN),
        ([Lower(CLOSED, date(2026, 3, 1), date(2026, 2, 1))], date(2026, 3, 1), DutyState.DONE),
    ],
)  # fmt: skip
def test_lower_grades_are_followed_up(lower, due_on, state):
    duty = follow_up_duty("branch", 2025, lower, on=DAY)
    assert (duty.due_on, duty.state, duty.member, duty.period) == (due_on, state, None, "2025")


def test_help_of_another_year_is_no_news():
    assert follow_up_duty("branch", 2024, [Lower(CLOSED, None, date(2025, 2, 1))], on=DAY) is None
    assert follow_up_duty("branch", 2024, [], on=DAY) is None
