"""Which day is proposed for a meeting that is due."""

from datetime import date

import pytest

from meetings.planning.duty_rules import OrganizationFacts, duties, window
from meetings.planning.rules import Habits, Workdays, bounds, of_the_program, proposals, proposed_day
from members.choices import OrganizationKind
from rulebook.local import LocalRule

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
    assert Workdays().is_workday(day) is works


@pytest.mark.parametrize(
    ("day", "recorded", "works"),
    [
        (date(2027, 1, 1), {}, True),
        (date(2027, 1, 1), {date(2027, 1, 1): False}, False),
        (date(2027, 1, 4), {date(2027, 1, 1): False}, True),
        (date(2027, 1, 3), {date(2027, 1, 3): True}, True),  # a Sunday that is worked
        (date(2026, 1, 1), {date(2026, 1, 1): True}, True),  # what is recorded goes before what was brought along
        (date(2026, 1, 5), {date(2026, 1, 5): False}, False),
    ],
)
def test_what_is_recorded_goes_before_the_calendar(day, recorded, works):
    assert Workdays(recorded).is_workday(day) is works


NEW_YEAR, MAY, OCTOBER = (date(2027, month, 1) for month in (1, 5, 10))


@pytest.mark.parametrize(
    ("year", "recorded", "known"),
    [
        (2026, {}, True),
        (2027, {}, False),
        (2040, {}, False),
        (2027, {NEW_YEAR: False}, False),  # only the beginning of a list
        (2027, {NEW_YEAR: False, MAY: False}, False),
        (2027, {NEW_YEAR: False, MAY: False, OCTOBER: True}, False),
        (2027, {NEW_YEAR: False, MAY: False, OCTOBER: False}, True),
        (2028, {NEW_YEAR: False, MAY: False, OCTOBER: False}, False),
    ],
)
def test_it_is_known_for_which_years_holidays_are_known(year, recorded, known):
    assert Workdays(recorded).is_known(year) is known


def test_the_calendar_of_the_program_has_names_in_both_languages():
    days = list(of_the_program(2026))

    assert (days[0].day, days[0].is_worked, days[0].name.zh, days[0].name.en) == (
        date(2026, 1, 1), False, "元旦", "New Year's Day",
    )  # fmt: skip
    assert sum(one.is_worked for one in days) == 6
    assert list(of_the_program(2027)) == []


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
    assert Workdays().workday_near(day, first=first, last=last) == found


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
    habits = Habits(theme_day=given.get("theme_day"))
    share = {name: number for name, number in given.items() if name != "theme_day"}

    assert proposed_day(kind, period, today=BEFORE, habits=habits, **share) == day


def test_the_next_workday_is_the_next_one_of_the_recorded_list():
    off = {date(2027, 1, day): False for day in (20, 21, 22)} | {date(2027, 1, 23): True}

    days = [proposed_day("theme_day", "2027-01", today=BEFORE, habits=Habits(workdays=Workdays(r))) for r in ({}, off)]

    assert days == [date(2027, 1, 20), date(2027, 1, 23)]


def notice(value, starts=date(2026, 12, 1), until=None):
    """A committee's local rule about when organizational life is held."""
    return LocalRule(
        "meet.org_life_meeting.window", value, "关于召开组织生活会的通知", "1", "县委", starts, "county", starts, until
    )


WINDOWS = [
    ([], date(2026, 10, 1), date(2026, 12, 31)),
    ([notice("fourth_quarter")], date(2026, 10, 1), date(2026, 12, 31)),
    ([notice("next_first_quarter")], date(2027, 1, 1), date(2027, 3, 31)),
    ([notice("fourth_or_next_first_quarter")], date(2026, 10, 1), date(2027, 3, 31)),
    ([notice("some day")], date(2026, 10, 1), date(2026, 12, 31)),  # none of the rulebook's words
    ([notice("next_first_quarter", starts=date(2027, 1, 1))], date(2026, 10, 1), date(2026, 12, 31)),  # next year's
    ([notice("next_first_quarter", until=date(2026, 12, 31))], date(2026, 10, 1), date(2026, 12, 31)),  # ended
    ([notice("next_first_quarter"), notice("fourth_quarter")], date(2026, 10, 1), date(2026, 12, 31)),  # nearest last
]


@pytest.mark.parametrize(("local", "first", "last"), WINDOWS)
def test_the_window_of_organizational_life_is_data_of_its_year(local, first, last):
    found = window(2026, local)

    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize("kind", ["org_life_meeting", "democratic_evaluation"])
@pytest.mark.parametrize(
    ("value", "today", "day"),
    [
        ("fourth_quarter", BEFORE, date(2026, 12, 10)),
        ("fourth_or_next_first_quarter", BEFORE, date(2026, 12, 10)),
        ("fourth_or_next_first_quarter", date(2027, 2, 25), date(2027, 2, 25)),
        ("next_first_quarter", BEFORE, date(2027, 1, 20)),
        ("next_first_quarter", date(2027, 2, 25), date(2027, 2, 25)),
        ("next_first_quarter", date(2027, 3, 31), date(2027, 3, 31)),
    ],
)
def test_the_window_moves_the_proposed_day(kind, value, today, day):
    habits = Habits(local=[notice(value)])

    assert proposed_day(kind, "2026", today=today, habits=habits) == day


def test_the_window_moves_no_other_meeting():
    habits = Habits(local=[notice("next_first_quarter")])

    assert proposed_day("theme_day", "2026-12", today=BEFORE, habits=habits) == date(2026, 12, 21)


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
    place = OrganizationFacts("branch", OrganizationKind.BRANCH, **given)
    return duties(place, [], on=date(2026, 12, 31))


def test_every_duty_whose_period_is_not_over_gets_one_proposal_in_order_of_days():
    found = proposals(due(), today=date(2026, 11, 24), habits=Habits(theme_day=25))

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
    assert all(Workdays().is_workday(one.day) and bounds(one.period)[0] <= one.day <= one.last for one in found)
