"""What is asked of a branch: joint goals where a committee asked for them, its own view while it is assessed."""

from datetime import date
from decimal import Decimal

import pytest

from assessment.assessments.rules import view_duty
from assessment.goals.rules import Branch, GoalDates, goal_duties
from rulebook.local import LocalRule

JANUARY, MARCH, MAY, JUNE, JULY = (date(2026, month, 15) for month in (1, 3, 5, 6, 7))
AUGUST, OCTOBER, NOVEMBER, DECEMBER = (date(2026, month, 15) for month in (8, 10, 11, 12))
NEXT = date(2027, 1, 15)


def asked(kind, month, **facts):
    known = {
        "document": "共同目标办法", "number": "", "approved_by": "党委会", "approved_on": date(2025, 1, 1),
        "organization": "district", "starts": date(2025, 1, 1),
    }  # fmt: skip
    return LocalRule(f"assessment.goals.{kind}.month", Decimal(month), **known | facts)


ALL = (asked("plan", 3), asked("check", 7), asked("result", 12))


def item(planned_on=JANUARY, *, year=2026, checked=False, ended=False):
    return GoalDates(year, planned_on, checked, ended)


def found(*goals, on, local=ALL, first_day=None):
    duties = goal_duties(Branch("branch", first_day, goals, tuple(local)), on=on)
    return [(duty.kind.removeprefix("joint_goal_"), duty.period, duty.due_on, str(duty.state)) for duty in duties]


PLAN, CHECK, RESULT = date(2026, 3, 31), date(2026, 7, 31), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("goals", "on", "expected"),
    [
        ([], JANUARY, [("plan", "2026", PLAN, "open")]),
        ([], date(2026, 3, 31), [("plan", "2026", PLAN, "open")]),
        ([], date(2026, 4, 1), [("plan", "2026", PLAN, "overdue")]),
        ([item()], MAY, [("plan", "2026", PLAN, "done")]),
        ([item()], JUNE, [("plan", "2026", PLAN, "done"), ("check", "2026", CHECK, "open")]),
        ([item(checked=True)], JULY, [("plan", "2026", PLAN, "done"), ("check", "2026", CHECK, "done")]),
        ([item(checked=True), item()], AUGUST, [("plan", "2026", PLAN, "done"), ("check", "2026", CHECK, "overdue")]),
        ([item(AUGUST)], OCTOBER, [("plan", "2026", PLAN, "done")]),
        ([item(ended=True)], AUGUST, [("plan", "2026", PLAN, "done"), ("check", "2026", CHECK, "done")]),
    ],
)
def test_the_years_goals_are_asked_for_by_their_days(goals, on, expected):
    assert found(*goals, on=on) == expected


@pytest.mark.parametrize(
    ("goals", "on", "state"),
    [
        ([item(checked=True)], OCTOBER, None),
        ([item(checked=True)], NOVEMBER, "open"),
        ([item(checked=True), item(ended=True)], DECEMBER, "open"),
        ([item(ended=True)], DECEMBER, "done"),
        ([], DECEMBER, None),
    ],
)
def test_results_are_asked_for_from_november_on_where_there_are_goals(goals, on, state):
    states = [state for kind, _period, _due_on, state in found(*goals, on=on) if kind == "result"]

    assert states == ([state] if state else [])


@pytest.mark.parametrize(("ended", "expected"), [(False, [("result", "2026", RESULT, "overdue")]), (True, [])])
def test_a_result_that_is_missing_is_asked_for_in_the_next_year_too(ended, expected):
    assert found(item(checked=True, ended=ended), on=NEXT, local=[asked("result", 12)]) == expected


def test_without_a_local_rule_nobody_asks():
    assert found(item(), on=DECEMBER, local=()) == []


@pytest.mark.parametrize("rule", [{"starts": date(2026, 4, 1)}, {"until": date(2026, 1, 1)}])
def test_nobody_asks_for_what_fell_due_before_the_rule_began_or_after_it_ended(rule):
    assert found(on=MAY, local=[asked("plan", 3, **rule)]) == []


def test_an_inner_committee_decides_last():
    [(_kind, _period, due_on, _state)] = found(on=JANUARY, local=[asked("plan", 3), asked("plan", 2)])

    assert due_on == date(2026, 2, 28)


@pytest.mark.parametrize(("day", "count"), [(date(2026, 1, 1), 1), (date(2026, 1, 2), 0), (None, 1)])
def test_a_branch_founded_in_the_year_is_not_asked_to_plan(day, count):
    assert len(found(on=MAY, local=[asked("plan", 3)], first_day=day)) == count


def test_it_cites_the_committees_document_as_local():
    [duty] = goal_duties(Branch("branch", None, (), ALL), on=MARCH)

    assert (duty.citation.document, duty.citation.level, duty.citation.verification) == ("共同目标办法", "L", "U")


@pytest.mark.parametrize(
    ("on", "given", "state"),
    [
        (NOVEMBER, False, None), (date(2026, 12, 1), False, "open"), (date(2027, 1, 31), False, "open"),
        (date(2027, 2, 1), False, "overdue"), (date(2027, 2, 1), True, "done"),
    ],
)  # fmt: skip
def test_the_branchs_own_view_is_asked_for_around_the_years_end(on, given, state):
    duty = view_duty("branch", 2026, "考核办法", is_given=given, on=on)

    assert (str(duty.state) if duty else None) == state
