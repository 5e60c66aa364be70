"""From which moment each stage is told, and until when."""

from datetime import date, datetime, time, timedelta

import pytest

from reminders.channels.rules import SHANGHAI
from reminders.planning import rules


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def turns(stages) -> list[tuple[int, str, str]]:
    return [(one.step, f"{one.due_at:%m-%d %H:%M}", f"{one.until:%m-%d %H:%M}") for one in stages]


def step_at(stages, text: str) -> int | None:
    stage = rules.current_stage(stages, moment(text))
    return stage.step if stage else None


def test_an_absence_is_asked_about_at_the_closing_and_three_and_seven_days_after():
    assert turns(rules.after_absence(moment("2026-11-20 20:30"))) == [
        (1, "11-20 20:30", "11-23 20:30"),
        (2, "11-23 20:30", "11-27 20:30"),
        (3, "11-27 20:30", "12-04 20:30"),
    ]


@pytest.mark.parametrize(
    ("at", "step"),
    [
        ("2026-11-20 20:29", None),
        ("2026-11-20 20:30", 1),
        ("2026-11-23 20:29", 1),
        ("2026-11-23 20:30", 2),
        ("2026-11-29 00:00", 3),
        ("2026-12-04 20:29", 3),
        ("2026-12-04 20:30", None),
        ("2027-11-20 20:30", None),
    ],
)
def test_one_rung_at_a_time_and_what_a_machine_slept_through_is_left_out(at, step):
    assert step_at(rules.after_absence(moment("2026-11-20 20:30")), at) == step


def test_an_answer_is_of_use_for_four_weeks():
    closed = moment("2026-11-20 20:30")
    assert {one.expires_at for one in rules.after_absence(closed)} == {closed + timedelta(days=28)}


def test_making_up_is_called_to_mind_once_more_after_a_week():
    assert turns(rules.to_make_up(moment("2026-11-20 20:30"))) == [
        (1, "11-20 20:30", "11-27 20:30"),
        (2, "11-27 20:30", "12-04 20:30"),
    ]


@pytest.mark.parametrize(
    ("starts_at", "stages"),
    [
        (time(15), [(1, "11-27 09:00", "11-30 13:00"), (2, "11-30 13:00", "11-30 15:00")]),
        (time(10), [(1, "11-27 09:00", "11-30 08:00"), (2, "11-30 08:00", "11-30 10:00")]),
        (time(9), [(1, "11-27 09:00", "11-29 19:00"), (2, "11-29 19:00", "11-30 09:00")]),
        (time(0, 30), [(1, "11-27 09:00", "11-29 19:00"), (2, "11-29 19:00", "11-30 00:30")]),
        (None, [(1, "11-27 09:00", "11-30 08:00"), (2, "11-30 08:00", "11-30 23:59")]),
    ],
)
def test_a_meeting_is_told_three_days_before_and_shortly_before(starts_at, stages):
    assert turns(rules.before_meeting(date(2026, 11, 30), starts_at)) == stages


def test_a_meeting_is_announced_once():
    assert turns(rules.announced(date(2026, 12, 2), time(15))) == [(1, "11-29 09:00", "12-02 15:00")]


def test_a_term_is_told_six_three_and_one_months_before_its_end():
    assert turns(rules.before_end(date(2027, 5, 31))) == [
        (1, "11-30 09:00", "02-28 09:00"),
        (2, "02-28 09:00", "04-30 09:00"),
        (3, "04-30 09:00", "05-31 23:59"),
    ]


@pytest.mark.parametrize(("months", "step"), [(0, None), (1, 1), (2, None), (3, 2), (4, None), (5, 3), (6, None)])
def test_dues_are_told_at_one_three_and_five_open_months_and_at_six_no_more(months, step):
    assert [one.step for one in rules.for_dues(date(2026, 10, 1), months)] == ([step] if step else [])


@pytest.mark.parametrize(
    ("at", "step"),
    [
        ("2026-10-31 23:59", None),
        ("2026-11-01 08:59", None),
        ("2026-11-01 09:00", 1),
        ("2026-11-11 08:59", 1),
        ("2026-11-11 09:00", None),
        ("2026-12-01 09:00", None),
    ],
)
def test_dues_are_told_in_the_first_days_after_the_month(at, step):
    assert step_at(rules.for_dues(date(2026, 10, 1), 1), at) == step


@pytest.mark.parametrize(
    ("day", "week"), [("2026-11-23", "11-23 08:00"), ("2026-11-29", "11-23 08:00"), ("2027-01-01", "12-28 08:00")]
)
def test_the_overview_of_a_week_is_mondays(day, week):
    [stage] = rules.of_week(date.fromisoformat(day))
    assert f"{stage.due_at:%m-%d %H:%M}" == week


@pytest.mark.parametrize(
    ("at", "step"), [("2026-11-24 07:59", None), ("2026-11-24 08:00", 1), ("2026-11-24 20:00", None)]
)
def test_what_falls_due_next_is_told_in_the_morning(at, step):
    assert step_at(rules.of_day(date(2026, 11, 24)), at) == step


@pytest.mark.parametrize(
    ("step", "at", "past"),
    [
        (1, "2026-11-20 21:00", False),
        (1, "2026-11-23 20:30", True),
        (2, "2026-11-23 20:30", False),
        (3, "2026-12-04 20:30", True),
        (4, "2026-11-20 21:00", True),
    ],
)
def test_a_rung_that_waited_until_the_next_ones_turn_is_past(step, at, past):
    assert rules.is_past(rules.after_absence(moment("2026-11-20 20:30")), step, moment(at)) is past
