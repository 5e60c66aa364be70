"""When a message may ring."""

from datetime import UTC, date, datetime, time

import pytest

from meetings.planning.rules import Workdays
from reminders.channels.rules import SHANGHAI, Quiet, allowed_for, next_allowed

EVENING, MORNING = time(21), time(8)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def rings(at: str, quiet: Quiet, workdays: Workdays | None = None) -> str:
    return f"{allowed_for(quiet, moment(at), workdays or Workdays()):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("at", "rung"),
    [
        ("2026-11-24 12:00", "2026-11-24 12:00"),
        ("2026-11-24 20:59", "2026-11-24 20:59"),
        ("2026-11-24 21:00", "2026-11-25 08:00"),
        ("2026-11-24 23:30", "2026-11-25 08:00"),
        ("2026-11-25 00:00", "2026-11-25 08:00"),
        ("2026-11-25 07:59", "2026-11-25 08:00"),
        ("2026-11-25 08:00", "2026-11-25 08:00"),
        ("2026-11-30 22:00", "2026-12-01 08:00"),
        ("2026-12-31 22:00", "2027-01-01 08:00"),
    ],
)
def test_what_comes_in_the_night_rings_at_eight(at, rung):
    assert rings(at, Quiet()) == rung


@pytest.mark.parametrize(
    ("at", "rung"),
    [
        ("2026-11-24 11:59", "2026-11-24 11:59"),
        ("2026-11-24 12:00", "2026-11-24 14:00"),
        ("2026-11-24 13:59", "2026-11-24 14:00"),
        ("2026-11-24 14:00", "2026-11-24 14:00"),
        ("2026-11-24 23:00", "2026-11-24 23:00"),
    ],
)
def test_a_quiet_period_by_day_ends_on_the_same_day(at, rung):
    assert rings(at, Quiet(time(12), time(14))) == rung


@pytest.mark.parametrize("clock", [time(0), time(8), time(21)])
def test_a_quiet_period_of_no_length_is_none(clock):
    assert rings("2026-11-24 23:30", Quiet(clock, clock)) == "2026-11-24 23:30"


@pytest.mark.parametrize(
    ("at", "rung"),
    [
        ("2026-11-27 20:00", "2026-11-27 20:00"),
        ("2026-11-27 22:00", "2026-11-30 08:00"),
        ("2026-11-28 10:00", "2026-11-30 08:00"),
        ("2026-11-29 23:00", "2026-11-30 08:00"),
        ("2026-10-01 10:00", "2026-10-08 08:00"),
        ("2026-10-09 22:00", "2026-10-10 08:00"),
    ],
)
def test_on_workdays_only_it_waits_for_the_next_one_by_the_calendar_of_holidays(at, rung):
    """1 to 7 October 2026 are off, and Saturday the 10th is worked in exchange."""
    assert rings(at, Quiet(workdays_only=True)) == rung


@pytest.mark.parametrize(
    ("quiet", "rung"),
    [
        (Quiet(time(0), time(0), workdays_only=True), "2026-11-30 08:00"),
        (Quiet(time(12), time(14), workdays_only=True), "2026-11-30 08:00"),
        (Quiet(time(7), time(9), workdays_only=True), "2026-11-30 09:00"),
        (Quiet(time(0), time(6), workdays_only=True), "2026-11-30 06:00"),
    ],
)
def test_a_workday_begins_at_eight_or_when_the_quiet_hours_are_over(quiet, rung):
    assert rings("2026-11-28 10:00", quiet) == rung


def test_a_day_that_was_recorded_as_off_is_none():
    off = Workdays({date(2026, 11, 25): False})
    assert rings("2026-11-24 22:00", Quiet(workdays_only=True), off) == "2026-11-26 08:00"


def test_the_clock_is_shanghais_whatever_zone_a_moment_is_told_in():
    at = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
    assert next_allowed(at, EVENING, MORNING, False, Workdays()) == datetime(2026, 11, 25, 0, 0, tzinfo=UTC)


def test_a_moment_that_is_allowed_is_given_back_as_it_was():
    at = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    assert next_allowed(at, EVENING, MORNING, False, Workdays()) is at
