"""Which day is proposed for a meeting that is due."""

from datetime import date

import pytest

from meetings.rules.duties import Place, duties
from meetings.rules.planning import bounds, proposals, proposed_day
from meetings.rules.workdays import is_known, is_workday, workday_near
from members.choices import OrganizationKind

BEFORE = date(2025, 12, 1)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 1, 1), False),  # new year
        (date(2026, 1, 2), False),  # bridged
        (date(2026, 1, 4), True),  # the Sunday worked for it
        (date(2026, 10, 1), False),  # national day
        (date(2026, 10, 10), True),  # a Saturday worked for it
        (date(2026, 11, 21), False),  # a Saturday
        (date(2026, 11, 23), True),
        (date(2027, 1, 1), True),  # a Friday of a year whose holidays aren't known
        (date(2027, 1, 2), False),
    ],
)
def test_workdays_follow_the_calendar_of_the_year_or_the_week(day, works):
    assert is_workday(day) is works


@pytest.mark.parametrize(("year", "known"), [(2026, True), (2027, False), (2040, False)])
def test_it_is_known_for_which_years_holidays_are_known(year, known):
    assert is_known(year) is known


@pytest.mark.parametrize(
    ("day", "first", "last", "found"),
    [
        (date(2026, 11, 24), date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 24)),
        (date(2026, 11, 21), date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 23)),
        (date(2026, 10, 1), date(2026, 10, 1), date(2026, 10, 31), date(2026, 10, 8)),
        (date(2026, 10, 31), date(2026, 10, 1), date(2026, 10, 31), date(2026, 10, 30)),  # nothing later in the month
        (date(2026, 10, 2), date(2026, 10, 2), date(2026, 10, 5), date(2026, 10, 2)),  # no workday at all
    ],
)
def test_a_holiday_moves_to_the_next_workday_within_the_period(day, first, last, found):
    assert workday_near(day, first=first, last=last) == found


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_the_bounds_of_a_period(period, first, last):
    assert bounds(period) == (first, last)


@pytest.mark.parametrize(
    ("kind", "period", "given", "day"),
    [
        ("theme_day", "2026-03", {}, date(2026, 3, 20)),
        ("theme_day", "2026-03", {"theme_day": 5}, date(2026, 3, 5)),
        ("theme_day", "2026-06", {"theme_day": 20}, date(2026, 6, 22)),  # the 20th is a Saturday
        ("theme_day", "2026-10", {"theme_day": 1}, date(2026, 10, 8)),  # after the holidays
        ("theme_day", "2026-02", {"theme_day": 28}, date(2026, 2, 28)),  # a Saturday that is worked
        ("committee_meeting", "2026-04", {"theme_day": 5}, date(2026, 4, 8)),
        ("group_meeting", "2026-05", {}, date(2026, 5, 12)),
        ("general_meeting", "2026-Q2", {}, date(2026, 5, 20)),
        ("general_meeting", "2026-Q2", {"theme_day": 6}, date(2026, 5, 6)),
        ("org_life_meeting", "2026", {}, date(2026, 12, 10)),
        ("democratic_evaluation", "2026", {}, date(2026, 12, 10)),
        ("party_lecture", "2026", {"number": 1, "of": 4}, date(2026, 2, 24)),  # spring festival is over
        ("party_lecture", "2026", {"number": 4, "of": 4}, date(2026, 11, 16)),
        ("general_meeting", "2026-Q2", {"number": 2, "of": 2}, date(2026, 6, 8)),
    ],
)
def test_the_day_that_is_proposed(kind, period, given, day):
    assert proposed_day(kind, period, today=BEFORE, **given) == day


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2026, 11, 1), date(2026, 11, 20)),
        (date(2026, 11, 20), date(2026, 11, 20)),
        (date(2026, 11, 21), date(2026, 11, 23)),
        (date(2026, 11, 28), date(2026, 11, 30)),
    ],
)
def test_nothing_is_proposed_for_a_day_that_is_over(today, day):
    assert proposed_day("theme_day", "2026-11", today=today) == day


def due(**given):
    place = Place("branch", OrganizationKind.BRANCH, **given)
    return duties(place, [], on=date(2026, 12, 31))


def test_every_duty_whose_period_is_not_over_gets_one_proposal_in_order_of_days():
    found = proposals(due(), today=date(2026, 11, 24), theme_day=25)

    assert [(one.kind, one.period, one.day) for one in found] == [
        ("general_meeting", "2026-Q4", date(2026, 11, 25)),
        ("theme_day", "2026-11", date(2026, 11, 25)),
        ("democratic_evaluation", "2026", date(2026, 12, 10)),
        ("org_life_meeting", "2026", date(2026, 12, 10)),
        ("theme_day", "2026-12", date(2026, 12, 25)),
    ]


def test_a_whole_year_is_planned_from_its_first_day():
    found = proposals(due(has_committee=True), today=date(2026, 1, 1))
    kinds = [one.kind for one in found]

    assert {kind: kinds.count(kind) for kind in sorted(set(kinds))} == {
        "committee_meeting": 12, "democratic_evaluation": 1, "general_meeting": 4, "org_life_meeting": 1,
        "theme_day": 12,
    }  # fmt: skip
    assert all(is_workday(one.day) and bounds(one.period)[0] <= one.day <= one.last for one in found)
