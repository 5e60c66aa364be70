"""How a desk is laid out, as tables without a database."""

from dataclasses import dataclass
from datetime import date

import pytest

from reminders.desk.rules import (
    FOLD_FROM,
    MONTHS,
    When,
    begins,
    counted,
    filled_fields,
    key_of,
    last_months,
    middle,
    piles,
    sections,
    when,
)
from rulebook.values import Citation, Duty, DutyState

TUESDAY = date(2026, 11, 24)
CITATION = Citation("工作条例", "", "11", "N", "V1")


def duty(due_on, state=DutyState.OPEN, *, kind="theme_day", period="2026-11", organization="branch", member=None):
    return Duty(kind, organization, member, period, date.fromisoformat(due_on), state, CITATION)


@dataclass
class Line:
    duty: Duty


@pytest.mark.parametrize(
    ("due_on", "state", "stands"),
    [
        ("2026-11-23", DutyState.OVERDUE, When.OVERDUE),
        ("2026-11-24", DutyState.OPEN, When.TODAY),
        ("2026-11-25", DutyState.OPEN, When.THIS_WEEK),
        ("2026-11-29", DutyState.OPEN, When.THIS_WEEK),  # the Sunday
        ("2026-11-30", DutyState.OPEN, When.THIS_MONTH),  # a Monday
        ("2026-12-01", DutyState.OPEN, When.LATER),
        ("2026-12-31", DutyState.OPEN, When.LATER),
        ("2026-11-24", DutyState.DONE, When.DONE),
        ("2026-01-31", DutyState.DONE, When.DONE),
    ],
)
def test_a_duty_stands_where_its_day_puts_it(due_on, state, stands):
    assert when(duty(due_on, state), on=TUESDAY) == stands


@pytest.mark.parametrize(
    ("on", "due_on", "stands"),
    [
        (date(2026, 11, 30), "2026-12-06", When.THIS_WEEK),  # a week goes on past the end of the month
        (date(2026, 11, 29), "2026-11-30", When.THIS_MONTH),  # on a Sunday Monday is another week
        (date(2026, 12, 31), "2026-12-31", When.TODAY),
        (date(2026, 2, 1), "2026-02-28", When.THIS_MONTH),
    ],
)
def test_weeks_and_months_end_where_they_end(on, due_on, stands):
    assert when(duty(due_on), on=on) == stands


def test_sections_come_in_the_order_of_time_and_empty_ones_not_at_all():
    lines = [Line(duty(day)) for day in ("2026-12-31", "2026-11-30", "2026-11-24")]
    lines.append(Line(duty("2026-10-31", DutyState.OVERDUE)))

    found = sections(lines, on=TUESDAY)

    assert [(one.when, one.size) for one in found] == [
        (When.OVERDUE, 1), (When.TODAY, 1), (When.THIS_MONTH, 1), (When.LATER, 1),
    ]  # fmt: skip
    assert sections([], on=TUESDAY) == []


def test_what_was_done_months_ago_is_no_news():
    lines = [Line(duty(day, DutyState.DONE)) for day in ("2026-10-31", "2026-11-01", "2026-12-31")]

    [done] = sections(lines, on=TUESDAY)

    assert [line.duty.due_on.month for line in done.piles[0].lines] == [11, 12]


@pytest.mark.parametrize(("lines", "folded"), [(1, False), (FOLD_FROM - 1, False), (FOLD_FROM, True), (40, True)])
def test_many_lines_of_one_kind_are_one_that_opens(lines, folded):
    [pile] = piles([Line(duty("2026-11-30")) for _ in range(lines)])

    assert (len(pile.lines), pile.is_folded) == (lines, folded)


def test_a_pile_names_the_article_when_all_of_it_follows_the_same():
    own = Citation("补充规定", "", "2", "L", "V1")
    other = Duty("theme_day", "branch", None, "2026-11", TUESDAY, DutyState.OPEN, own)
    one = duty("2026-11-30")

    assert piles([Line(one), Line(one)])[0].citation == CITATION
    assert piles([Line(one), Line(other)])[0].citation is None


def test_the_kind_that_falls_due_first_stands_first():
    lines = [
        Line(duty("2026-11-30", kind="minutes")),
        Line(duty("2026-11-28", kind="contact", member="2")),
        Line(duty("2026-11-26", kind="minutes")),
    ]

    assert [(pile.kind, len(pile.lines)) for pile in piles(lines)] == [("minutes", 2), ("contact", 1)]


def test_levels_above_read_numbers_of_what_is_asked():
    duties = [
        duty("2026-10-31", DutyState.OVERDUE, period="2026-10"),
        duty("2026-09-30", DutyState.OVERDUE, period="2026-09"),
        duty("2026-10-31", DutyState.OVERDUE, kind="contact", member="7", period="2026-10"),
        duty("2026-11-30"),
        duty("2026-01-31", DutyState.DONE, kind="dues_bases", period="2026"),
    ]

    found = counted(duties, {key_of(duties[1])}, on=TUESDAY)

    assert dict(found.times) == {When.OVERDUE: 2, When.THIS_MONTH: 1, When.DONE: 1}
    assert (found.not_applicable, found.overdue_kinds) == (1, {"theme_day": 1, "contact": 1})


def test_what_is_done_is_done_whatever_was_said_of_it():
    done = duty("2026-11-30", DutyState.DONE)

    found = counted([done], {key_of(done)}, on=TUESDAY)

    assert (found.times[When.DONE], found.not_applicable) == (1, 0)


@pytest.mark.parametrize("changes", [{"member": "8"}, {"period": "2026-09"}, {"organization": "group"}, {"kind": "x"}])
def test_what_was_said_of_one_duty_says_nothing_of_another(changes):
    one = duty("2026-10-31", DutyState.OVERDUE, period="2026-10", member="7")
    facts = {"period": "2026-10", "member": "7"} | changes

    found = counted([duty("2026-10-31", DutyState.OVERDUE, **facts)], {key_of(one)}, on=TUESDAY)

    assert (found.times[When.OVERDUE], found.not_applicable) == (1, 0)


# --- Effort -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "files", "fields"),
    [
        ({}, [], 0),
        ({"csrfmiddlewaretoken": "x", "key": "y", "next": "/", "of_kind": "theme_day"}, [], 0),
        ({"reason": "病了", "day": "2026-11-24", "place": ""}, [], 2),
        ({"place": "   "}, [], 0),
        ({"row-0-name": "张英", "row-TOTAL_FORMS": "3", "row-INITIAL_FORMS": "0"}, [], 1),
        ({"month": "2026-11"}, ["file"], 2),
    ],
)
def test_a_field_counts_when_somebody_filled_it(typed, files, fields):
    assert filled_fields([(name, [value]) for name, value in typed.items()], files) == fields


def test_a_field_with_many_values_counts_once():
    assert filled_fields([("kinds", ["a", "b", "c"])]) == 1


@pytest.mark.parametrize(
    ("period", "first"),
    [
        ("2026", date(2026, 1, 1)),
        ("2026-Q1", date(2026, 1, 1)),
        ("2026-Q4", date(2026, 10, 1)),
        ("2026-07", date(2026, 7, 1)),
        ("2026-07-15", date(2026, 7, 15)),
        ("2026-Q5", None),
        ("2026-13", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_period_begins_on_its_first_day(period, first):
    assert begins(period) == first


def test_a_year_of_effort_is_twelve_months_with_this_one():
    months = last_months(date(2026, 3, 31))

    assert len(months) == MONTHS
    assert (months[0], months[-1]) == (date(2026, 3, 1), date(2025, 4, 1))


@pytest.mark.parametrize(("numbers", "half"), [([], 0), ([7], 7), ([1, 2, 90], 2), ([1, 4], 2), ([0, 0, 5, 9], 2)])
def test_the_median_isnt_moved_by_one_large_branch(numbers, half):
    assert middle(numbers) == half
