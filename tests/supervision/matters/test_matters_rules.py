"""The order of a major matter's steps, the opinion before the decision, and the villages' general meeting."""

from datetime import date
from decimal import Decimal

import pytest

from members.choices import UnitKind
from rulebook.local import LocalRule
from rulebook.values import DutyState
from supervision.matters.rules import (
    Contradiction,
    Course,
    MatterState,
    Step,
    concerns_village,
    contradiction,
    opinion_due,
    opinion_duties,
    opinion_first,
    review_due,
    review_duties,
    state_of,
    through_general_meeting,
)

TODAY = date(2026, 11, 24)
MAY, JUNE, JULY, AUGUST, SEPTEMBER = (date(2026, month, 10) for month in (5, 6, 7, 8, 9))
TO_COME = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("course", "state"),
    [
        (Course(MAY), MatterState.OPINION),
        (Course(MAY, JUNE), MatterState.DECISION),
        (Course(MAY, None, JUNE, "adopted"), MatterState.EXECUTION),
        (Course(MAY, JUNE, JULY, "changed"), MatterState.EXECUTION),
        (Course(MAY, JUNE, JULY, "declined"), MatterState.DONE),
        (Course(MAY, None, JULY, "declined"), MatterState.DONE),
        (Course(MAY, JUNE, JULY, "adopted", AUGUST), MatterState.REVIEW),
        (Course(MAY, JUNE, JULY, "adopted", AUGUST, SEPTEMBER), MatterState.DONE),
    ],
)
def test_what_a_matter_waits_for(course, state):
    assert state_of(course) == state


@pytest.mark.parametrize(
    "course",
    [
        Course(MAY),
        Course(TODAY, TODAY, TODAY, "adopted", TODAY, TODAY),
        Course(MAY, JUNE, JULY, "adopted", AUGUST, SEPTEMBER),
        Course(MAY, None, JUNE, "adopted"),
        Course(MAY, JULY, JUNE, "adopted"),
        Course(MAY, SEPTEMBER, JUNE, "adopted", JULY, AUGUST),
    ],
)
def test_facts_that_can_be_are_taken_also_a_decision_before_or_without_the_opinion(course):
    assert contradiction(course, TODAY) is None


@pytest.mark.parametrize(
    ("course", "field"),
    [
        (Course(TO_COME), "proposed_on"),
        (Course(MAY, TO_COME), "opinion_on"),
        (Course(MAY, JUNE, TO_COME, "adopted"), "decided_on"),
        (Course(MAY, JUNE, JULY, "adopted", TO_COME), "executed_on"),
        (Course(MAY, JUNE, JULY, "adopted", AUGUST, TO_COME), "reviewed_on"),
        (Course(JUNE, MAY), "opinion_on"),
        (Course(JUNE, None, MAY, "adopted"), "decided_on"),
        (Course(MAY, JUNE, None, "", JULY), "executed_on"),
        (Course(MAY, JUNE, JULY, "declined", AUGUST), "executed_on"),
        (Course(MAY, JUNE, JULY, "adopted", JUNE), "executed_on"),
        (Course(MAY, JUNE, JULY, "adopted", None, AUGUST), "reviewed_on"),
        (Course(MAY, JUNE, JULY, "adopted", AUGUST, JULY), "reviewed_on"),
    ],
)
def test_facts_that_contradict_each_other_are_named_with_a_sentence(course, field):
    found = contradiction(course, TODAY)

    assert isinstance(found, Contradiction)
    assert found.field == field
    assert found.sentence
    assert "%(" not in found.sentence


@pytest.mark.parametrize(
    ("course", "first"),
    [
        (Course(MAY), None),
        (Course(MAY, JUNE), None),
        (Course(MAY, JUNE, JULY, "adopted"), True),
        (Course(MAY, JULY, JULY, "adopted"), True),
        (Course(MAY, None, JULY, "adopted"), False),
        (Course(MAY, None, JULY, "declined"), False),
        (Course(MAY, AUGUST, JULY, "adopted"), False),
    ],
)
def test_whether_the_opinion_came_before_the_decision(course, first):
    found = opinion_first(course, on=TODAY)

    assert (None if found is None else found.holds) is first
    assert found is None or found.citations


def test_an_enterprise_has_an_article_of_its_own_and_others_are_not_given_it():
    course = Course(MAY, None, JULY, "adopted")
    enterprise = opinion_first(course, UnitKind.ENTERPRISE, on=TODAY)
    others = opinion_first(course, UnitKind.COMMUNITY, on=TODAY)

    assert enterprise.citations != others.citations
    assert enterprise.citations[-1].verification == "V2"
    assert others.citations[-1].verification == "V3"


@pytest.mark.parametrize(
    ("kind", "is_village", "asked"),
    [("village", False, True), ("village", True, True), ("project", True, True), ("project", False, False)],
)
def test_which_matters_go_through_the_general_meeting(kind, is_village, asked):
    assert concerns_village(kind, is_village=is_village) == asked


@pytest.mark.parametrize(
    ("kinds", "holds"),
    [
        ({"general_meeting"}, True),
        ({"theme_day", "general_meeting"}, True),
        ({"committee_meeting"}, False),
        ({"theme_day", "party_lecture"}, False),
        (set(), False),
    ],
)
def test_article_11_wants_the_general_meeting(kinds, holds):
    found = through_general_meeting(kinds, TODAY)

    assert found.holds == holds
    assert found.reason
    assert [one.article for one in found.citations] == ["11"]


# --- What falls due -------------------------------------------------------------------------------------------------
def test_the_limits_are_the_programs_suggestions_and_a_committees_to_set():
    shorter = LocalRule(
        key="supervision.matter.opinion.days", value=Decimal(10), document="县委通知", number="", approved_by="县委",
        approved_on=date(2026, 1, 1), organization="county", starts=date(2026, 1, 1),
    )  # fmt: skip

    assert opinion_due(date(2026, 5, 10)) == date(2026, 6, 9)
    assert opinion_due(date(2026, 5, 10), [shorter]) == date(2026, 5, 20)
    assert review_due(date(2026, 5, 31)) == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ([], []),
        ([Step(date(2026, 11, 1))], [("2026-11", date(2026, 12, 1), DutyState.OPEN)]),
        ([Step(date(2026, 10, 25))], [("2026-10", date(2026, 11, 24), DutyState.OPEN)]),
        ([Step(date(2026, 10, 24))], [("2026-10", date(2026, 11, 23), DutyState.OVERDUE)]),
        ([Step(MAY, JUNE)], [("2026-05", date(2026, 6, 9), DutyState.DONE)]),
        ([Step(date(2025, 5, 10), date(2025, 6, 1))], []),
        ([Step(MAY, JUNE), Step(date(2026, 5, 20))], [("2026-05", date(2026, 6, 19), DutyState.OVERDUE)]),
        (
            [Step(JUNE), Step(MAY)],
            [("2026-05", date(2026, 6, 9), DutyState.OVERDUE), ("2026-06", date(2026, 7, 10), DutyState.OVERDUE)],
        ),
    ],
)
def test_an_opinion_is_asked_for_once_a_month_of_proposals(steps, found):
    duties = opinion_duties("branch", steps, on=TODAY)

    assert [(one.period, one.due_on, one.state) for one in duties] == found
    assert {one.citation.level for one in duties} <= {"L"}


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ([Step(date(2026, 6, 24))], []),
        ([Step(date(2026, 6, 8))], [("2026-11", date(2026, 12, 8), DutyState.OPEN)]),
        ([Step(date(2026, 6, 9))], []),
        ([Step(MAY)], [("2026-10", date(2026, 11, 10), DutyState.OVERDUE)]),
        ([Step(MAY, date(2026, 11, 1))], [("2026-10", date(2026, 11, 10), DutyState.DONE)]),
        ([Step(date(2025, 5, 1), date(2025, 11, 1))], []),
    ],
)
def test_one_looks_back_some_months_after(steps, found):
    assert [(one.period, one.due_on, one.state) for one in review_duties("branch", steps, on=TODAY)] == found
